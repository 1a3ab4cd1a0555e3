/** Errors and bodies of SendGrid's API v3. */
import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { World } from "../world.ts";

/** One entry of `errors`. */
export interface Complaint {
  message: string;
  field: string | null;
}

/** A call that SendGrid refuses: `{"errors":[{"message","field"}]}`. */
export class SendgridRefusal extends Error {
  readonly status: ContentfulStatusCode;
  readonly complaints: Complaint[];

  constructor(status: ContentfulStatusCode, complaints: Complaint[]) {
    super(complaints.map((c) => c.message).join("; "));
    this.status = status;
    this.complaints = complaints;
  }
}

/** A refusal with one complaint, about a field or about the whole call. */
export function refusal(
  status: ContentfulStatusCode,
  message: string,
  field: string | null = null,
): SendgridRefusal {
  return new SendgridRefusal(status, [{ message, field }]);
}

/** 403, the same for every missing scope or right. */
export function forbidden(): SendgridRefusal {
  return refusal(403, "access forbidden");
}

/** 404 in the shape of the reference. */
export function notFound(message = "not found"): SendgridRefusal {
  return refusal(404, message);
}

/** The body of a call, as a JSON object. */
export async function jsonBody(c: Context): Promise<Record<string, unknown>> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(await c.req.text());
  } catch {
    throw refusal(400, "Bad Request: the request body is not valid JSON");
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    throw refusal(400, "Bad Request: the request body must be an object");
  }
  return parsed as Record<string, unknown>;
}

type Kind = "string" | "boolean" | "strings";

/**
 * Checks the types of a body's fields, and that the required fields are present. Unknown fields are accepted,
 * as in the real API.
 * @throws SendgridRefusal 400 that names the field
 */
export function checkFields(
  body: Record<string, unknown>,
  kinds: Record<string, Kind>,
  required: readonly string[] = [],
): void {
  const complaints: Complaint[] = [];
  for (const field of required) {
    if (body[field] === undefined || body[field] === null || body[field] === "") {
      complaints.push({ message: `${field} is required`, field });
    }
  }
  for (const [field, kind] of Object.entries(kinds)) {
    const value = body[field];
    if (value === undefined || value === null) continue;
    const fits =
      kind === "strings"
        ? Array.isArray(value) && value.every((v) => typeof v === "string")
        : typeof value === kind;
    if (!fits) {
      const wanted = kind === "strings" ? "an array of strings" : `a ${kind}`;
      complaints.push({ message: `${field} must be ${wanted}`, field });
    }
  }
  if (complaints.length > 0) throw new SendgridRefusal(400, complaints);
}

/** The part of a list that the query's `limit` and `offset` ask for. */
export function page<T>(c: Context, all: readonly T[], standard: number): T[] {
  const number = (name: string, otherwise: number) => {
    const value = Number(c.req.query(name) ?? otherwise);
    if (!Number.isInteger(value) || value < 0) throw refusal(400, `${name} must be a positive integer`, name);
    return value;
  };
  const offset = number("offset", 0);
  return all.slice(offset, offset + number("limit", standard));
}

/** A new id for a domain, a link or a sender. */
export function takeId(world: World): number {
  const id = world.state.sendgrid.nextId;
  world.state.sendgrid.nextId += 1;
  return id;
}
