import { z } from "zod";

// Form of what names a bucket of R2.

export const bucketName = z.string().regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/, {
  error: (issue) => `"${issue.input}" is no name of an R2 bucket: 3 to 63 of a-z, 0-9 and -`,
});

export const accountId = z
  .string()
  .regex(/^[0-9a-f]{32}$/, { error: (issue) => `"${issue.input}" is no account id (32 hex digits)` });

/** Where the objects are kept by law: developers.cloudflare.com/r2/reference/data-location. */
export const jurisdiction = z.enum(["default", "eu", "fedramp"]);
