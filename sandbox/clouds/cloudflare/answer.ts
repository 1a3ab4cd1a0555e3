/** The envelope of Cloudflare's API v4: the forms of an answer, an error and a page. */
import { randomBytes } from "node:crypto";
import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";

/** One entry of `errors`. */
export interface Complaint {
  code: number;
  message: string;
  error_chain?: { code: number; message: string }[];
  source?: { pointer: string };
}

/** A call that Cloudflare refuses. The handlers throw it; the server turns it into the envelope. */
export class Refusal extends Error {
  readonly status: ContentfulStatusCode;
  readonly complaints: Complaint[];
  readonly headers: Record<string, string>;

  constructor(status: ContentfulStatusCode, complaints: Complaint[], headers: Record<string, string> = {}) {
    super(complaints.map((c) => `${c.message} (${c.code})`).join("; "));
    this.status = status;
    this.complaints = complaints;
    this.headers = headers;
  }
}

/** A refusal with one complaint. */
export function refusal(
  status: ContentfulStatusCode,
  code: number,
  message: string,
  more: Omit<Complaint, "code" | "message"> = {},
): Refusal {
  return new Refusal(status, [{ code, message, ...more }]);
}

/**
 * An unknown path, or an identifier that is not valid. Code and text:
 * github.com/timothymiller/cloudflare-ddns/issues/152; together with 7000 in cloudflare/cf-terraforming#254.
 */
export function noRoute(path: string, status: 400 | 404 = 404): Refusal {
  return new Refusal(status, [
    { code: 7003, message: `Could not route to ${path}, perhaps your object identifier is invalid?` },
    { code: 7000, message: "No route for that URI" },
  ]);
}

/** A successful answer with a result. */
export function answer(c: Context, result: unknown, info?: ResultInfo): Response {
  return c.json({
    success: true,
    errors: [],
    messages: [],
    result: result ?? null,
    ...(info !== undefined && { result_info: info }),
  });
}

/** The position of a page in its list. */
export interface ResultInfo {
  page: number;
  per_page: number;
  count: number;
  total_count: number;
  total_pages: number;
}

/** Bounds of `per_page`. */
export interface PageLimits {
  default: number;
  min: number;
  max: number;
}

/**
 * The page of a list that `page` and `per_page` ask for. A size out of bounds is replaced by the nearest
 * bound.
 */
export function answerPage<T>(c: Context, all: readonly T[], limits: PageLimits): Response {
  const page = Math.max(1, Number.parseInt(c.req.query("page") ?? "1", 10) || 1);
  const asked = Number.parseInt(c.req.query("per_page") ?? "", 10) || limits.default;
  const size = Math.min(limits.max, Math.max(limits.min, asked));
  const items = all.slice((page - 1) * size, page * size);
  return answer(c, items, {
    page,
    per_page: size,
    count: items.length,
    total_count: all.length,
    total_pages: Math.ceil(all.length / size),
  });
}

/** A new identifier: 32 hex digits. */
export function newId(): string {
  return randomBytes(16).toString("hex");
}

/** Whether a text has the form of an identifier. */
export function isId(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text);
}

/**
 * The body of a call, parsed as JSON. `broken` makes this part of the API's refusal of a body that is not a
 * JSON object.
 */
export async function jsonBody(c: Context, broken: () => Refusal): Promise<Record<string, unknown>> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(await c.req.text());
  } catch {
    throw broken();
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) throw broken();
  return parsed as Record<string, unknown>;
}

/** A time in the format of most of the API: microseconds. */
export function microTime(date: Date): string {
  return date.toISOString().replace(/(\.\d{3})Z$/, "$1000Z");
}

/** A time in the format of tokens: whole seconds. */
export function secondTime(date: Date): string {
  return date.toISOString().replace(/\.\d{3}Z$/, "Z");
}
