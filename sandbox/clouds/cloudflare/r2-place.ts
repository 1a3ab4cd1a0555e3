import type { Bucket } from "./state.ts";

/** The account and the jurisdiction of buckets. */
export type Place = Pick<Bucket, "accountId" | "jurisdiction">;

/**
 * The place of the buckets at R2's real name: `https://<account>.r2.cloudflarestorage.com/<bucket>/<key>`. A bucket in a
 * jurisdiction answers at the jurisdiction's host only (developers.cloudflare.com/r2/reference/data-location, "Using
 * jurisdictions with the S3 API").
 *
 * @returns undefined: the host is another one
 */
export function placeOf({ host }: URL): Place | undefined {
  const found = /^([0-9a-f]{32})(?:\.(eu|fedramp))?\.r2\.cloudflarestorage\.com$/.exec(host);
  if (found === null) return undefined;
  const [, accountId = "", jurisdiction = "default"] = found;
  return { accountId, jurisdiction };
}
