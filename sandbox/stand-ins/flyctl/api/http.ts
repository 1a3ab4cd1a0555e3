/**
 * One HTTP call with flyctl's retries and errors. 502 and 503 are retried three times for every method. 429
 * and other failures are not retried. A refused connection is reported with Go's message.
 *
 * Source: superfly/fly-go http.go (rehttp), client.go and flaps/flaps.go (retry after a reset, reads only);
 * Go's net/http transport.go (shouldRetryRequest).
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { ConfigFolder } from "../config-folder.ts";
import { FlyError } from "../go/errors.ts";

/** A call. */
export interface Call {
  method: string;
  url: string;
  headers?: Record<string, string>;
  body?: unknown;
  /** True: flyctl reads only the status of the answer, which closes the connection. */
  unread?: boolean;
}

/** An answer, read to its end. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
}

/** Makes calls with one token and logs them into the config folder. */
export class Http {
  private readonly token: string;
  private readonly folder: ConfigFolder | undefined;
  private readonly signal: AbortSignal | undefined;
  /** Number of connections that Go would keep open, because their last answer was read to its end. */
  private idle = 0;

  constructor(token: string, folder: ConfigFolder | undefined, signal?: AbortSignal) {
    this.token = token;
    this.folder = folder;
    this.signal = signal;
  }

  /** The token as a bearer token, whatever its kind: the web's API accepts no other scheme. */
  get bearer(): string {
    return `Bearer ${this.token}`;
  }

  /** Makes a call. Throws only when there is no answer. */
  async send(call: Call): Promise<Answer> {
    const body = call.body === undefined ? undefined : JSON.stringify(call.body);
    this.folder?.log(`--> ${call.method} ${call.url}\n${body ?? ""}`);
    const answer = await this.sendWithRetries(call, body);
    this.folder?.log(`<-- ${answer.status} ${call.url}\n${answer.text}`);
    return answer;
  }

  private async sendWithRetries(call: Call, body: string | undefined): Promise<Answer> {
    for (let attempt = 0; ; attempt++) {
      const isUsed = this.idle > 0;
      if (isUsed) this.idle--;
      let answer: Answer;
      try {
        answer = await this.sendOnce(call, body);
        if (!call.unread || answer.status > 299 || answer.text === "") this.idle++;
      } catch (error) {
        // Go repeats a read if the server has closed a connection that was used before.
        if (codeOf(error) === "EOF" && call.method === "GET" && isUsed) continue;
        if (codeOf(error) === "ECONNRESET" && call.method === "GET" && attempt < 2) {
          await sleep(100 * 2 ** attempt);
          continue;
        }
        throw noAnswer(call, error);
      }
      if ((answer.status !== 502 && answer.status !== 503) || attempt >= 3) return answer;
      // rehttp.ExpJitterDelay(100ms, 1s): a random time up to the doubled delay.
      await sleep(Math.random() * Math.min(1000, 100 * 2 ** attempt));
    }
  }

  private async sendOnce(call: Call, body: string | undefined): Promise<Answer> {
    const response = await fetch(call.url, {
      ...(this.signal && { signal: this.signal }),
      method: call.method,
      headers: {
        authorization: authorization(this.token),
        "user-agent": "flyctl (stand-in)",
        ...(body !== undefined && { "content-type": "application/json" }),
        ...call.headers,
      },
      ...(body !== undefined && { body }),
      redirect: "manual",
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }
}

/** Macaroons use the FlyV1 scheme, all other tokens are bearer tokens (fly-go auth.go). */
function authorization(token: string): string {
  const isMacaroon = token.split(",").some((part) => /^(fm1r|fm2)_/.test(part));
  return `${isMacaroon ? "FlyV1" : "Bearer"} ${token}`;
}

function codeOf(error: unknown): string | undefined {
  const cause = error instanceof Error ? (error.cause as { code?: string } | undefined) : undefined;
  return cause?.code === "UND_ERR_SOCKET" ? "EOF" : cause?.code;
}

/** The error of Go's net/http for a missing answer. */
function noAnswer(call: Call, error: unknown): FlyError {
  const verb = call.method[0] + call.method.slice(1).toLowerCase();
  const target = `${verb} ${JSON.stringify(call.url)}`;
  const host = new URL(call.url).host;
  switch (codeOf(error)) {
    case "ECONNREFUSED":
      return new FlyError(`${target}: dial tcp ${host}: connect: connection refused`);
    case "EOF":
      return new FlyError(`${target}: EOF`);
    case "ECONNRESET":
      return new FlyError(`${target}: read tcp ${host}: read: connection reset by peer`);
    default:
      return new FlyError(
        `${target}: ${error instanceof Error ? String(error.cause ?? error.message) : error}`,
      );
  }
}
