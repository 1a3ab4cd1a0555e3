/** Authentication: API keys, their scopes, and their rate limits. */
import type { Context, MiddlewareHandler } from "hono";
import type { World } from "../world.ts";
import { forbidden, refusal } from "./answer.ts";
import { grants } from "./scopes.ts";
import { type ApiKey, digestOf, type SendgridState } from "./state.ts";

/** What the middleware sets for the routes. */
export interface Caller {
  Variables: { key: ApiKey };
}

const windowMs = 60_000;

/**
 * Accepts a call with a valid key, and counts calls per key and endpoint. The header `on-behalf-of` has no
 * effect: this SendGrid has one user and no subusers.
 */
export function authentication(world: World): MiddlewareHandler<Caller> {
  // The key is the state object, so a reset of the world resets the counters.
  const counters = new WeakMap<SendgridState, Map<string, { since: number; calls: number }>>();
  return async (c, next) => {
    const key = bearer(world, c);
    c.set("key", key);
    const windows = counters.get(world.state.sendgrid) ?? new Map();
    counters.set(world.state.sendgrid, windows);
    const now = world.now().getTime();
    const endpoint = `${key.id} ${c.req.method} ${c.req.path.replace(/\/\d+/g, "/:id")}`;
    let window = windows.get(endpoint);
    if (window === undefined || now - window.since >= windowMs) {
      window = { since: now, calls: 0 };
      windows.set(endpoint, window);
    }
    window.calls += 1;
    const limit = world.state.sendgrid.dials.callsPerMinute;
    // docs.sendgrid.com/api-reference/how-to-use-the-sendgrid-v3-api/rate-limits: per endpoint; Reset is a
    // Unix time.
    const headers = {
      "x-ratelimit-limit": String(limit),
      "x-ratelimit-remaining": String(Math.max(0, limit - window.calls)),
      "x-ratelimit-reset": String(Math.ceil((window.since + windowMs) / 1000)),
    };
    if (window.calls > limit) {
      return c.json({ errors: [{ field: null, message: "too many requests" }] }, 429, headers);
    }
    await next();
    for (const [name, value] of Object.entries(headers)) c.res.headers.set(name, value);
  };
}

/**
 * The key of a call. Error texts: `authorization required` without a header (twilio/sendgrid-oai
 * tsg_scopes_v3.yaml); the long text for an unknown key (github.com/sendgrid/sendgrid-php/issues/793).
 */
function bearer(world: World, c: Context): ApiKey {
  const header = c.req.header("authorization");
  if (header === undefined || header.trim() === "") throw refusal(401, "authorization required");
  const value = /^bearer\s+(\S+)$/i.exec(header)?.[1];
  const key = value === undefined ? undefined : liveKey(world, value);
  if (key === undefined) {
    throw refusal(401, "The provided authorization grant is invalid, expired, or revoked");
  }
  return key;
}

/** The key with this value, if it is valid now. */
export function liveKey(world: World, value: string): ApiKey | undefined {
  const { keys, dials } = world.state.sendgrid;
  const digest = digestOf(value);
  const key = keys.find((k) => k.digest === digest);
  if (key === undefined || key.revokedAt === null) return key;
  return world.now().getTime() < Date.parse(key.revokedAt) + dials.revocationMs ? key : undefined;
}

/** Refuses a key without this scope. */
export function need(c: Context<Caller>, scope: string): void {
  if (!grants(c.get("key").scopes, scope)) throw forbidden();
}

/** Refuses every key without full access: for calls that no scope covers. */
export function needEverything(c: Context<Caller>): void {
  if (c.get("key").scopes !== null) throw forbidden();
}
