/**
 * The Machines API's limit: one request a second for each action of a machine, or of an app where there is no machine
 * yet, three at once; for one machine's GET five a second and ten at once (superfly/docs
 * machines/api/working-with-machines-api.html.markerb, "Rate Limits"). Beyond it 429; its text is a guess.
 *
 *     bucket (action, machine or app) ─ a token a second, three at most ─► one token a request, or 429
 *
 * A world without latency answers in a millisecond what takes the real one two hundred, so a caller that keeps the
 * real limit would break this one. What was not waited counts as passed: an app's clock runs ahead by the modelled
 * latency of the calls about it.
 */
import type { MiddlewareHandler } from "hono";
import { latencyOf } from "../latency.ts";
import type { World } from "../world.ts";
import { Refusal } from "./errors.ts";

interface Bucket {
  tokens: number;
  /** Of the app's own clock, in milliseconds. */
  at: number;
}

interface Counted {
  buckets: Map<string, Bucket>;
  /** By app: what its calls would have waited for in reality, in milliseconds. */
  ahead: Map<string, number>;
}

const counted = new WeakMap<World["journal"], Counted>();

/** Adds what a call about an app would have taken to that app's clock. */
export function pass(world: World, app: string, method: string, path: string): void {
  const { ahead } = countedOf(world);
  const unwaited = latencyOf("fly", method, path) * (1 - world.latencyScale);
  ahead.set(app, (ahead.get(app) ?? 0) + unwaited);
}

/** Refuses what goes beyond the limit. For everything below `/apps/:app/machines`. */
export function limitRate(world: World): MiddlewareHandler {
  return async (c, next) => {
    const [, app = "", rest = ""] = /\/apps\/([^/]+)\/machines\/?(.*)$/.exec(c.req.path) ?? [];
    pass(world, app, c.req.method, c.req.path);
    if (!take(world, app, c.req.method, rest)) throw new Refusal(429, "rate limit exceeded");
    await next();
  };
}

/** @returns whether there was a token for it */
function take(world: World, app: string, method: string, rest: string): boolean {
  const { requestsPerSecond: perSecond } = world.state.fly.dials;
  if (perSecond === 0) return true;
  const [machine = "", ...action] = rest.split("/");
  const isGet = method === "GET" && machine !== "" && action.length === 0;
  const [rate, most] = isGet ? [5 * perSecond, 10] : [perSecond, 3];
  const { buckets, ahead } = countedOf(world);
  const key = [app, machine, method, ...action].join(" ");
  const now = world.now().getTime() + (ahead.get(app) ?? 0);
  const bucket = buckets.get(key) ?? { tokens: most, at: now };
  const tokens = Math.min(most, bucket.tokens + (Math.max(0, now - bucket.at) / 1000) * rate);
  buckets.set(key, { tokens: tokens < 1 ? tokens : tokens - 1, at: now });
  return tokens >= 1;
}

function countedOf(world: World): Counted {
  const known = counted.get(world.journal);
  if (known !== undefined) return known;
  const fresh: Counted = { buckets: new Map(), ahead: new Map() };
  counted.set(world.journal, fresh);
  return fresh;
}
