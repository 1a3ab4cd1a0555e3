/**
 * The API behind Fly's web pages ("uiex"): organisations, builds, releases.
 *
 * Source: superfly/flyctl internal/uiex/*.go.
 */
import { FlyError } from "../go/errors.ts";
import { unmarshalError } from "../go/json-error.ts";
import type { Data } from "./graphql.ts";
import type { Answer, Http } from "./http.ts";

/** Client of `/api/v1`. */
export class Uiex {
  private readonly http: Http;
  private readonly baseUrl: string;

  constructor(http: Http, baseUrl: string) {
    this.http = http;
    this.baseUrl = baseUrl;
  }

  /** Makes a call below `/api/v1` and returns any answer. */
  request(method: string, path: string, body?: unknown): Promise<Answer> {
    return this.http.send({
      method,
      url: `${this.baseUrl}/api/v1${path}`,
      headers: { authorization: this.http.bearer, "content-type": "application/json" },
      ...(body !== undefined && { body }),
    });
  }

  /** Makes a call and requires the status 200 or 201. `operation` is the operation's name in the error. */
  async send(operation: string, method: string, path: string, body?: unknown): Promise<Data> {
    const answer = await this.request(method, path, body);
    if (answer.status !== 200 && answer.status !== 201) {
      throw new FlyError(`${operation} (status ${answer.status}): ${answer.text}`, { status: answer.status });
    }
    return readAnswer(answer);
  }
}

/** The JSON of an answer. */
export function readAnswer(answer: Answer): Data {
  try {
    return JSON.parse(answer.text) as Data;
  } catch {
    throw new FlyError(`failed to decode response, please try again: ${unmarshalError(answer.text)}`);
  }
}
