import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { communityOf } from "../../../checks/community.ts";
import { runChecks } from "../../../checks/run.ts";
import { openVisitor } from "../../../checks/visitor.ts";
import { environment } from "../../../sandbox/toolchain/environment.ts";
import { root } from "../../../sandbox/toolchain/paths.ts";
import { nameOf } from "../../support/events.ts";
import { backupPair } from "../../support/sealed-backup.ts";
import { openStack, type TestStack } from "../../support/stack.ts";
import { startWorld, type TestWorld } from "../../support/world.ts";

/** The permanent secrets, which make a community the one that it was. */
const permanent = /^(SECRET_KEY_BASE|ACTIVE_RECORD_ENCRYPTION_|VAPID_)/;

describe("a community of which its bucket of backups and one private key are left", () => {
  let world: TestWorld;
  let stack: TestStack;
  let config: Record<string, string>;
  let key: string;
  /** The clouds before the community. */
  // biome-ignore lint/suspicious/noExplicitAny: the clouds' state is theirs.
  let initial: any;
  let secrets: Record<string, string>;
  let backup: { dump: string; rows: { users: number } };
  const said: string[] = [];

  beforeAll(async () => {
    world = await startWorld();
    initial = await world.state();
    const { publicKey, privateKey } = await backupPair();
    key = join(world.folder, "key.asc");
    writeFileSync(key, privateKey);
    config = { "mastiff:backup": JSON.stringify({ recipients: [publicKey] }) };
    stack = await openStack(world, { config });
  });
  afterAll(async () => {
    await stack?.end();
    await world?.stop();
  });

  const mastiff = async (...args: string[]) => {
    const [command = "", ...rest] = args;
    const run = await execa(
      process.execPath,
      [join(root, "cli/mastiff.mjs"), command, "-s", stack.place.stack, ...rest],
      {
        cwd: stack.place.project,
        env: environment(world.toolchain, stack.place.target),
        extendEnv: false,
        reject: false,
      },
    );
    said.push(run.stdout, run.stderr);
    return { code: run.exitCode ?? 130, stdout: run.stdout, stderr: run.stderr };
  };
  const done = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await mastiff(...args);
    expect(code, `mastiff ${args.join(" ")}:\n${stderr}`).toBe(0);
    return stdout;
  };
  const up = async () => {
    const outcome = await stack.up();
    expect(outcome.exitCode, outcome.output).toBe(0);
  };
  const secretsNow = async (): Promise<Record<string, string>> => {
    const { secrets: all } = (await stack.outputs()) as { secrets: Record<string, string> };
    return Object.fromEntries(Object.entries(all).filter(([name]) => permanent.test(name)));
  };
  const apps = async () => Object.keys((await world.state()).fly.apps);

  test("is backed up, and the backup is proven", async () => {
    await up();
    for (const name of ["cat", "dog"])
      await done("tootctl", "accounts", "create", name, "--email", `${name}@mastiff.party`, "--confirmed");
    backup = JSON.parse(await done("backup", "--json"));
    expect(backup.rows.users).toBe(3);
    const before = await apps();
    expect(JSON.parse(await done("drill", "--key", key, "--json"))).toMatchObject({
      dump: backup.dump,
      rows: backup.rows,
      key: "decrypted",
    });
    expect(await apps()).toEqual(before);
    const listed = JSON.parse(await done("backups", "--json"));
    expect(listed.backups[0]).toMatchObject({ dump: backup.dump, drill: { key: "decrypted" } });
    secrets = await secretsNow();
  });

  test("a new stack gets its secrets, which a preview then leaves as they are", async () => {
    await stack.end();
    await world.meddle((state) => {
      const backups = state.cloudflare.buckets.filter(({ name }: { name: string }) => /^backups-/.test(name));
      Object.assign(state, structuredClone(initial));
      state.cloudflare.buckets = backups;
    });
    stack = await openStack(world, { config });
    await done("restore-keys", "--key", key);
    await done("restore-keys", "--key", key);
    expect((await apps()).filter((name) => name.startsWith("mastiff-party"))).toEqual([]);
    const preview = await stack.preview();
    expect(preview.exitCode, preview.output).toBe(0);
    const touched = preview.changes.map(({ urn }) => nameOf(urn));
    expect(touched).toContain("secrets-memory");
    expect(touched.filter((name) => /^secrets-(?!memory|database|redis|owner)/.test(name))).toEqual([]);
  });

  test("its community has them, and gets its database back", async () => {
    await up();
    expect(await secretsNow()).toEqual(secrets);
    const latest = await mastiff("restore", "--from", "latest", "--key", key, "--yes");
    expect([latest.code, latest.stderr]).toEqual([1, expect.stringContaining("The newest backup")]);
    const [name = ""] = backup.dump.split("/").at(-1)?.split(".") ?? [];
    await done("restore", "--from", name, "--key", key, "--yes");
    expect(JSON.parse(await done("backup", "--json")).rows).toEqual(backup.rows);
    const results = await runChecks(openVisitor({ local: world.url }), communityOf(await stack.outputs()));
    expect(results.filter(({ problem }) => problem !== undefined)).toEqual([]);
  });

  test("and is as any other, once the restore is finished", async () => {
    await done("restore", "--finish", "--yes");
    const preview = await stack.preview("--expect-no-changes");
    expect(preview.exitCode, preview.output).toBe(0);
    expect((await apps()).filter((name) => /-(drill|restore)$/.test(name))).toEqual([]);
  });

  test("no secret was said", () => {
    const words = said.join("\n");
    const leaked = Object.entries(secrets).filter(([, value]) => words.includes(value));
    expect(leaked.map(([name]) => name)).toEqual([]);
    expect(words).not.toMatch(/PRIVATE KEY|X-Amz-Signature|\b9:[0-9A-F]{64}/);
  });
});
