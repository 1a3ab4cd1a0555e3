/** Keys for the mirror of the uploads. */
import { z } from "zod";
import { jsonOf, secretText } from "../forms.ts";
import { described } from "../key-words.ts";
import { bucketName, otherS3 } from "./backup.ts";
import { accountId } from "./bucket.ts";

const mirror = z.strictObject({
  schedule: z
    .enum(["daily", "weekly"])
    .meta({ description: "How often new uploads are copied. Fly chooses the minute. Default: `daily`." })
    .optional(),
  bucket: bucketName
    .meta({ description: "Name of the bucket. Default: `mirror-<domain, dashed>`. Required with `s3`." })
    .optional(),
  account: accountId
    .meta({
      description:
        "Id of the Cloudflare account that gets the bucket. Default: `cloudflareAccountId`. Another account keeps the uploads when the first one is lost.",
    })
    .optional(),
  s3: otherS3
    .meta({
      description:
        "Another S3 than R2: its `endpoint`, a URL without the bucket, and its `region`. The bucket and its key are then yours.",
    })
    .optional(),
});

export const mirrorKeys = {
  uploadsMirror: described(jsonOf(mirror, '{"schedule":"weekly"}').optional(), {
    description:
      "A second bucket that gets a copy of each upload of the community's members, and keeps it. Copies of other servers' media and members' archives are left out.",
    unset: "no mirror: it is a second bucket to pay",
    example: '{"schedule":"weekly"}',
    see: ["backups.md#the-uploads"],
  }),
  mirrorAccessKeyId: described(z.string().min(1).optional(), {
    description:
      "Id of a key of your own for the bucket of the mirror. With it, Mastiff creates no token. Required with the part `s3` of `uploadsMirror`, and with `r2AccessKeyId`. Set `mirrorSecretAccessKey` too.",
    unset: "Mastiff creates a token for the bucket",
    example: "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
    see: ["backups.md#the-uploads"],
  }),
  mirrorSecretAccessKey: described(secretText.min(1).optional(), {
    description: "Secret half of the key whose id is `mirrorAccessKeyId`.",
    unset: "Mastiff creates a token for the bucket",
    example: "<secret access key>",
    see: ["backups.md#the-uploads"],
  }),
};
