/** Keys for the Cloudflare account and the bucket of the uploads. */
import { z } from "zod";
import { nameRules } from "../../../providers/rules/names.ts";
import { secretText } from "../forms.ts";
import { described } from "../key-words.ts";

/** Id of a Cloudflare account. */
export const accountId = z
  .string()
  .regex(
    /^[0-9a-f]{32}$/,
    "must be 32 hexadecimal digits, as shown on the right side of the account's overview page",
  );

export const bucketKeys = {
  cloudflareAccountId: described(accountId, {
    description: "Id of the Cloudflare account: 32 hexadecimal digits, shown on the account's overview page.",
    example: "0123456789abcdef0123456789abcdef",
  }),
  bucket: described(
    z
      .string()
      .regex(nameRules.bucket.pattern, "a bucket's name is 3 to 63 lower-case letters, digits and dashes")
      .max(nameRules.bucket.longest, "a bucket's name has at most 63 characters")
      .optional(),
    {
      description:
        "Name of the R2 bucket for uploads. Dashed means that dots become `-` and a dash becomes `--`; a name that is too long is cut and ends in a digest.",
      unset: "`files-<domain, dashed>`",
      example: "files-acme-social",
    },
  ),
  bucketLocation: described(z.enum(["apac", "eeur", "enam", "weur", "wnam", "oc"]).optional(), {
    description:
      "Where Cloudflare should keep the bucket. Cloudflare treats it as a hint, and only when the bucket is created.",
    unset: "near the first writer",
    example: "weur",
  }),
  bucketJurisdiction: described(z.enum(["default", "eu"]).default("default"), {
    description: "Jurisdiction of the bucket. `eu` keeps the objects in the European Union.",
    example: "eu",
  }),
  r2AccessKeyId: described(z.string().min(1).optional(), {
    description:
      "Id of an R2 key of your own for the bucket. With it, Mastiff creates no token. Set `r2SecretAccessKey` too.",
    unset: "Mastiff creates a token for the bucket",
    example: "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
  }),
  r2SecretAccessKey: described(secretText.min(1).optional(), {
    description: "Secret half of the R2 key whose id is `r2AccessKeyId`.",
    unset: "Mastiff creates a token for the bucket",
    example: "<secret access key>",
  }),
};
