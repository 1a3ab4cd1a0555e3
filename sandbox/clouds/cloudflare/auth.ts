/** Authentication: bearer tokens, their state, and the rate limit. */
import type { Context, MiddlewareHandler } from "hono";
import type { World } from "../world.ts";
import { Refusal, refusal } from "./answer.ts";
import { sha256 } from "./digest.ts";
import { withOperatorsRights } from "./operator.ts";
import { mayDo, type Target } from "./permissions.ts";
import type { CloudflareState, Token, Zone } from "./state.ts";

/** What the middleware sets for the routes. */
export interface Caller {
  Variables: { token: Token };
}

const windowMs = 5 * 60 * 1000;

/** Accepts a call with a valid token, and counts it. */
export function authentication(world: World): MiddlewareHandler<Caller> {
  // The key is the state object, so a reset of the world resets the counters.
  const counters = new WeakMap<CloudflareState, Map<string, { since: number; calls: number }>>();
  return async (c, next) => {
    const windows = counters.get(world.state.cloudflare) ?? new Map();
    counters.set(world.state.cloudflare, windows);
    const token = bearer(world, c);
    const limit = world.state.cloudflare.dials.callsPerFiveMinutes;
    const now = world.now().getTime();
    let window = windows.get(token.id);
    if (window === undefined || now - window.since >= windowMs) {
      window = { since: now, calls: 0 };
      windows.set(token.id, window);
    }
    window.calls += 1;
    const resetMs = window.since + windowMs - now;
    const headers = {
      "x-ratelimit-limit": String(limit),
      "x-ratelimit-remaining": String(Math.max(0, limit - window.calls)),
      "x-ratelimit-reset": new Date(now + resetMs).toUTCString(),
    };
    // 1200 calls in five minutes, then 429 for every call:
    // developers.cloudflare.com/fundamentals/api/reference/limits. 971 with this text:
    // alchemy-run/distilled-cloudflare src/errors, TooManyRequests.
    if (window.calls > limit) {
      throw new Refusal(
        429,
        [{ code: 971, message: "Please wait and consider throttling your request speed" }],
        { ...headers, "retry-after": String(Math.ceil(resetMs / 1000)) },
      );
    }
    c.set("token", token);
    await next();
    for (const [name, value] of Object.entries(headers)) c.res.headers.set(name, value);
  };
}

/**
 * The token of a call. Without a header: 9106, on `verify` 1001. Malformed header: 6003 with 6111 in its
 * chain (github.com/kissgyorgy/cloudflare-dyndns/issues/40). Unknown token: 9109, on `verify` 1000 with 401.
 */
function bearer(world: World, c: Context): Token {
  const verifying = /\/tokens\/verify$/.test(c.req.path);
  const header = c.req.header("authorization");
  if (header === undefined) {
    throw verifying
      ? refusal(400, 1001, 'Missing "Authorization" header')
      : refusal(400, 9106, "Missing X-Auth-Key, X-Auth-Email or Authorization headers");
  }
  const value = /^Bearer ([A-Za-z0-9_.-]{40,})$/.exec(header)?.[1];
  if (value === undefined) {
    throw refusal(400, 6003, "Invalid request headers", {
      error_chain: [{ code: 6111, message: "Invalid format for Authorization header" }],
    });
  }
  const token = liveToken(world, sha256(value));
  if (token === undefined) {
    throw verifying ? refusal(401, 1000, "Invalid API Token") : refusal(403, 9109, "Invalid access token");
  }
  return token;
}

/**
 * The token with this secret, if it is valid now: active, within its dates, and past its activation delay.
 */
export function liveToken(world: World, secret: string): Token | undefined {
  const { tokens, dials } = world.state.cloudflare;
  const token = tokens.find((t) => t.secret === secret);
  const now = world.now().getTime();
  if (token === undefined || token.status !== "active") return undefined;
  if (token.expiresOn !== undefined && Date.parse(token.expiresOn) <= now) return undefined;
  if (token.notBefore !== undefined && Date.parse(token.notBefore) > now) return undefined;
  const isKnown = now - Date.parse(token.mintedAt) >= dials.tokenActivationMs;
  return isKnown ? withOperatorsRights(token, world.state.cloudflare) : undefined;
}

/**
 * Refuses a token that lacks the right: 403 with 10000 `Authentication error`. Cloudflare's answer is the
 * same for a missing permission and for a missing resource.
 */
export function need(c: Context<Caller>, groups: readonly string[], target: Target): void {
  if (!mayDo(c.get("token"), groups, target)) throw refusal(403, 10000, "Authentication error");
}

/**
 * The zone of a path, if it exists and the token has one of these rights in it. An unknown zone is answered
 * like a forbidden one.
 */
export function zoneOf(world: World, c: Context<Caller>, groups: readonly string[]): Zone {
  const zone = world.state.cloudflare.zones.find((z) => z.id === c.req.param("zone"));
  if (zone === undefined) {
    // For the path of the zone itself: alchemy-run/distilled packages/cloudflare/src/services/zones.ts,
    // InvalidZoneIdentifier.
    throw /\/zones\/[0-9a-f]{32}$/.test(c.req.path)
      ? refusal(403, 9109, "Invalid zone identifier")
      : refusal(403, 10000, "Authentication error");
  }
  need(c, groups, { kind: "zone", accountId: zone.accountId, zoneId: zone.id });
  return zone;
}
