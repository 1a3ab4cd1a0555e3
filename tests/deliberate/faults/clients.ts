/** Faults in providers/sendgrid/, providers/cloudflare/, providers/openpgp/ and providers/shared/. */
import type { Fault } from "../fault.ts";

export const clientFaults: readonly Fault[] = [
  {
    name: "key-that-gpg-cannot-read",
    file: "providers/openpgp/backup-key.ts",
    text: 'type: "ecc",\n      curve: "curve25519Legacy",',
    replacement: 'type: "curve25519",',
    what: "a newer form: GnuPG in the database's image cannot encrypt for the key, and no backup is taken",
  },
  {
    name: "neighbours-key-ended",
    file: "providers/sendgrid/api-key.ts",
    text: "result.filter((entry) => entry.name === name)",
    replacement: "result.filter((entry) => entry.name.startsWith(name))",
    what: "a comparison that is too wide: the keys of a stack with a longer name are ended",
  },
  {
    name: "adopted-domain-deleted",
    file: "providers/sendgrid/authenticated-domain.ts",
    text: "if (!state.adopted) await orGone(",
    replacement: "if (state.domainId) await orGone(",
    what: "a destroy that takes what was there before: a mail domain that the stack only used",
  },
  {
    name: "first-page-only",
    file: "providers/sendgrid/single-sender.ts",
    text: "if (results.length < PAGE) return senders;",
    replacement: "if (results.length <= PAGE) return senders;",
    what: "the first page only: senders beyond the hundredth are not found and made again",
  },
  {
    name: "others-rules-deleted",
    file: "providers/cloudflare/entrypoint.ts",
    text: " && (left.rules ?? []).length === 0;",
    replacement: ";",
    what: "a condition too few: the ruleset goes while rules of others are still in it",
  },
  {
    name: "dump-bucket-without-law",
    file: "providers/cloudflare/kept-bucket.ts",
    text: "const call = { body: { name: wanted.bucket }, headers: lawOf(wanted) };",
    replacement: "const call = { body: { name: wanted.bucket } };",
    what: "a header too few: the dump of an EU community goes into a bucket outside the EU",
  },
  {
    name: "half-a-list-is-empty",
    file: "providers/cloudflare/s3.ts",
    text: "if (answer.ok && (root === undefined || xml?.[root] !== undefined))",
    replacement: "if (answer.ok)",
    what: "half an answer taken for a whole one: a bucket with objects passes for an empty one",
  },
  {
    name: "post-repeated-blindly",
    file: "providers/shared/cloud-client.ts",
    text: '(error.response?.status === 429 || error.config?.method?.toUpperCase() !== "POST")',
    replacement: '(error.response?.status === 429 || error.config?.method !== "POST")',
    what: "a comparison in the wrong case (axios writes `post`): a POST whose answer was lost is made twice",
  },
  {
    name: "property-names-its-value",
    file: "providers/shared/kind.ts",
    text: '({ property: "", reason:',
    replacement: "({ property: String(issue.path[0]), reason:",
    what: "a secret on the screen: the engine prints the value of a property that a failure names",
  },
];
