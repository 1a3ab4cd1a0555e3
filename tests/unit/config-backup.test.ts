import { describe, expect, test } from "vitest";
import { planBackup } from "../../components/backup/backup-plan.ts";
import { backupWarning } from "../../components/backup/community-backups.ts";
import { backupParts } from "../../components/config/backup-settings.ts";
import type { CommunitySettings } from "../../components/config/schema.ts";
import { recipient, recipientOfVersion6 } from "../support/backup-recipient.ts";
import { fixes, parse, problems, refusal, required } from "../support/config.ts";

const backup = (parts: object) => ({ backup: JSON.stringify(parts) });
const s3 = { endpoint: "https://s3.example.org/", region: "eu-1" };
const key = { backupAccessKeyId: "id", backupSecretAccessKey: "secret" };
const encrypted = ["backupSecretAccessKey", "r2SecretAccessKey"];

test("backups are on: one a day, in a bucket of the account that is named after the domain", () => {
  const usual = {
    schedule: "daily",
    keep: { daily: 14, weekly: 8, monthly: 12 },
    app: "mastiff-party-backup",
    bucket: "backups-mastiff-party",
    account: required.cloudflareAccountId,
    recipients: [],
  };
  expect(parse().backup).toEqual(usual);
  expect(parse(backup({})).backup).toEqual(usual);
  expect(parse({ backup: "off" }).backup).toBeUndefined();
});

test("each part replaces its own default", () => {
  const parts = { schedule: "hourly", keep: { weekly: 2 }, account: "f".repeat(32), recipients: [recipient] };
  expect(parse(backup(parts)).backup).toEqual({
    ...parts,
    keep: { daily: 14, weekly: 2, monthly: 12 },
    app: "mastiff-party-backup",
    bucket: "backups-mastiff-party",
  });
});

const partsOf = (settings: CommunitySettings) =>
  settings.backup && JSON.parse(JSON.stringify(backupParts(settings.backup, settings)));

test.each([
  {},
  { schedule: "hourly", keep: { weekly: 2, monthly: 3 }, recipients: [recipient] },
  { app: "dogs-kept", account: "f".repeat(32), bucket: "dogs" },
  { s3: { endpoint: "https://s3.example.org", region: "eu-1" }, bucket: "backups-mastiff-party" },
])("the parts that differ from the defaults are those that were set: %j", (parts) => {
  expect(partsOf(parse({ ...backup(parts), ...key }, encrypted))).toEqual(parts);
});

test("a part that is set as its default is no part that a command has to name", () => {
  expect(partsOf(parse(backup({ schedule: "daily", keep: { daily: 14 }, recipients: [] })))).toEqual({});
});

test("the way to a key of one's own names the other parts, which it would drop from a JSON text", () => {
  const parts = { schedule: "hourly", keep: { daily: 30 }, account: "f".repeat(32) };
  expect(backupWarning(parse(backup(parts)))).toBe(
    "Only the state of this stack has a key that opens the backups of mastiff.party: if the state is lost, nobody can open them.\n" +
      "  fix     add a public key of your own:  pulumi config set-all --path --plaintext mastiff:backup.schedule=hourly --plaintext mastiff:backup.keep.daily=30 " +
      `--plaintext mastiff:backup.account=${"f".repeat(32)} ` +
      '--plaintext "mastiff:backup.recipients[0]=$(gpg --armor --export <your address>)"',
  );
});

test("the app has a name of its own, where somebody else has the usual one", () => {
  expect(parse({ app: "dogs" }).backup?.app).toBe("dogs-backup");
  expect(parse(backup({ app: "dogs-kept" })).backup?.app).toBe("dogs-kept");
  expect(planBackup(parse(backup({ app: "dogs-kept" })))?.app).toBe("dogs-kept");
});

test("another S3 is the operator's: with a bucket and a key", () => {
  const config = { ...backup({ s3, bucket: "acme.backups" }), ...key };
  expect(parse(config, encrypted).backup).toMatchObject({
    s3: { endpoint: "https://s3.example.org", region: "eu-1" },
    bucket: "acme.backups",
  });
});

test("a key of one's own may be for R2, too", () => {
  const own = { r2AccessKeyId: "id", r2SecretAccessKey: "secret" };
  expect(parse({ ...own, ...key }, encrypted).backupAccessKeyId).toBe("id");
});

test("the name of the bucket fits R2, and only the name of the same domain is the same", () => {
  const names = ["a-b.org", "a.b.org", `${"a".repeat(60)}.one.org`, `${"a".repeat(60)}.two.org`].map(
    (domain) => parse({ domain }).backup?.bucket ?? "",
  );
  expect(new Set(names).size).toBe(4);
  for (const name of names) expect(name).toMatch(/^backups-[a-z0-9-]{1,54}[a-z0-9]$/);
});

describe("refused, with the reason", () => {
  test.each<[string, Record<string, string>, string]>([
    [
      "another word",
      { backup: "never" },
      'backup: is not JSON; it should look like off, or like {"schedule":"hourly","keep":{"daily":7}}',
    ],
    ["a number", { backup: "7" }, 'backup: must be off, or an object such as {"schedule":"hourly"}'],
    ["an unknown part", backup({ keeps: {} }), 'backup: Unrecognized key: "keeps"'],
    [
      "a schedule of no kind",
      backup({ schedule: "weekly" }),
      'backup: schedule: Invalid option: expected one of "daily"|"hourly"',
    ],
    [
      "more days than a year has",
      backup({ keep: { daily: 400 } }),
      "backup: keep.daily: Too big: expected number to be <=366",
    ],
    ["a name of no app", backup({ app: "Acme" }), "backup: app: an app's name is lower-case letters"],
    [
      "a name that Fly reserves",
      backup({ app: "xn--acme" }),
      "backup: is reserved and cannot be the name of a Fly app",
    ],
    [
      "the app of the database",
      backup({ app: "mastiff-party-db" }),
      "backup: is another app of this community: backups need an app of their own",
    ],
    ["a name of no bucket", backup({ bucket: "Acme" }), "backup: bucket: a bucket's name is"],
    ["an account of no kind", backup({ account: "acme" }), "backup: account: must be 32 hexadecimal digits"],
    [
      "a file's name for a key",
      backup({ recipients: ["rex.asc"] }),
      "backup: recipients.0: is not an OpenPGP public key in ASCII armour, as gpg --armor --export prints it",
    ],
    [
      "a key that GnuPG cannot read",
      backup({ recipients: [recipient, recipientOfVersion6] }),
      "backup: recipients.1: is a key of version 6, which GnuPG in the database's image cannot read: use a key of version 4",
    ],
    [
      "a signature for a key",
      backup({ recipients: [recipient.replace("xjME", "wrME")] }),
      "backup: recipients.0: contains no public key: export it again with gpg --armor --export",
    ],
    [
      "keys that no variable of an environment can hold",
      backup({ recipients: Array(90).fill(recipient) }),
      "backup: recipients: are longer than 65536 characters together: leave out photos",
    ],
    [
      "an endpoint without a scheme",
      backup({ s3: { ...s3, endpoint: "s3.example.org" } }),
      "backup: s3.endpoint: is not the URL of an S3 API, such as https://s3.example.com",
    ],
    [
      "another S3 without a bucket",
      { ...backup({ s3 }), ...key },
      "backup: mastiff:backup.s3 needs the name of your bucket there: Mastiff creates none",
    ],
    [
      "another S3 without a key",
      backup({ s3, bucket: "acme" }),
      "backupSecretAccessKey: https://s3.example.org needs a key for the bucket of the backups",
    ],
    [
      "another S3 in a Cloudflare account",
      { ...backup({ s3, bucket: "acme", account: "f".repeat(32) }), ...key },
      "backup: applies only to R2, and mastiff:backup.s3 names another place",
    ],
    [
      "half a key",
      { backupAccessKeyId: "id" },
      "backupSecretAccessKey: a key has two halves: backupAccessKeyId and backupSecretAccessKey",
    ],
    [
      "a key for nothing",
      { backup: "off", ...key },
      "backupAccessKeyId: applies only to backups, and mastiff:backup is off",
    ],
    ["a dot in the name of R2's bucket", backup({ bucket: "acme.backups" }), "an R2 bucket"],
    [
      "the bucket of the uploads",
      backup({ bucket: "files-mastiff-party" }),
      "backup: is the bucket of the uploads, which everybody may read: backups need a bucket of their own",
    ],
    [
      "the bucket of the last dump",
      backup({ bucket: "files-mastiff-party-farewell" }),
      "backup: is the bucket of the last dump: backups need a bucket of their own",
    ],
    [
      "a key of one's own for the uploads alone",
      { r2AccessKeyId: "id", r2SecretAccessKey: "secret" },
      "backupAccessKeyId: the key of the uploads is yours (mastiff:r2AccessKeyId), so Mastiff creates no token for the backups either",
    ],
  ])("%s", (_what, config, problem) => {
    expect(problems(config, encrypted)).toEqual(expect.arrayContaining([expect.stringContaining(problem)]));
  });

  test("a private key, whose text is not repeated", () => {
    const text = recipient.replaceAll("PUBLIC", "PRIVATE");
    const refused = refusal(backup({ recipients: [text] }));
    expect(refused?.message).toContain("is a private key, which must stay with you");
    expect(refused?.message).not.toContain("xjME");
  });
});

test("the bucket of the uploads may have its name in another account", () => {
  expect(problems(backup({ bucket: "files-mastiff-party", account: "f".repeat(32) }))).toEqual([]);
});

test("the fix of one part keeps the parts beside it, however deep they are", () => {
  expect(fixes(backup({ schedule: "hourly", keep: { daily: 400, weekly: 2 } }))).toEqual([
    "pulumi config set-all --path --plaintext mastiff:backup.schedule=hourly --plaintext 'mastiff:backup.keep.daily=<value>' --plaintext mastiff:backup.keep.weekly=2 --stack dev",
  ]);
  expect(fixes({ ...backup({ s3, bucket: "acme", account: "f".repeat(32) }), ...key }, encrypted)).toEqual([
    "pulumi config rm mastiff:backup --stack dev",
    "pulumi config set-all --path --plaintext mastiff:backup.bucket=acme --plaintext mastiff:backup.s3.endpoint=https://s3.example.org/ --plaintext mastiff:backup.s3.region=eu-1 --stack dev",
  ]);
});

test("what is missing is asked for, and there is a way without backups", () => {
  expect(fixes({ r2AccessKeyId: "id", r2SecretAccessKey: "secret" }, encrypted)).toEqual([
    "pulumi config set mastiff:backupAccessKeyId <value> --stack dev",
    "pulumi config set mastiff:backupSecretAccessKey <value> --secret --stack dev",
    "or, without backups:  pulumi config set mastiff:backup off",
  ]);
});
