/** The mirror of the uploads as config has it, with every default filled in. Pure. */
import { mirrorBucketOf } from "./derived-names.ts";

/** A mirror that is kept. */
export interface MirrorSettings {
  schedule: "daily" | "weekly";
  /** Name of the bucket. */
  bucket: string;
  /** Id of the Cloudflare account that has the bucket. */
  account: string;
  /** Another S3 than R2, without a final slash; its bucket and its key are the operator's. Default: R2. */
  s3?: { endpoint: string; region: string };
}

/** Parts of `mastiff:uploadsMirror`. */
export interface MirrorParts {
  schedule?: MirrorSettings["schedule"] | undefined;
  bucket?: string | undefined;
  account?: string | undefined;
  s3?: { endpoint: string; region: string } | undefined;
}

/** The mirror of a community; undefined: there is none. */
export function mirrorSettings(
  given: MirrorParts | undefined,
  { domain, cloudflareAccountId }: { domain: string; cloudflareAccountId: string },
): MirrorSettings | undefined {
  if (given === undefined) return undefined;
  const { schedule, bucket, account, s3 } = given;
  return {
    schedule: schedule ?? "daily",
    bucket: bucket ?? mirrorBucketOf(domain),
    account: account ?? cloudflareAccountId,
    ...(s3 && { s3: { ...s3, endpoint: s3.endpoint.replace(/\/+$/, "") } }),
  };
}
