import { createHash } from "node:crypto";
import { beforeEach, expect, test } from "vitest";
import { sha256 } from "../clouds/cloudflare/digest.ts";
import { getObject, listObjects, objectBytes } from "../clouds/cloudflare/r2.ts";
import { serveCloudflare } from "../clouds/cloudflare/serve.ts";
import type { Machine } from "../clouds/fly/state.ts";
import { account, cloudflareToken } from "./cloud-call.ts";
import {
  community,
  exitCode,
  type Fly,
  freshFly,
  gigabyte,
  job,
  makeApp,
  pass,
  printed,
  run,
  settings,
  stage,
  stateOf,
} from "./fly-call.ts";
import {
  backupFingerprint,
  backupKey,
  newKey,
  opened,
  rsaFingerprint,
  rsaKey,
  shortFingerprint,
  shortKey,
  signingKey,
} from "./openpgp-keys.ts";

const app = "mastiff-party-backup";
const bucket = "backups-mastiff-party";
const accountId = account.slice("/accounts/".length);
const itemRead = "6a018a9f2fc74eb6b293b0c548f38b39";
const itemWrite = "2efd5506f9c8494dacb1fa10a3e7d5b6";
const escrow = '{"domain":"mastiff.party","secrets":{"SECRET_KEY_BASE":"hunter2"}}';
const base64 = (text: string) => Buffer.from(text).toString("base64");
const env = {
  MASTIFF_BACKUP_URL: `https://${accountId}.r2.cloudflarestorage.com/${bucket}`,
  MASTIFF_BACKUP_REGION: "auto",
  MASTIFF_BACKUP_RECIPIENTS: base64(backupKey),
  MASTIFF_BACKUP_SCHEDULE: "daily",
  MASTIFF_DOMAIN: "mastiff.party",
  MASTIFF_VERSION: "v4.7.4",
};
/** As the driver runs it: providers/fly/scripts/backup.sh through direct.sh, recognised by their first lines. */
const cmd = ["sh", "-c", "# mastiff: direct\n", "sh", "bash", "-c", "# mastiff: backup\n"];

let fly: Fly;
beforeEach(async () => {
  fly = freshFly();
  await community(fly);
  await job(fly, ["bundle", "exec", "rails", "db:prepare"]);
  await makeApp(fly, app);
  await cloudflare("POST", `${account}/r2/buckets`, { name: bucket });
  await stage(fly, app, {
    DATABASE_URL: settings.DATABASE_URL ?? "",
    MASTIFF_ESCROW: escrow,
    ...(await keyFor(itemWrite, bucket)),
  });
});

// biome-ignore lint/suspicious/noExplicitAny: tests know the shape of the result
async function cloudflare(method: string, path: string, body: unknown): Promise<any> {
  const answer = await serveCloudflare(fly.world).request(path, {
    method,
    headers: { authorization: `Bearer ${cloudflareToken}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return ((await answer.json()) as { result: unknown }).result;
}

async function keyFor(group: string, name: string): Promise<Record<string, string>> {
  const resources = { [`com.cloudflare.edge.r2.bucket.${accountId}_default_${name}`]: "*" };
  const policies = [{ effect: "allow", permission_groups: [{ id: group }], resources }];
  const { id, value } = await cloudflare("POST", `${account}/tokens`, { name: "backups", policies });
  return { MASTIFF_BACKUP_KEY_ID: id, MASTIFF_BACKUP_KEY_SECRET: sha256(value) };
}

const backUp = (more: Record<string, string> = {}, config: Record<string, unknown> = {}): Promise<Machine> =>
  run(fly, app, {
    image: "flyio/postgres-flex:17.2",
    env: { ...env, ...more },
    init: { cmd },
    guest: gigabyte,
    restart: { policy: "no" },
    ...config,
  });
const lastLine = (machine: Machine) => printed(fly, app, machine).at(-1) ?? "";
const bytesOf = (key: string) => {
  const object = fly.world.state.cloudflare.buckets.find(({ name }) => name === bucket)?.objects[key];
  if (object === undefined) throw new Error(`no object ${key}`);
  return objectBytes(object);
};

test("a backup is a dump, an escrow and a manifest, sealed for the recipients", async () => {
  const machine = await backUp({ MASTIFF_BACKUP_RECIPIENTS: base64(backupKey + rsaKey) });
  expect(exitCode(machine)).toBe(0);
  const manifest = JSON.parse(lastLine(machine));
  expect(manifest).toEqual({
    format: 1,
    domain: "mastiff.party",
    taken: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    class: "monthly",
    mastodon: "v4.7.4",
    postgres: "17.2",
    schema: expect.stringMatching(/^\d{14}$/),
    bytes: expect.any(Number),
    sha256: expect.any(String),
    entries: 812,
    rows: { accounts: 1, users: 0, statuses: 0 },
    databaseBytes: 21_000_000,
    dump: expect.stringMatching(/^monthly\/\d{4}-\d\d\/\d{8}T\d{6}Z\.dump\.gpg$/),
    escrow: manifest.dump.replace(".dump.gpg", ".escrow.gpg"),
    recipients: [backupFingerprint, rsaFingerprint],
    skipped: [],
    seconds: expect.any(Number),
  });
  const stem = manifest.dump.replace(".dump.gpg", "");
  expect(listObjects(fly.world, bucket)).toEqual([`${stem}.dump.gpg`, `${stem}.escrow.gpg`, `${stem}.json`]);
  expect(JSON.parse(getObject(fly.world, bucket, `${stem}.json`)?.body ?? "")).toEqual(manifest);
  const dump = bytesOf(manifest.dump);
  expect([dump.length, createHash("sha256").update(dump).digest("hex")]).toEqual([
    manifest.bytes,
    manifest.sha256,
  ]);
  expect(opened(dump)).toMatch(/^PGDMP\{"owner":"mastiff_party"/);
  expect(opened(bytesOf(manifest.escrow))).toBe(escrow);
  expect(JSON.stringify(fly.world.state.cloudflare)).not.toContain("hunter2");
  expect(
    stateOf(fly, app)
      .logs.map(({ message }) => message)
      .join(),
  ).not.toContain("hunter2");
});

test.each([
  ["daily", ["monthly", "weekly", "daily", "daily", "daily"]],
  ["hourly", ["monthly", "weekly", "daily", "hourly", "hourly"]],
])("with a schedule that is %s a backup is of the first class without one", async (schedule, classes) => {
  // Into the middle of a day, a week and a month, whatever today is: Wednesday, 2030-05-15, 12:00.
  fly.world.advance(Date.UTC(2030, 4, 15, 12) - fly.world.now().getTime());
  const taken = [];
  for (const _ of classes)
    taken.push(JSON.parse(lastLine(await backUp({ MASTIFF_BACKUP_SCHEDULE: schedule }))));
  expect(taken.map((one) => one.class)).toEqual(classes);
  expect(taken.map((one) => one.dump.split("/")[1]).slice(0, 4)).toEqual([
    "2030-05",
    "2030-W20",
    "2030-05-15",
    schedule === "hourly" ? "2030-05-15T12" : "2030-05-15",
  ]);
});

test.each([
  [Date.UTC(2027, 0, 3), "2026-W53"],
  [Date.UTC(2027, 0, 4), "2027-W01"],
  [Date.UTC(2029, 11, 31), "2030-W01"],
])("a week belongs to the year of its Thursday (%s)", async (day, week) => {
  fly.world.advance(day + 3_600_000 - fly.world.now().getTime());
  await backUp();
  expect(JSON.parse(lastLine(await backUp())).dump).toMatch(new RegExp(`^weekly/${week}/`));
});

test("a scheduled backup runs day after day, and the bucket's rules remove what is old", async () => {
  const rule = { id: "daily", enabled: true, conditions: { prefix: "daily/" } };
  const condition = { type: "Age", maxAge: 1.5 * 86_400 };
  const rules = [{ ...rule, deleteObjectsTransition: { condition } }];
  await cloudflare("PUT", `${account}/r2/buckets/${bucket}/lifecycle`, { rules });
  fly.world.advance(Date.UTC(2030, 4, 15, 12) - fly.world.now().getTime());
  const machine = await backUp({}, { schedule: "daily" });
  await pass(fly, 4 * 86_400_000);
  const taken = printed(fly, app, machine).filter((line) => line.startsWith("{"));
  expect(taken.map((line) => JSON.parse(line).taken.slice(0, 10))).toEqual([
    "2030-05-15",
    "2030-05-16",
    "2030-05-17",
    "2030-05-18",
    "2030-05-19",
  ]);
  const kept = listObjects(fly.world, bucket).filter((key) => key.endsWith(".json"));
  expect(kept.map((key) => key.split("/")[0])).toEqual(["daily", "daily", "monthly", "weekly"]);
});

test("a key that gpg cannot encrypt for is skipped, and the manifest says so", async () => {
  const before = await backUp({ MASTIFF_BACKUP_RECIPIENTS: base64(backupKey + shortKey) });
  expect(JSON.parse(lastLine(before))).toMatchObject({
    recipients: [backupFingerprint, shortFingerprint],
    skipped: [],
  });
  fly.world.advance(Date.UTC(2031, 0, 1) - fly.world.now().getTime());
  const machine = await backUp({ MASTIFF_BACKUP_RECIPIENTS: base64(backupKey + shortKey + signingKey) });
  expect(exitCode(machine)).toBe(0);
  const manifest = JSON.parse(lastLine(machine));
  expect(manifest).toMatchObject({
    recipients: [backupFingerprint],
    skipped: [shortFingerprint, "D1C0EFE766BFCB5DEC47FB86BE1C228E121E7FFB"],
  });
  expect(opened(bytesOf(manifest.escrow))).toBe(escrow);
});

/** Secrets or environment that make a backup fail, and the end of its last line. */
const failures: [string, Record<string, string>, string][] = [
  ["no key", { MASTIFF_BACKUP_KEY_ID: "" }, "MASTIFF_BACKUP_KEY_ID is not set in this machine."],
  ["no bucket", { MASTIFF_BACKUP_URL: "" }, "MASTIFF_BACKUP_URL is not set in this machine."],
  [
    "no recipients",
    { MASTIFF_BACKUP_RECIPIENTS: "" },
    "MASTIFF_BACKUP_RECIPIENTS is not set in this machine.",
  ],
  [
    "recipients that are none",
    { MASTIFF_BACKUP_RECIPIENTS: base64("hello") },
    "MASTIFF_BACKUP_RECIPIENTS has a key that gpg cannot read.",
  ],
  [
    "a key of algorithms that GnuPG does not know",
    { MASTIFF_BACKUP_RECIPIENTS: base64(backupKey + newKey) },
    "MASTIFF_BACKUP_RECIPIENTS has a key that gpg cannot read.",
  ],
  [
    "a key that only signs",
    { MASTIFF_BACKUP_RECIPIENTS: base64(signingKey) },
    "gpg cannot encrypt for D1C0EFE766BFCB5DEC47FB86BE1C228E121E7FFB, the key of the stack.",
  ],
  [
    "another schedule",
    { MASTIFF_BACKUP_SCHEDULE: "weekly" },
    "MASTIFF_BACKUP_SCHEDULE is weekly, and not daily or hourly.",
  ],
  [
    "a key that R2 does not know",
    { MASTIFF_BACKUP_KEY_ID: "f".repeat(32) },
    "cannot be listed: the request got HTTP 401 Unauthorized (Unauthorized).",
  ],
  [
    "a bucket that the key does not open",
    { MASTIFF_BACKUP_URL: env.MASTIFF_BACKUP_URL.replace(bucket, "nowhere") },
    "nowhere cannot be listed: the request got HTTP 403 AccessDenied (Access Denied).",
  ],
  [
    "the host of another jurisdiction",
    { MASTIFF_BACKUP_URL: env.MASTIFF_BACKUP_URL.replace(".r2.", ".eu.r2.") },
    "cannot be listed: the request got HTTP 404 NoSuchBucket (The specified bucket does not exist.).",
  ],
  [
    "a host that does not exist",
    { MASTIFF_BACKUP_URL: "https://s3.example.org/backups" },
    "the request got no answer (curl: (6) Could not resolve host: s3.example.org).",
  ],
  [
    "a database that is not there",
    { DATABASE_URL: "postgres://a:b@nowhere-db.flycast:5432/mastiff_party?sslmode=disable" },
    "the database does not answer at nowhere-db.internal:5433/mastiff_party?sslmode=disable.",
  ],
  [
    "a password that is wrong",
    { DATABASE_URL: (settings.DATABASE_URL ?? "").replace("dbpass", "wrong") },
    "the database cannot be read: psql says why above.",
  ],
];

test.each(failures)("with %s there is no backup", async (_what, wrong, words) => {
  const machine = await backUp(wrong);
  expect([exitCode(machine), lastLine(machine)]).toEqual([
    1,
    expect.stringMatching(/^No backup was taken: /),
  ]);
  expect(lastLine(machine).endsWith(words), lastLine(machine)).toBe(true);
  expect(listObjects(fly.world, bucket)).toEqual([]);
});

test("a key that may only read, and one whose bucket is gone, take no backup", async () => {
  const machine = await backUp(await keyFor(itemRead, bucket));
  expect(lastLine(machine)).toMatch(/cannot begin: the request got HTTP 403 AccessDenied/);
  await cloudflare("DELETE", `${account}/r2/buckets/${bucket}`, {});
  expect(lastLine(await backUp())).toMatch(/cannot be listed: the request got HTTP 404 NoSuchBucket/);
});

test("an upload that breaks off is aborted, and the next backup succeeds", async () => {
  fly.world.state.fly.dials.brokenUploads = 1;
  const machine = await backUp();
  expect([exitCode(machine), lastLine(machine)]).toEqual([
    1,
    expect.stringContaining("Connection reset by peer"),
  ]);
  expect(fly.world.state.cloudflare.buckets.find(({ name }) => name === bucket)?.uploads).toEqual([]);
  expect(listObjects(fly.world, bucket)).toEqual([]);
  expect(exitCode(await backUp())).toBe(0);
});

test("pg_dump refuses a newer server; a statement that is long is not cut on the direct port", async () => {
  const old = await backUp({}, { image: "flyio/postgres-flex:16.4" });
  expect([exitCode(old), lastLine(old)]).toEqual([
    1,
    expect.stringContaining("pg_dump ended with exit code 1"),
  ]);
  fly.world.state.fly.dials.longestStatementMs = 31 * 60_000;
  expect(exitCode(await backUp())).toBe(0);
  const proxied = await backUp({}, { init: { cmd: cmd.slice(4) } });
  expect(lastLine(proxied)).toContain("pg_dump ended with exit code 1");
});

test("a database without a schema cannot be backed up", async () => {
  const empty = freshFly();
  fly = empty;
  await community(fly);
  await makeApp(fly, app);
  await cloudflare("POST", `${account}/r2/buckets`, { name: bucket });
  await stage(fly, app, {
    DATABASE_URL: settings.DATABASE_URL ?? "",
    MASTIFF_ESCROW: escrow,
    ...(await keyFor(itemWrite, bucket)),
  });
  expect(lastLine(await backUp())).toContain("the database cannot be read");
});
