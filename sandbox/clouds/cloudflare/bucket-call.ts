/** What all calls about an R2 bucket share: the look-up of the bucket, and the refusal of a bad body. */
import type { Context } from "hono";
import type { World } from "../world.ts";
import { Refusal, refusal } from "./answer.ts";
import type { Caller } from "./auth.ts";
import { findBucket } from "./r2.ts";
import type { Bucket } from "./state.ts";

/**
 * The refusal of a body that is not JSON of the right form: github.com/cloudflare/workers-sdk/issues/8486.
 */
export const badJson = () => refusal(400, 10040, "The JSON you provided was not well formed.");

/**
 * The bucket of the path, in the jurisdiction of the header. With a wrong jurisdiction the bucket counts as
 * missing.
 */
export function bucketOf(world: World, c: Context<Caller>): Bucket {
  const { account, bucket: name } = c.req.param() as { account?: string; bucket?: string };
  const place = { accountId: account ?? "", jurisdiction: jurisdictionOf(c) };
  const bucket = findBucket(world, name ?? "", place);
  if (bucket === undefined) throw noSuchBucket();
  return bucket;
}

/** github.com/pulumi/pulumi-cloudflare/issues/1174 */
export function noSuchBucket(): Refusal {
  return refusal(404, 10006, "The specified bucket does not exist.");
}

/** The jurisdiction in a call's header. */
export function jurisdictionOf(c: Context): string {
  const jurisdiction = c.req.header("cf-r2-jurisdiction") ?? "default";
  if (!["default", "eu", "fedramp"].includes(jurisdiction)) {
    throw new Refusal(400, [{ code: 10045, message: "The specified jurisdiction is not valid." }]);
  }
  return jurisdiction;
}
