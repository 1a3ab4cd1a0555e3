/** A bucket of backups that the operator names: backups are off, or there is no state that has its key. */
import { Bucket, S3Error } from "../../providers/cloudflare/s3.ts";
import { OperatorError } from "../../providers/shared/operator-error.ts";
import { shell } from "../../providers/shared/shell.ts";
import { UsageError } from "../usage-error.ts";
import { isRefusal } from "./in-bucket.ts";

/** Options that name a bucket. Its key is in the environment, in the variables of AWS's own tools. */
export const bucketOptions = {
  bucket: {
    type: "string",
    valueHint: "name",
    description: "instead of a stack: a bucket, with its key in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
  },
  endpoint: {
    type: "string",
    valueHint: "url",
    description: "with --bucket: its S3 API, such as https://<account>.r2.cloudflarestorage.com",
  },
  region: {
    type: "string",
    valueHint: "name",
    default: "auto",
    description: "with --bucket: its region",
  },
} as const;

/** What the options say. */
export interface NamedBucket {
  bucket: string;
  endpoint: string | undefined;
  region: string;
}

/** @throws UsageError when the endpoint or a half of the key is missing */
export function namedBucket({ bucket, endpoint, region }: NamedBucket): Bucket {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = shell().env;
  if (endpoint === undefined || !/^https?:\/\/[^/]+/.test(endpoint))
    throw new UsageError({
      what: "--bucket needs --endpoint, the URL of the S3 API that has it.",
      fix: ["in R2:  --endpoint https://<account id>.r2.cloudflarestorage.com"],
    });
  if (!accessKeyId || !secretAccessKey)
    throw new UsageError({
      what: "--bucket needs the key of the bucket, in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
      fix: ["in R2, make one that may read:  Cloudflare dashboard, R2, Manage API tokens, Object Read only"],
    });
  return new Bucket({
    bucket,
    endpoint,
    region,
    accessKeyId,
    secretAccessKey,
    service: new URL(endpoint).host,
  });
}

/** Does the work with the bucket. @throws OperatorError when S3 refuses a call, with what to do about it */
export async function reading<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof S3Error) || !isRefusal(error)) throw error;
    throw new OperatorError(
      `${error.words}\n  fix     the key in AWS_ACCESS_KEY_ID has to list the bucket and to read its objects`,
    );
  }
}
