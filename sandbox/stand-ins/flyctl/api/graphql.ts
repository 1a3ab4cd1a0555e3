/**
 * Fly's GraphQL API, with flyctl's two kinds of requests: hand-written queries, whose errors contain the
 * whole query, and generated operations, whose errors begin with `input:`.
 *
 * Source: superfly/fly-go client.go (RunWithContext), superfly/graphql, Khan/genqlient graphql/client.go,
 * vektah/gqlparser gqlerror/error.go.
 */
import { FlyError, messageOf } from "../go/errors.ts";
import { encode } from "../go/json.ts";
import { decodeError } from "../go/json-error.ts";
import type { Http } from "./http.ts";

interface GraphqlError {
  message: string;
  path?: (string | number)[];
  locations?: { line?: number; column?: number }[];
  extensions?: { code?: string };
}

interface Reply {
  data?: unknown;
  errors?: GraphqlError[];
}

/** An answer's `data`. Its form follows from the query. */
// biome-ignore lint/suspicious/noExplicitAny: answers are as deep as the queries.
export type Data = Record<string, any>;

/** Client of `/graphql`. */
export class Graphql {
  private readonly http: Http;
  private readonly url: string;

  constructor(http: Http, baseUrl: string) {
    this.http = http;
    this.url = `${baseUrl}/graphql`;
  }

  /** Runs a hand-written query. */
  async run(query: string, variables: Record<string, unknown> | null = null): Promise<Data> {
    const compact = query.trim().replace(/\s+/g, " ");
    try {
      const answer = await this.http.send({
        method: "POST",
        url: this.url,
        body: { query: compact, variables },
      });
      if (answer.status !== 200) {
        throw new FlyError(`server returned a non-200 status code: ${answer.status}`, {
          status: answer.status,
        });
      }
      const reply = decode(answer.text, "decoding response: ");
      const first = reply.errors?.[0];
      if (first !== undefined) throw new FlyError(first.message);
      return (reply.data ?? {}) as Data;
    } catch (error) {
      throw new FlyError(`failed to run ${compact}: ${messageOf(error)}`, {
        ...(error instanceof FlyError ? error.details : {}),
        cause: error,
      });
    }
  }

  /** Runs a generated operation. */
  async operation(operationName: string, query: string, variables?: Record<string, unknown>): Promise<Data> {
    const body = { query: tabbed(query), ...(variables && { variables }), operationName };
    const answer = await this.http.send({ method: "POST", url: this.url, body });
    if (answer.status !== 200) throw httpError(answer.status, answer.text);
    const reply = decode(answer.text, "");
    if (reply.errors !== undefined && reply.errors.length > 0) {
      throw new FlyError(reply.errors.map((error) => `${errorText(error)}\n`).join(""));
    }
    return (reply.data ?? {}) as Data;
  }
}

/** The layout of a generated operation. Error messages contain its lines and columns. */
function tabbed(query: string): string {
  return query.replace(/^ {4}(.*)$/gm, (_, line: string) =>
    line.replace(/^( {2})+/, (indent) => "\t".repeat(indent.length / 2)),
  );
}

function decode(text: string, prefix: string): Reply {
  try {
    return JSON.parse(text) as Reply;
  } catch {
    throw new FlyError(`${prefix}${decodeError(text)}`);
  }
}

function httpError(status: number, text: string): FlyError {
  let reply: Reply;
  try {
    const { data = null, errors } = JSON.parse(text) as Reply;
    reply = { data, ...(errors && { errors }) };
  } catch {
    reply = { data: null, errors: [{ message: text }] };
  }
  const json = encode(reply, 0).trim();
  return new FlyError(`returned error ${status}: ${json}`, { status });
}

function errorText(error: GraphqlError): string {
  const [location] = error.locations ?? [];
  const where = location === undefined ? "" : `:${location.line ?? 0}:${location.column ?? 0}`;
  const path = (error.path ?? []).map((part, i) =>
    typeof part === "number" ? `[${part}]` : i === 0 ? part : `.${part}`,
  );
  return `input${where}: ${path.length > 0 ? `${path.join("")} ` : ""}${error.message}`;
}
