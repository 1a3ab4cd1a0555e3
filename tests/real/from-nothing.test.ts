/**
 * A community with 200,000 posts is brought up, backed up, and lost: database, state and checkout. Bucket and private key
 * alone bring it back. The engine, PostgreSQL, gpg and curl are real, and so are the scripts that take, prove and restore
 * the backup; the clouds and Mastodon are local. Prints the figures that docs/backups.md has.
 */
import { chownSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { communityOf } from "../../checks/community.ts";
import { runChecks } from "../../checks/run.ts";
import { openVisitor } from "../../checks/visitor.ts";
import type { BackupManifest } from "../../providers/fly/spec.ts";
import { environment } from "../../sandbox/toolchain/environment.ts";
import { root } from "../../sandbox/toolchain/paths.ts";
import { nameOf } from "../support/events.ts";
import { openStack, type TestStack } from "../support/stack.ts";
import { startWorld, type TestWorld } from "../support/world.ts";
import { contentsOf } from "./databases.ts";
import { type Key, makeKey } from "./keys.ts";
import { missingPrograms } from "./machine.ts";
import { unprivileged } from "./owner.ts";
import { findPostgres, type Postgres } from "./postgres.ts";

/** The permanent secrets, which make a community the one that it was. */
const permanent = /^(SECRET_KEY_BASE|ACTIVE_RECORD_ENCRYPTION_|VAPID_)/;

/** 40,000 accounts, of which 500 are local, and 200,000 statuses in words that repeat like a language's. */
const people = `
  INSERT INTO accounts (username, domain, note)
    SELECT 'person' || i, CASE WHEN i > 500 THEN 'remote' || i % 900 || '.example' END, 'note of ' || i
    FROM generate_series(1, 40000) i;
  INSERT INTO users (email, account_id) SELECT username || '@mastiff.party', id
    FROM accounts WHERE domain IS NULL AND username LIKE 'person%';
  INSERT INTO keypairs (account_id, type, local_fragment, public_key, private_key)
    SELECT id, 0, '#main-key', 'public key of ' || id,
      format('{"p":"%s","h":{"iv":"aXY=","at":"YXQ="}}', encode(sha512(id::text::bytea), 'base64'))
    FROM accounts WHERE domain IS NULL AND username LIKE 'person%';
  INSERT INTO statuses (id, account_id, text)
    SELECT i, first.id + i % 40000,
      (SELECT string_agg(substr(md5((i * 31 + word * word)::text), 1, 2 + word % 5), ' ')
        FROM generate_series(1, 24) word)
    FROM generate_series(1, 200000) i, accounts first WHERE first.username = 'person1';
  REFRESH MATERIALIZED VIEW instances;
  ANALYZE`;

/** With the owner, cat and dog, and the instance's own actor, which has no user. */
const rows = { accounts: 40_004, users: 503, statuses: 200_000 };

const programs = findPostgres();
const missing = missingPrograms();
if (programs === undefined || missing.length > 0) {
  const lacking = [...(programs === undefined ? ["PostgreSQL"] : []), ...missing].join(", ");
  test("a community comes back from nothing", ({ skip }) => skip(`this computer has no ${lacking}`));
} else {
  describe("a community with 200,000 statuses, of which its bucket of backups and one private key are left", () =>
    withPrograms(programs));
}

function withPrograms(postgresFolder: string): void {
  /** What is on the volumes of Fly's machines. */
  let volumes: string;
  let keys: string;
  let world: TestWorld;
  let stack: TestStack;
  let config: Record<string, string>;
  let key: Key;
  let keyFile: string;
  /** The clouds before the community. */
  // biome-ignore lint/suspicious/noExplicitAny: the clouds' state is theirs.
  let initial: any;
  let backup: BackupManifest;
  let drilled: { seconds: number };
  let before: { secrets: Record<string, string>; contents: string; actor: string };
  const said: string[] = [];
  /** Seconds that commands took. */
  const took: Record<string, number> = {};

  beforeAll(async () => {
    volumes = mkdtempSync(join(tmpdir(), "mastiff-volumes-"));
    keys = mkdtempSync(join(tmpdir(), "mastiff-keys-"));
    const { uid, gid } = unprivileged();
    if (uid !== undefined && gid !== undefined) chownSync(volumes, uid, gid);
    world = await startWorld({ machines: { folder: volumes, postgres: postgresFolder } });
    initial = await world.state();
    key = await makeKey(keys, "operator");
    keyFile = join(keys, "key.asc");
    writeFileSync(keyFile, await key.secret());
    config = { "mastiff:backup": JSON.stringify({ recipients: [key.armoured] }) };
    stack = await openStack(world, { config });
  });
  afterAll(async () => {
    await stack?.end();
    await world?.stop();
    await key?.stop();
    for (const folder of [volumes, keys]) rmSync(folder, { recursive: true, force: true });
  });

  const mastiff = async (...args: string[]) => {
    const [command = "", ...rest] = args;
    const began = performance.now();
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
    took[command] = Math.round((performance.now() - began) / 1000);
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
  const secretsNow = async () => ((await stack.outputs()) as { secrets: Record<string, string> }).secrets;
  const permanentNow = async () =>
    Object.fromEntries(Object.entries(await secretsNow()).filter(([name]) => permanent.test(name)));
  const apps = async () => Object.keys((await world.state()).fly.apps);
  const visitor = () => openVisitor({ local: world.url });

  /** The community's database, asked past everybody: at the socket of the server, which is on its volume. */
  const database = async (): Promise<{ server: Pick<Postgres, "sql">; name: string }> => {
    const { hostname, pathname } = new URL((await secretsNow()).DATABASE_URL ?? "");
    const { fly } = await world.state();
    const [volume = ""] = Object.keys(fly.apps[hostname.replace(".flycast", "")].volumes);
    const sql = async (name: string, statements: string) => {
      const where = `host=${join(volumes, volume)} port=5433 user=postgres dbname=${name}`;
      const options = ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", where];
      return (await execa(join(postgresFolder, "psql"), options, { input: statements })).stdout;
    };
    return { server: { sql }, name: pathname.slice(1) };
  };
  const contents = async () => {
    const { server, name } = await database();
    return contentsOf(server, name);
  };
  /** The public key of the owner, as another server gets it. */
  const actor = async (): Promise<string> => {
    const asked = "https://mastiff.party/users/mastiff";
    const { body } = await visitor().ask(asked, { accept: "application/activity+json" });
    return JSON.parse(body).publicKey.publicKeyPem;
  };

  test("is backed up, and the backup is proven", async () => {
    await up();
    const tootctl = (...args: string[]) => done("tootctl", "accounts", ...args);
    for (const name of ["cat", "dog", "fox"])
      await tootctl("create", name, "--email", `${name}@mastiff.party`, "--confirmed");
    await tootctl("modify", "cat", "--role", "Moderator");
    await tootctl("delete", "fox");
    const { server, name } = await database();
    await server.sql(name, people);
    backup = JSON.parse(await done("backup", "--json"));
    expect(backup.rows).toEqual(rows);
    const there = await apps();
    drilled = JSON.parse(await done("drill", "--key", keyFile, "--json"));
    expect(drilled).toMatchObject({ dump: backup.dump, rows, key: "decrypted" });
    expect(await apps()).toEqual(there);
    const listed = JSON.parse(await done("backups", "--json"));
    expect(listed.backups[0]).toMatchObject({ dump: backup.dump, drill: { key: "decrypted" } });
    before = { secrets: await permanentNow(), contents: await contents(), actor: await actor() };
  });

  test("is lost but for its bucket, which gpg opens", async () => {
    await stack.end();
    await world.meddle((state) => {
      const backups = state.cloudflare.buckets.filter(({ name }: { name: string }) => /^backups-/.test(name));
      Object.assign(state, structuredClone(initial));
      state.cloudflare.buckets = backups;
    });
    for (const volume of readdirSync(volumes)) rmSync(join(volumes, volume), { recursive: true });
    const [{ objects }] = (await world.state()).cloudflare.buckets;
    const objectAt = (name: string) => Buffer.from(objects[name].body, objects[name].encoding);
    const escrow = JSON.parse((await key.open(objectAt(backup.escrow))).toString());
    expect(escrow.secrets).toMatchObject(before.secrets);
    expect(await key.sessionKey(objectAt(backup.dump))).toMatch(/^9:[0-9A-F]{64}$/);
  });

  test("a new stack gets its secrets, which a preview then leaves as they are", async () => {
    stack = await openStack(world, { config });
    await done("restore-keys", "--key", keyFile);
    await done("restore-keys", "--key", keyFile);
    expect((await apps()).filter((name) => name.startsWith("mastiff-party"))).toEqual([]);
    const preview = await stack.preview();
    expect(preview.exitCode, preview.output).toBe(0);
    const touched = preview.changes.map(({ urn }) => nameOf(urn));
    expect(touched).toContain("secrets-memory");
    expect(touched.filter((name) => /^secrets-(?!memory|database|redis|owner)/.test(name))).toEqual([]);
  });

  test("its community has them, and gets its database back", async () => {
    await up();
    expect(await permanentNow()).toEqual(before.secrets);
    const { server, name } = await database();
    expect(await server.sql(name, "SELECT count(*) FROM statuses")).toBe("0");
    const latest = await mastiff("restore", "--from", "latest", "--key", keyFile, "--yes");
    expect([latest.code, latest.stderr]).toEqual([1, expect.stringContaining("The newest backup")]);
    const [taken = ""] = backup.dump.split("/").at(-1)?.split(".") ?? [];
    await done("restore", "--from", taken, "--key", keyFile, "--yes");
    expect(await contents()).toBe(before.contents);
    expect(await actor()).toBe(before.actor);
    expect(JSON.parse(await done("backup", "--json")).rows).toEqual(rows);
    const results = await runChecks(visitor(), communityOf(await stack.outputs()));
    expect(results.filter(({ problem }) => problem !== undefined)).toEqual([]);
    console.info(
      `database ${backup.databaseBytes} bytes, dump ${backup.bytes} bytes; ` +
        `seconds of the scripts: backup ${backup.seconds}, drill ${drilled.seconds}; ` +
        `of the commands: backup ${took.backup}, drill ${took.drill}, restore ${took.restore}`,
    );
  });

  test("and is as any other, once the restore is finished", async () => {
    await done("restore", "--finish", "--yes");
    const preview = await stack.preview("--expect-no-changes");
    expect(preview.exitCode, preview.output).toBe(0);
    expect((await apps()).filter((name) => /-(drill|restore)$/.test(name))).toEqual([]);
  });

  test("no secret was said", () => {
    const words = said.join("\n");
    const leaked = Object.entries(before.secrets).filter(([, value]) => words.includes(value));
    expect(leaked.map(([name]) => name)).toEqual([]);
    expect(words).not.toMatch(/PRIVATE KEY|X-Amz-Signature|\b9:[0-9A-F]{64}/);
  });
}
