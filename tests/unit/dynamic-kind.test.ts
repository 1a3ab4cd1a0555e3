import { runtime } from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { endpointOf } from "../../providers/cloudflare/bucket-access.ts";
import * as cloudflare from "../../providers/cloudflare/provider.ts";
import * as sendgrid from "../../providers/sendgrid/provider.ts";
import type { Props } from "../../providers/shared/kind.ts";

// The value that a provider gets for "known after up".
const { unknownValue } = await import("@pulumi/pulumi/runtime/rpc.js");

const domain = {
  kind: "AuthenticatedDomain",
  domain: "acme.social",
  subdomain: "em12345",
  subdomainIsOurs: true,
};
const rule = {
  kind: "PhaseRule",
  zoneId: "0".repeat(32),
  phase: "http_config_settings",
  ref: "strict_acme",
  description: "",
  action: "set_config",
  expression: 'http.host eq "acme.social"',
  actionParameters: { ssl: "strict" },
};
const written = { enabled: true, rulesetId: "r", ruleId: "1", written: "" };
const access = {
  kind: "BucketAccess",
  bucket: "files-acme",
  accountId: "0".repeat(32),
  accessKeyId: "k",
  jurisdiction: "default",
  secretAccessKey: "a".repeat(64),
  timeoutSeconds: 120,
  keepObjects: false,
};

async function failures(inputs: Props): Promise<string[]> {
  const provider = String(inputs.kind) in { PhaseRule: 1, BucketAccess: 1 } ? cloudflare : sendgrid;
  const checked = await provider.check({}, inputs);
  const failures = checked.failures ?? [];
  // The engine prints the value of a property that a failure names.
  expect(failures.every(({ property }) => property === "")).toBe(true);
  return failures.map(({ reason }) => reason);
}

test("the mark for unknown values is Pulumi's", () => {
  expect(runtime.unknownValue ?? unknownValue).toBe("04da6b54-80e4-46f7-96ec-b56ff0331ba9");
});

test.each<[string, Props, string[]]>([
  [
    "a domain with a scheme",
    { ...domain, domain: "https://acme.social" },
    [
      'domain: "https://acme.social" is not a domain: write it in lower case, without scheme, e.g. acme.social',
    ],
  ],
  [
    "a path of labels as subdomain",
    { ...domain, subdomain: "a.b" },
    ['subdomain: "a.b" is not a single label such as em or mail'],
  ],
  [
    "a key without scopes, which could do everything",
    { kind: "ApiKey", name: "mastiff acme", scopes: [] },
    ["scopes: a key without scopes may do everything: name the scopes, e.g. mail.send"],
  ],
  [
    "a zone's name for its id",
    { ...rule, zoneId: "acme.social" },
    ['zoneId: "acme.social" is not a zone id (32 hex digits)'],
  ],
  [
    "a rule that never acts",
    { ...rule, expression: "" },
    ["expression: it is empty: the rule would never act"],
  ],
  [
    "a token's value for its digest",
    { ...access, secretAccessKey: "not-a-digest" },
    ["secretAccessKey: it is not a SHA-256 in lower-case hex (of the token's value)"],
  ],
  [
    "a negative time",
    { kind: "DomainValidation", domainId: 1, recordIds: [], timeoutSeconds: -1 },
    ["timeoutSeconds: a time cannot be negative"],
  ],
])("%s is refused in preview", async (_what, inputs, expected) => {
  expect(await failures(inputs)).toEqual(expected);
});

test("the text of a refused secret does not hold the secret", async () => {
  expect((await failures({ ...access, secretAccessKey: "s3cr3t" })).join()).not.toContain("s3cr3t");
});

test("what only up will know is not judged in preview", async () => {
  expect(await failures({ ...rule, zoneId: unknownValue })).toEqual([]);
  expect(await failures({ ...access, secretAccessKey: unknownValue, bucket: unknownValue })).toEqual([]);
  const recordIds = ["a", unknownValue];
  expect(
    await failures({ kind: "DomainValidation", domainId: unknownValue, recordIds, timeoutSeconds: 1 }),
  ).toEqual([]);
});

test("another endpoint or patience alone is no diff", async () => {
  const state = { ...access, endpoint: "http://127.0.0.1:1/r2" };
  const verdict = await cloudflare.diff("id", state, {
    ...access,
    endpoint: "http://127.0.0.1:2/r2",
    timeoutSeconds: 5,
  });
  expect(verdict).toEqual({ changes: false, replaces: [], deleteBeforeReplace: false });
  expect(await sendgrid.diff("id", domain, { ...domain, baseUrl: "http://127.0.0.1:3" })).toEqual({
    changes: false,
    replaces: [],
    deleteBeforeReplace: false,
  });
});

test("a new token is an update in place: a destroy finds it in the state", async () => {
  const state = { ...rule, ...written, apiToken: "first-token" };
  expect(await cloudflare.diff("id", state, { ...rule, apiToken: "second-token" })).toEqual({
    changes: true,
    replaces: [],
    deleteBeforeReplace: false,
  });
  expect((await cloudflare.diff("id", state, { ...rule, apiToken: "first-token" })).changes).toBe(false);
});

test("the order of keys, of scopes and of records is no diff", async () => {
  const before = { ...rule, ...written, actionParameters: { a: { x: 1, y: 2 }, b: 1 } };
  const after = { ...rule, actionParameters: { b: 1, a: { y: 2, x: 1 } } };
  expect((await cloudflare.diff("id", before, after)).changes).toBe(false);
  const ordered = await sendgrid.check(
    {},
    { kind: "ApiKey", name: "k", scopes: ["mail.send", "a.b", "a.b"] },
  );
  expect(ordered.inputs.scopes).toEqual(["a.b", "mail.send"]);
});

test("what the class added itself survives the check, what it did not declare does not", async () => {
  const { inputs } = await sendgrid.check({}, { ...domain, stray: 1 });
  expect(inputs).toEqual(domain);
});

test("another zone replaces a rule, an unknown one is shown as an update", async () => {
  const state = { ...rule, ...written };
  expect(await cloudflare.diff("id", state, { ...rule, zoneId: "1".repeat(32) })).toEqual({
    changes: true,
    replaces: ["zoneId"],
    deleteBeforeReplace: false,
  });
  expect(await cloudflare.diff("id", state, { ...rule, zoneId: unknownValue })).toEqual({
    changes: true,
    replaces: [],
    deleteBeforeReplace: false,
  });
});

test("an optional input that is taken away is a change", async () => {
  const sender = { kind: "SingleSender", nickname: "n", email: "a@b.org", state: "CA" };
  const { state: _, ...without } = sender;
  expect((await sendgrid.diff("id", sender, without)).changes).toBe(true);
});

test("a domain that was not valid yet is looked at again by the next up", async () => {
  const inputs = { kind: "DomainValidation", domainId: 1, recordIds: ["a"], timeoutSeconds: 120 };
  expect((await sendgrid.diff("1", { ...inputs, valid: false, reasons: ["no"] }, inputs)).changes).toBe(true);
  expect((await sendgrid.diff("1", { ...inputs, valid: true, reasons: [] }, inputs)).changes).toBe(false);
});

test("a bucket's name does not change while that would delete its objects", async () => {
  const renamed = { ...access, bucket: "files-other" };
  await expect(cloudflare.diff("id", access, renamed)).rejects.toThrow(
    "The bucket would change from files-acme (jurisdiction default) to files-other (jurisdiction default), and all " +
      "objects of the old one would be deleted.",
  );
  expect((await cloudflare.diff("id", { ...access, keepObjects: true }, renamed)).replaces).toEqual([
    "bucket",
  ]);
  expect((await cloudflare.diff("id", access, { ...access, bucket: unknownValue })).changes).toBe(true);
});

test("a bucket's jurisdiction is part of its endpoint, and as fixed as its name", async () => {
  expect(endpointOf({ accountId: "a", jurisdiction: "default" })).toBe("https://a.r2.cloudflarestorage.com");
  expect(endpointOf({ accountId: "a", jurisdiction: "eu" })).toBe("https://a.eu.r2.cloudflarestorage.com");
  await expect(cloudflare.diff("id", access, { ...access, jurisdiction: "eu" })).rejects.toThrow(
    "jurisdiction eu",
  );
});

test("a new key for the same bucket is an update: a replacement would empty the bucket", async () => {
  const verdict = await cloudflare.diff("id", access, {
    ...access,
    accessKeyId: "k2",
    secretAccessKey: "b".repeat(64),
  });
  expect(verdict).toEqual({ changes: true, replaces: [], deleteBeforeReplace: false });
});

test("a kind from another version is an error that says so", async () => {
  await expect(sendgrid.check({}, { kind: "Subuser" })).rejects.toThrow('knows no resource "Subuser"');
});
