import { z } from "zod";

// Forms of the inputs that identify an R2 bucket.

export const bucketName = z.string().regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/, {
  error: (issue) => `"${issue.input}" is not a name for an R2 bucket: 3 to 63 of a-z, 0-9 and -`,
});

export const accountId = z
  .string()
  .regex(/^[0-9a-f]{32}$/, { error: (issue) => `"${issue.input}" is not an account id (32 hex digits)` });

/** Jurisdiction that the objects are stored in: developers.cloudflare.com/r2/reference/data-location. */
export const jurisdiction = z.enum(["default", "eu", "fedramp"]);
