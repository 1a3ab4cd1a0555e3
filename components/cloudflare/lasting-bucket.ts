import type * as pulumi from "@pulumi/pulumi";
import { BucketAccess, type CloudflareReach, KeptBucket } from "../../providers/cloudflare/resources.ts";
import type { OwnBucketKey } from "../config/given.ts";
import { type BucketKeyArgs, mintBucketKey } from "./bucket-key.ts";

/** A bucket that {@link lastingBucket} makes. */
export interface LastingBucketArgs extends BucketKeyArgs {
  /** The operator's own key for the bucket. Default: a key that is made for this bucket only. */
  key: OwnBucketKey | undefined;
  /** The purpose of a made key, in the name of its token. */
  about: string;
  /** Word of a made token in `mastiff:rotate`. A new word makes a new token. Default: never rotated. */
  word?: string | undefined;
  /** Whether lifecycle rules will delete old backups, so that the bucket may hold nothing of others. Default: no. */
  forBackups?: true;
  /** Base URL of R2's S3 API, as the operator's machine reaches it. Default: the account's own. */
  endpoint: string | undefined;
  /** How the bucket reaches Cloudflare. Default: as config and environment say. */
  reach: CloudflareReach | undefined;
  /** The component that the resources belong to. */
  parent: pulumi.Resource;
}

/**
 * A bucket in R2 that stays with its objects when the stack is destroyed, and a key for it.
 *
 * @returns the key, after a check that it opens the bucket
 */
export function lastingBucket(name: string, args: LastingBucketArgs): BucketAccess {
  const { accountId, bucket, jurisdiction, about, word, endpoint, parent } = args;
  const kept = new KeptBucket(
    `${name}-bucket`,
    { accountId, bucket, jurisdiction, ...args.reach },
    { parent },
  );
  const { accessKeyId, secretAccessKey } =
    args.key ?? mintBucketKey(name, args, { about, word, moves: true, parent });
  return new BucketAccess(
    `${name}-access`,
    {
      bucket: kept.bucket,
      accountId,
      accessKeyId,
      secretAccessKey,
      jurisdiction,
      keepObjects: true,
      ...(args.forBackups && { forBackups: true }),
      ...(endpoint !== undefined && { endpoint }),
    },
    { parent },
  );
}
