/** Keys for the backups of the database. */
import { z } from "zod";
import { nameRules } from "../../../providers/rules/names.ts";
import { publicKeyProblem } from "../armoured-key.ts";
import { offOrJsonOf, secretText } from "../forms.ts";
import { described } from "../key-words.ts";
import { accountId } from "./bucket.ts";

const kept = (most: number, description: string) =>
  z.number().int().min(1).max(most).meta({ description }).optional();

/** The rules of S3 for a bucket's name; R2 takes no dots (backup-rules.ts). */
export const bucketName = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9.-]+[a-z0-9]$/,
    "a bucket's name is 3 to 63 lower-case letters, digits, dots and dashes",
  )
  .max(63, "a bucket's name has at most 63 characters");

/** An S3 that is not R2. */
export const otherS3 = z.strictObject({
  endpoint: z
    .url({ protocol: /^https?$/, error: "is not the URL of an S3 API, such as https://s3.example.com" })
    .meta({ description: "URL of the S3 API, without the bucket." }),
  region: z.string().min(1, "is empty").meta({ description: "Region of the bucket." }),
});

const publicKey = z
  .string()
  .superRefine((text, context) => {
    const reason = publicKeyProblem(text);
    if (reason !== undefined) context.addIssue({ code: "custom", message: reason });
  })
  .meta({ title: "OpenPGP public key", pattern: "^\\s*-----BEGIN PGP PUBLIC KEY BLOCK-----" });

/**
 * Characters of all public keys together. The driver gets them in one variable of its environment, in Base64 and beside
 * other things, and Linux takes no variable above 128 KiB (linux: include/uapi/linux/binfmts.h, MAX_ARG_STRLEN).
 */
const longestKeys = 65_536;

const backup = z.strictObject(
  {
    schedule: z
      .enum(["daily", "hourly"])
      .meta({ description: "How often a backup is taken. Fly chooses the minute. Default: `daily`." })
      .optional(),
    keep: z
      .strictObject({
        daily: kept(366, "Days for which the backup of each day is kept. Default: 14."),
        weekly: kept(104, "Weeks for which the first backup of each week is kept. Default: 8."),
        monthly: kept(120, "Months for which the first backup of each month is kept. Default: 12."),
      })
      .meta({
        description:
          "How long backups are kept: `daily` in days (1 to 366, default 14), `weekly` in weeks (1 to 104, default 8), `monthly` in months (1 to 120, default 12). Hourly ones are kept for 3 days.",
      })
      .optional(),
    app: z
      .string()
      .regex(nameRules.flyApp.pattern, "an app's name is lower-case letters, digits and dashes")
      .max(nameRules.flyApp.longest, "an app's name has at most 63 characters")
      .meta({
        description:
          "Name of the app on Fly whose machine takes the backups. App names are unique on all of Fly. Default: `<app>-backup`.",
      })
      .optional(),
    bucket: bucketName
      .meta({ description: "Name of the bucket. Default: `backups-<domain, dashed>`. Required with `s3`." })
      .optional(),
    account: accountId
      .meta({
        description:
          "Id of the Cloudflare account that gets the bucket. Default: `cloudflareAccountId`. Another account keeps the backups when the first one is lost.",
      })
      .optional(),
    recipients: z
      .array(publicKey)
      .refine((keys) => keys.join("").length <= longestKeys, {
        error: `are longer than ${longestKeys} characters together: leave out photos and the signatures of others, with gpg --armor --export-options export-minimal --export`,
      })
      .meta({
        description:
          "Your own public keys, in ASCII armour. Each opens every backup, without the state. Default: none.",
      })
      .optional(),
    s3: otherS3
      .meta({
        description:
          "Another S3 than R2: its `endpoint`, a URL without the bucket, and its `region`. The bucket, its lifecycle rules and its key are then yours.",
      })
      .optional(),
  },
  {
    error: (issue) =>
      issue.code === "invalid_type" ? 'must be off, or an object such as {"schedule":"hourly"}' : undefined,
  },
);

export const backupKeys = {
  backup: described(offOrJsonOf(backup, '{"schedule":"hourly","keep":{"daily":7}}').optional(), {
    description:
      "Backups of the database, encrypted, in a bucket of their own that outlives the stack. `off`: no backups are taken. Or an object of the parts that differ from the defaults.",
    unset: "a backup each day, in R2",
    example: '{"schedule":"hourly"}',
    see: ["backups.md#backups"],
  }),
  backupAccessKeyId: described(z.string().min(1).optional(), {
    description:
      "Id of a key of your own for the bucket of the backups. With it, Mastiff creates no token. Required with the part `s3` of `backup`, and with `r2AccessKeyId`. Set `backupSecretAccessKey` too.",
    unset: "Mastiff creates a token for the bucket",
    example: "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
    see: ["backups.md#another-place"],
  }),
  backupSecretAccessKey: described(secretText.min(1).optional(), {
    description: "Secret half of the key whose id is `backupAccessKeyId`.",
    unset: "Mastiff creates a token for the bucket",
    example: "<secret access key>",
    see: ["backups.md#another-place"],
  }),
};
