import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { marked } from "../../providers/shared/mark.ts";
import * as cloudflare from "./cloudflare.ts";

/** The bucket for which {@link mintBucketKey} creates a key. */
export interface BucketKeyArgs {
  /** Id of the Cloudflare account that owns the bucket: 32 hexadecimal digits. */
  accountId: string;
  /** Name of the bucket. */
  bucket: string;
  /** Jurisdiction of the bucket, which is part of its address in the token's policy. */
  jurisdiction: "default" | "eu";
  /** The stack's mark, which names the token. */
  stack: pulumi.Input<string>;
}

/** Workers R2 Storage Bucket Item Write: read, write and list objects of the named buckets. */
const bucketItemWrite = "2efd5506f9c8494dacb1fa10a3e7d5b6";

/** How {@link mintBucketKey} makes a key. */
export interface BucketKeyOptions {
  /** The key's purpose, if not uploads; tells its token from the others of the stack. */
  about?: string;
  /**
   * The token's word in `mastiff:rotate`. A new word creates a token as a new resource, so that Pulumi deletes the old
   * token last, when every machine has the new one.
   */
  word?: string | undefined;
  /** Whether another bucket replaces the token: the old token opens the old bucket until the end of `up`. Default: no. */
  moves?: boolean;
  parent: pulumi.Resource;
}

/**
 * Creates a token for one bucket only. The S3 key is derived from the token.
 *
 * @see https://developers.cloudflare.com/r2/api/tokens/
 */
export function mintBucketKey(
  name: string,
  { accountId, bucket, jurisdiction, stack }: BucketKeyArgs,
  { word, about, moves = false, parent }: BucketKeyOptions,
): { accessKeyId: pulumi.Output<string>; secretAccessKey: pulumi.Output<string> } {
  const token = new cloudflare.AccountToken(
    word === undefined ? `${name}-token` : `${name}-token-${word}`,
    {
      accountId,
      name: pulumi.output(stack).apply((mark) => marked(mark, wordsOf(about, word))),
      policies: [
        {
          effect: "allow",
          permissionGroups: [{ id: bucketItemWrite }],
          resources: JSON.stringify({
            [`com.cloudflare.edge.r2.bucket.${accountId}_${jurisdiction}_${bucket}`]: "*",
          }),
        },
      ],
    },
    { parent, ...(moves && { replaceOnChanges: ["policies"] }) },
  );
  return { accessKeyId: token.id, secretAccessKey: pulumi.secret(token.value.apply(sha256)) };
}

/** The words in a token's name. Two tokens of one name would be taken for copies of each other (answers.ts). */
function wordsOf(...words: (string | undefined)[]): string | undefined {
  return words.filter((word) => word !== undefined).join(" ") || undefined;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
