/**
 * The HTTP client of the official provider: its headers, retries and errors.
 *
 * @see cloudflare/cloudflare-go v6.10.0: internal/requestconfig/requestconfig.go, internal/apierror
 */

import { request as httpRequest, type IncomingHttpHeaders, STATUS_CODES } from "node:http";
import { request as httpsRequest } from "node:https";
import { setTimeout as wait } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import type { Session } from "../provider.ts";
import type { Json } from "./decode.ts";
import { jsonComplaint } from "./go-json.ts";

/** Retries after the first attempt. */
const retries = 10;
const frameworkVersion = "1.19.0";

export interface Call {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Path below the base URL, without a leading slash. It includes the query. */
  path: string;
  body?: string;
  headers?: Record<string, string>;
  /** True: an answer that is not JSON is an error. Default: it counts as empty. */
  strict?: boolean;
}

/** An answer with a status of 400 or above. */
export class HttpError extends Error {
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** Base URL and credentials from the session's configuration, or else from the engine's environment. */
export function settings(session: Session): { baseUrl: string; headers: Record<string, string> } {
  const environment = session.engine().environment;
  const setting = (name: string, variable: string): string | undefined => {
    const value = session.config[name];
    return typeof value === "string" ? value : environment[variable];
  };
  const headers: Record<string, string> = {};
  const token = setting("apiToken", "CLOUDFLARE_API_TOKEN");
  if (token !== undefined) headers.authorization = `Bearer ${token}`;
  const key = setting("apiKey", "CLOUDFLARE_API_KEY");
  if (key !== undefined) headers["x-auth-key"] = key;
  const email = setting("email", "CLOUDFLARE_EMAIL");
  if (email !== undefined) headers["x-auth-email"] = email;
  const serviceKey = setting("apiUserServiceKey", "CLOUDFLARE_API_USER_SERVICE_KEY");
  if (serviceKey !== undefined) headers["x-auth-user-service-key"] = serviceKey;
  const suffix = session.config.userAgentOperatorSuffix;
  const agent = `terraform-provider-cloudflare/pulumi terraform-plugin-framework/${frameworkVersion}`;
  // The suffix is sent in quotes, because the provider uses the value's Go syntax as its text.
  headers["user-agent"] =
    typeof suffix === "string"
      ? `${agent} ${JSON.stringify(suffix)}`
      : `${agent} terraform/1.0.0+pulumi-terraform-bridge`;
  const baseUrl = setting("baseUrl", "CLOUDFLARE_BASE_URL") ?? "https://api.cloudflare.com/client/v4/";
  return { baseUrl: baseUrl.endsWith("/") ? baseUrl : `${baseUrl}/`, headers };
}

/**
 * Calls the API, with the retries of the official client.
 *
 * @returns the answer's JSON; undefined for an empty answer.
 * @throws HttpError for a status of 400 or above, Error when there is no answer.
 */
export async function call(session: Session, { method, path, body, headers, strict }: Call): Promise<Json> {
  const { baseUrl, headers: common } = settings(session);
  const url = new URL(path, baseUrl);
  for (let attempt = 0; ; attempt++) {
    const answer = await send(url, session.cancelled, {
      method,
      body,
      headers: {
        accept: "application/json",
        "accept-encoding": "gzip",
        ...common,
        ...(body !== undefined && { "content-type": "application/json" }),
        "x-stainless-arch": process.arch === "arm64" ? "arm64" : "x64",
        "x-stainless-lang": "Terraform",
        "x-stainless-os": process.platform === "darwin" ? "MacOS" : "Linux",
        "x-stainless-package-version": "pulumi",
        "x-stainless-retry-count": String(attempt),
        "x-stainless-runtime": "terraform-plugin-framework",
        "x-stainless-runtime-version": frameworkVersion,
        ...headers,
      },
    }).catch((error: NodeJS.ErrnoException) => transportError(method, url, error));
    if (session.cancelled.aborted) throw new Error("context canceled");
    const last = attempt >= retries || !shouldRetry(answer);
    if (!last) {
      await wait(retryDelay(answer, attempt), undefined, { signal: session.cancelled });
      continue;
    }
    if (answer instanceof Error) throw answer;
    if (answer.status < 400) return parse(answer.text, strict ?? false);
    throw errorOf(method, url, answer);
  }
}

function parse(text: string, strict: boolean): Json {
  const complaint = jsonComplaint(text, "EOF");
  if (complaint === undefined) return JSON.parse(text) as Json;
  if (strict) throw new Error(`error parsing response json: ${complaint}`);
  return undefined;
}

/** Whether to retry: there was no answer, or its status is temporary. `x-should-retry` overrides the status. */
function shouldRetry(answer: Answer | Error): boolean {
  if (answer instanceof Error) return true;
  const wish = answer.headers["x-should-retry"];
  if (wish === "true" || wish === "false") return wish === "true";
  return [408, 409, 429].includes(answer.status) || answer.status >= 500;
}

/** Milliseconds: the server's wish, or else 2, 4, 8, 16, 30, 30 … s minus up to a quarter. */
function retryDelay(answer: Answer | Error, attempt: number): number {
  const asked = answer instanceof Error ? undefined : retryAfter(answer.headers);
  if (asked !== undefined) return Math.max(0, asked);
  const delay = Math.min(2000 * 2 ** attempt, 30_000);
  return delay - Math.random() * (delay / 4);
}

function retryAfter(headers: IncomingHttpHeaders): number | undefined {
  const milliseconds = headers["retry-after-ms"];
  if (typeof milliseconds === "string" && Number.isFinite(Number.parseFloat(milliseconds)))
    return Number(milliseconds);
  const after = headers["retry-after"];
  if (after === undefined || after === "") return undefined;
  if (Number.isFinite(Number(after))) return Number(after) * 1000;
  const date = Date.parse(after);
  return Number.isNaN(date) ? undefined : date - Date.now();
}

function errorOf(method: string, url: URL, { status, text }: Answer): HttpError {
  const words = STATUS_CODES[status] ?? "";
  return new HttpError(`${method} "${url}": ${status} ${words} ${text}`, status);
}

/** A failed connection with Go's message. */
function transportError(method: string, url: URL, error: NodeJS.ErrnoException): Error {
  const verb = method.charAt(0) + method.slice(1).toLowerCase();
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  const reasons: Record<string, string> = {
    ECONNREFUSED: `dial tcp ${url.hostname}:${port}: connect: connection refused`,
    ECONNRESET: "EOF",
    ENOTFOUND: `dial tcp: lookup ${url.hostname}: no such host`,
  };
  return new Error(`${verb} "${url}": ${reasons[error.code ?? ""] ?? error.message}`, { cause: error });
}

interface Outgoing {
  method: string;
  body: string | undefined;
  headers: Record<string, string>;
}

function send(url: URL, signal: AbortSignal, { method, body, headers }: Outgoing): Promise<Answer> {
  const request = url.protocol === "https:" ? httpsRequest : httpRequest;
  const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers: { ...headers, ...length }, signal }, (incoming) => {
      const parts: Buffer[] = [];
      incoming.on("data", (part: Buffer) => parts.push(part));
      incoming.on("error", reject);
      incoming.on("end", () => {
        const whole = Buffer.concat(parts);
        const text = incoming.headers["content-encoding"] === "gzip" ? gunzipSync(whole) : whole;
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text: text.toString("utf8") });
      });
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}
