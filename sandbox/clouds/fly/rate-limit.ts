/**
 * The rate limit of the Machines API. Each action on a machine (or on an app, where there is no machine yet)
 * allows one request a second, with bursts of three. GET of one machine allows five a second, with bursts of
 * ten (superfly/docs machines/api/working-with-machines-api.html.markerb, "Rate Limits"). Further requests
 * get 429; its text is a guess.
 *
 *     bucket (action, machine or app) ─ a token a second, three at most ─► one token a request, or 429
 *
 * A world without latency answers in a millisecond what takes the real Fly two hundred. A caller that keeps
 * the real limit would exceed the limit here. So latency that was not waited counts as elapsed: each app has
 * a clock that runs ahead by the modelled latency of the calls about the app.
 */
import type { MiddlewareHandler } from "hono";
import { latencyOf } from "../latency.ts";
import type { World } from "../world.ts";
import { Refusal } from "./errors.ts";

interface Bucket {
  tokens: number;
  /** Time on the app's own clock, in milliseconds. */
  at: number;
}

interface Counted {
  buckets: Map<string, Bucket>;
  /** By app: the latency that its calls did not wait for, in milliseconds. */
  ahead: Map<string, number>;
}

const counted = new WeakMap<World["journal"], Counted>();

/** Adds the latency of a call about an app to that app's clock. */
export function pass(world: World, app: string, method: string, path: string): void {
  const { ahead } = countedOf(world);
  const unwaited = latencyOf("fly", method, path) * (1 - world.latencyScale);
  ahead.set(app, (ahead.get(app) ?? 0) + unwaited);
}

/** Refuses calls beyond the limit. It covers all paths below `/apps/:app/machines`. */
export function limitRate(world: World): MiddlewareHandler {
  return async (c, next) => {
    const [, app = "", rest = ""] = /\/apps\/([^/]+)\/machines\/?(.*)$/.exec(c.req.path) ?? [];
    pass(world, app, c.req.method, c.req.path);
    if (!take(world, app, c.req.method, rest)) throw new Refusal(429, "rate limit exceeded");
    await next();
  };
}

/** @returns whether there was a token for the call */
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
