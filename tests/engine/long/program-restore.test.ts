import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { environment } from "../../../sandbox/toolchain/environment.ts";
import { root } from "../../../sandbox/toolchain/paths.ts";
import { openExample } from "../../support/examples.ts";
import { backupPair, putSealedBackup } from "../../support/sealed-backup.ts";
import type { TestStack } from "../../support/stack.ts";
import { startWorld, type TestWorld } from "../../support/world.ts";

/** Secrets of a community that was lost, as its escrow has them. */
const secrets: Record<string, string> = {
  SECRET_KEY_BASE: "ab".repeat(64),
  ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY: "a".repeat(32),
  ACTIVE_RECORD_ENCRYPTION_DETERMINISTIC_KEY: "b".repeat(32),
  ACTIVE_RECORD_ENCRYPTION_KEY_DERIVATION_SALT: "c".repeat(32),
  VAPID_PRIVATE_KEY: "J-0itzQpqBYdSAir5AZn-RFzhn142xvhQ5gRZfXUaBE=",
  VAPID_PUBLIC_KEY:
    "BPE29DlHpwYxn1CQ14msBGBPsWfSDZNUvT4UYEovWJRSRM4FhNhQjAQpI439fXcA3pWIkcVL1iGve1D86d28M6g=",
};

/** The tests follow one community that a program makes from arguments: its config says nothing of it. */
let world: TestWorld;
let stack: TestStack;
beforeAll(async () => {
  world = await startWorld();
  stack = await openExample(world, "beside-my-own-zone");
});
afterAll(async () => {
  await stack?.end();
  await world?.stop();
});

async function run(command: string, ...rest: string[]) {
  const names = [command, "-s", stack.place.stack, "--community", "social"];
  return execa(process.execPath, [join(root, "cli/mastiff.mjs"), ...names, ...rest], {
    cwd: stack.place.project,
    env: environment(world.toolchain, stack.place.target),
    extendEnv: false,
    reject: false,
    input: "",
  });
}

/** @returns what it said, on both streams */
async function mastiff(command: string, ...rest: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await run(command, ...rest);
  expect(exitCode, `mastiff ${[command, ...rest].join(" ")}:\n${stderr}`).toBe(0);
  return stdout + stderr;
}

/** Names of all records at Cloudflare, and of the community's apps on Fly. */
async function inClouds(): Promise<string[]> {
  const { cloudflare, fly } = await world.state();
  const records = (cloudflare.records as { name: string }[]).map(({ name }) => name);
  return [...records, ...Object.keys(fly.apps).filter((app) => app.startsWith("social"))].sort();
}

test("gets the secrets of a backup before its first up, which then uses them", async () => {
  const pair = await backupPair();
  const objects = new Map<string, string | Buffer>();
  const backup = { hours: 1, manifest: { domain: "social.mastiff.party" } };
  const { manifest, name } = await putSealedBackup({ objects }, pair, secrets, backup);
  const [key, escrow] = [join(world.folder, "key.asc"), join(world.folder, `${name}.escrow.gpg`)];
  writeFileSync(key, pair.privateKey);
  writeFileSync(escrow, objects.get(manifest.escrow) ?? "");
  const before = await inClouds();
  const { exitCode, stderr: refusal } = await run("restore-keys", "--from", escrow, "--key", key);
  expect([exitCode, refusal]).toEqual([
    1,
    expect.stringContaining("waits for other resources of the program, which do not exist yet: website."),
  ]);
  expect(await inClouds()).toEqual(before);
  const targets = [...refusal.matchAll(/ --target '([^']+)'/g)].flatMap(([, urn = ""]) => ["--target", urn]);
  const first = await stack.up(...targets);
  expect(first.exitCode, first.output).toBe(0);
  const withWebsite = await inClouds();
  expect(withWebsite).toHaveLength(before.length + 1);

  const said = await mastiff("restore-keys", "--from", escrow, "--key", key);
  expect(said).toContain(`has the ${Object.keys(secrets).length} secrets of social.mastiff.party.`);
  expect(said).toContain(`--community social --from ${name} --key <file>`);
  expect(await inClouds()).toEqual(withWebsite);

  const up = await stack.up();
  expect(up.exitCode, up.output).toBe(0);
  const own = Object.values((await world.state()).fly.apps) as {
    secrets: Record<string, { value: string }>;
  }[];
  const bases = own.flatMap((app) => app.secrets.SECRET_KEY_BASE?.value ?? []);
  expect(new Set(bases)).toEqual(new Set([secrets.SECRET_KEY_BASE]));
});

test("is backed up, drilled and restored by its name", async () => {
  await mastiff("backup");
  expect(await mastiff("drill")).toContain("social.mastiff.party: the backup of ");
  const restored = await mastiff("restore", "--from", "latest", "--yes");
  expect(restored).toContain("npx mastiff restore -s example --community social --undo");
  expect(await mastiff("restore", "--finish", "--yes")).toContain("social.mastiff.party has one database");
});
