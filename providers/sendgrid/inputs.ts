import { z } from "zod";

// Forms that several resources share. The messages reach the operator as they are.

/** Base of the API. */
export const baseUrl = z
  .url({
    protocol: /^https?$/,
    error: (issue) => `"${issue.input}" is not a URL of an API such as https://api.sendgrid.com/v3`,
  })
  .optional();

const LABELS = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$/;

/** A domain as DNS writes it. */
export const domain = z.string().regex(LABELS, {
  error: (issue) =>
    `"${issue.input}" is not a domain: write it in lower case, without scheme, e.g. acme.social`,
});

/** A mail address. */
export const email = z.email({ error: (issue) => `"${issue.input}" is not a mail address` });

/** A text that is not empty. */
export const text = (longest: number) =>
  z
    .string()
    .min(1, { error: "it is empty" })
    .max(longest, { error: `it is longer than ${longest} characters` });

/** A time to wait at most, in seconds. */
export const timeoutSeconds = z
  .number()
  .min(0, { error: "a time cannot be negative" })
  .max(3600, { error: "one run waits for an hour at most (3600)" });
