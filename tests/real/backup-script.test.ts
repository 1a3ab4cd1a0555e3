/**
 * The script that takes backups, with real programs: PostgreSQL, gpg and curl, and an S3 server that checks each
 * signature. The bucket is the local R2's, which can be told to fail; the whole way is also gone with versitygw.
 */
import { createHash } from "node:crypto";
import { chownSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { BackupManifest } from "../../providers/fly/spec.ts";
import { type LocalClouds, startLocalClouds } from "../clients/local-clouds.ts";
import { killTree } from "../faults/process-tree.ts";
import { type Control, controlOf } from "../support/control.ts";
import { hunt } from "../support/secret-hunt.ts";
import type { Fault } from "../support/world.ts";
import { backupVariables, escrow } from "./backup-variables.ts";
import { type Bucket, bucketInGateway, bucketInR2, findGateway, gatewayAdvice } from "./bucket.ts";
import { contentsOf, makeDatabase, previews } from "./databases.ts";
import { type Key, makeKey } from "./keys.ts";
import { type Machine, makeMachine, missingPrograms, type Run } from "./machine.ts";
import { unprivileged } from "./owner.ts";
import { findPostgres, type Postgres, password, startPostgres } from "./postgres.ts";

const programs = findPostgres();
const missing = missingPrograms();

const signature = /^[0-9a-f]{64}$/;

/** The upload of a part waits at the hold `part`. */
const holdPart = (number: number): Fault => ({
  cloud: "r2",
  method: "PUT",
  query: `^partNumber=${number}&`,
  when: "before",
  action: { hold: "part" },
});

if (programs === undefined || missing.length > 0) {
  const lacking = [...(programs === undefined ? ["PostgreSQL"] : []), ...missing].join(", ");
  test("backups with real programs", ({ skip }) => skip(`this computer has no ${lacking}`));
} else {
  withPrograms(programs);
}

function withPrograms(postgresFolder: string): void {
  let folder: string;
  let postgres: Postgres;
  let machine: Machine;
  let clouds: LocalClouds;
  let control: Control;
  let bucket: Bucket;
  let stack: Key;
  let operator: Key;
  let stranger: Key;
  let expired: Key;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "mastiff-backup-"));
    const owner = unprivileged();
    if (owner.uid !== undefined && owner.gid !== undefined) chownSync(folder, owner.uid, owner.gid);
    [postgres, clouds, stack, operator, stranger, expired] = await Promise.all([
      startPostgres(postgresFolder, folder, owner),
      startLocalClouds(),
      makeKey(folder, "stack"),
      makeKey(folder, "operator"),
      makeKey(folder, "stranger"),
      makeKey(folder, "expired", { expired: true }),
    ]);
    control = controlOf(clouds.url);
    machine = makeMachine(folder, postgresFolder, owner, "backup");
    await makeDatabase(postgres, "small");
    await makeDatabase(postgres, "large", previews);
  });
  afterAll(async () => {
    await Promise.all([
      postgres?.stop(),
      clouds?.[Symbol.asyncDispose](),
      ...[stack, operator, stranger, expired].map((key) => key?.stop()),
    ]);
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    await control("POST", "reset");
    bucket = await bucketInR2(clouds, "backups-acme-example");
    machine.forget();
  });

  const env = (database: string, where: Bucket = bucket): Record<string, string> =>
    backupVariables(postgres.url(database), where, [stack, operator]);
  const secrets = (where: Bucket = bucket) => [
    { name: "the database's password", value: password },
    { name: "the bucket's secret", value: where.secretAccessKey },
    { name: "the escrow", value: "never-made-again-0123456789" },
  ];

  /** A run that succeeded: its manifest, which is its last line. */
  function taken(run: Run): BackupManifest {
    expect(run, run.lines.join("\n")).toMatchObject({ code: 0 });
    return JSON.parse(run.last) as BackupManifest;
  }

  /** A run that failed for this reason, and left neither an object nor an upload in the bucket. */
  async function refused(run: Run, reason: RegExp | string): Promise<void> {
    expect(run.code, run.lines.join("\n")).toBe(1);
    expect(run.last).toMatch(/^No backup was taken: .*\.$/);
    expect(run.last).toMatch(reason);
    expect(await bucket.keys()).toEqual([]);
    expect(await bucket.openUploads()).toBe(0);
    expect(machine.disk()).toEqual([]);
  }

  const contents = (database: string) => contentsOf(postgres, database);

  /**
   * Restores a dump into a new database, as a person does it by hand.
   *
   * @returns how many entries its table of contents has
   */
  async function restore(name: string, encrypted: Buffer, key: Key): Promise<number> {
    await postgres.sql("postgres", `CREATE DATABASE ${name}`);
    const file = join(folder, `${name}.dump`);
    writeFileSync(file, await key.open(encrypted));
    const pgRestore = (...args: string[]) => execa(join(postgresFolder, "pg_restore"), [...args, file]);
    await pgRestore("-n", "public", "--no-owner", `--dbname=${postgres.url(name)}`);
    const { stdout } = await pgRestore("--list");
    return stdout.split("\n").filter((line) => line !== "" && !line.startsWith(";")).length;
  }

  const faults = (...rules: Fault[]) => control("POST", "faults", rules);
  const release = (hold: string) => control("POST", `release/${hold}`);

  /** Waits until a call waits at this hold. */
  async function held(hold: string): Promise<void> {
    await control("GET", `held/${hold}?wait`);
  }

  async function wholeWay(where: Bucket, name: string): Promise<void> {
    const run = await machine.run(env("large", where));
    const manifest = taken(run);
    expect(manifest).toEqual({
      format: 1,
      domain: "acme.example",
      taken: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      class: "monthly",
      mastodon: "v4.7.4",
      postgres: expect.stringMatching(/^\d+\.\d+$/),
      schema: "20260907091500",
      bytes: expect.any(Number),
      sha256: expect.stringMatching(signature),
      entries: expect.any(Number),
      rows: { accounts: 120, users: 20, statuses: 3000 },
      databaseBytes: expect.any(Number),
      dump: expect.stringMatching(/^monthly\/\d{4}-\d\d\/\d{8}T\d{6}Z\.dump\.gpg$/),
      escrow: manifest.dump.replace(".dump.", ".escrow."),
      recipients: [stack.fingerprint, operator.fingerprint],
      skipped: [],
      seconds: expect.any(Number),
    });
    const stem = manifest.dump.replace(".dump.gpg", "");
    expect(stem).toContain(manifest.taken.replaceAll(/[-:]/g, ""));
    expect(await where.keys()).toEqual([manifest.dump, manifest.escrow, `${stem}.json`]);
    expect(JSON.parse((await where.read(`${stem}.json`)).toString())).toEqual(manifest);
    expect(await where.openUploads()).toBe(0);

    const dump = await where.read(manifest.dump);
    expect(dump.length).toBe(manifest.bytes);
    expect(dump.length).toBeGreaterThan(2 * 5 * 1024 * 1024);
    expect(createHash("sha256").update(dump).digest("hex")).toBe(manifest.sha256);
    for (const key of [stack, operator]) {
      expect((await key.open(await where.read(manifest.escrow))).toString()).toBe(escrow);
    }
    expect(await restore(name, dump, stack)).toBe(manifest.entries);
    expect(await contents(name)).toBe(await contents("large"));

    expect(hunt(secrets(where), [...machine.argv(), ...machine.environments()])).toEqual([]);
    for (const program of ["curl", "gpg", "psql", "pg_dump", "pg_restore"]) {
      expect(machine.started(program).length, `${program} noted its arguments`).toBeGreaterThan(0);
    }
    expect(machine.disk()).toEqual([]);
    expect(hunt(secrets(where), [{ name: "its lines", text: run.lines.join("\n") }])).toEqual([]);
  }

  test("a dump of several parts is restored as it was, and the escrow opens with each key", async () => {
    await wholeWay(bucket, "restored");
    const { dump } = JSON.parse(
      (await bucket.read((await bucket.keys())[2] ?? "")).toString(),
    ) as BackupManifest;
    await expect(stranger.open(await bucket.read(dump))).rejects.toThrow(/No secret key/);
  });

  test("the same with versitygw", async ({ skip }) => {
    const program = findGateway();
    if (program === undefined) return skip(gatewayAdvice);
    const gateway = await bucketInGateway(program, join(folder, "gateway"), "backups-acme-example");
    try {
      await wholeWay(gateway, "restored_from_gateway");
    } finally {
      await gateway.stop();
    }
  });

  test("counts and dump are of one moment, whatever is written meanwhile", async () => {
    await faults({
      cloud: "r2",
      method: "POST",
      query: "^uploads=",
      when: "before",
      action: { hold: "begin" },
    });
    const running = machine.start(env("small"));
    await held("begin");
    const before = await contents("small");
    await postgres.sql("small", "INSERT INTO statuses (account_id, text) VALUES (1, 'too late')");
    await release("begin");
    const manifest = taken(await running.ended);
    expect(manifest.rows.statuses).toBe(3000);
    await restore("of_one_moment", await bucket.read(manifest.dump), operator);
    expect(await contents("of_one_moment")).toBe(before);
    await postgres.sql("small", "DELETE FROM statuses WHERE text = 'too late'");
  });

  test("it goes where the period has no manifest yet, and else where its schedule ends", async () => {
    const at = async (moment: string | number, format: string) =>
      (await execa("date", ["-u", `--date=${moment}`, `+${format}`])).stdout;
    const now = `@${Math.floor(Date.now() / 1000)}`;
    const run = async (schedule: string) => {
      const one = taken(await machine.run({ ...env("small"), MASTIFF_BACKUP_SCHEDULE: schedule }));
      return {
        place: one.dump,
        at: (format: string) => at(one.taken, `${format}/%Y%m%dT%H%M%SZ`),
        class: one.class,
      };
    };
    await bucket.write(await at(now, "monthly/%Y-%m/earlier.json"), "{}");
    // Of a run that was killed.
    await bucket.write(await at(now, "weekly/%G-W%V/earlier.dump.gpg"), "");
    const week = await run("daily");
    expect([week.class, week.place]).toEqual(["weekly", `weekly/${await week.at("%G-W%V")}.dump.gpg`]);
    await bucket.write(await at(now, "daily/%Y-%m-%d/earlier.json"), "{}");
    const day = await run("daily");
    expect([day.class, day.place]).toEqual(["daily", `daily/${await day.at("%Y-%m-%d")}.dump.gpg`]);
    const hour = await run("hourly");
    expect([hour.class, hour.place]).toEqual(["hourly", `hourly/${await hour.at("%Y-%m-%dT%H")}.dump.gpg`]);
  });

  test("passing failures are tried again, also where the bucket acted before its answer was lost", async () => {
    const r2 = { cloud: "r2" } as const;
    const busy = { status: 503, body: "<Error><Code>SlowDown</Code><Message>Slow.</Message></Error>" };
    await faults(
      { ...r2, method: "PUT", query: "^partNumber=1&", when: "after", action: { cut: true } },
      { ...r2, method: "PUT", query: "^partNumber=2&", when: "before", times: 2, action: busy },
      { ...r2, method: "POST", query: "^uploadId=", when: "after", action: { cut: true } },
      { ...r2, method: "GET", path: "dump\\.gpg$", when: "before", action: { status: 500, body: "" } },
      { ...r2, method: "PUT", path: "json$", when: "before", action: { status: 429, body: "" } },
    );
    const run = await machine.run(env("large"));
    const manifest = taken(run);
    expect(run.lines).toContain("PUT got HTTP 503 SlowDown (Slow.): trying again in 1 s");
    expect(run.lines).toContain("PUT got HTTP 503 SlowDown (Slow.): trying again in 2 s");
    expect((await bucket.read(manifest.dump)).length).toBe(manifest.bytes);
    expect((await bucket.keys()).length).toBe(3);
  });

  const armouredFor = (...keys: Key[]) =>
    Buffer.from(keys.map(({ armoured }) => armoured).join("")).toString("base64");

  test("a key that has expired is skipped, and the others open the backup", async () => {
    const recipients = armouredFor(stack, expired, operator);
    const run = await machine.run({ ...env("small"), MASTIFF_BACKUP_RECIPIENTS: recipients });
    const manifest = taken(run);
    expect([manifest.recipients, manifest.skipped]).toEqual([
      [stack.fingerprint, operator.fingerprint],
      [expired.fingerprint],
    ]);
    expect(run.lines).toContain(`skipped a recipient: gpg cannot encrypt for ${expired.fingerprint}`);
    for (const key of [stack, operator])
      expect((await key.open(await bucket.read(manifest.escrow))).toString()).toBe(escrow);
  });

  test("each object and each part goes with its MD5, which Object Lock asks for", async () => {
    taken(await machine.run(env("large")));
    const uploads = machine
      .argv()
      .filter(({ name, text }) => name.startsWith("curl.") && text.includes("--upload-file"));
    expect(uploads.length).toBeGreaterThanOrEqual(5);
    // The local R2 refuses one that is not that of the body.
    for (const { text } of uploads) expect(text).toMatch(/^content-md5: [A-Za-z0-9+/]{22}==$/m);
  });

  test("nothing plain is on the disk, and of the dump at most a part", async () => {
    const hold = (name: string) =>
      ({ cloud: "r2", method: "PUT", when: "before", action: { hold: name } }) as const;
    await faults(
      holdPart(2),
      { ...hold("escrow"), path: "escrow\\.gpg$" },
      { ...hold("manifest"), path: "json$" },
    );
    const running = machine.start(env("large"));
    for (const [name, large] of [
      ["part", ["part"]],
      ["escrow", []],
      ["manifest", []],
    ] as const) {
      await held(name);
      const disk = machine.disk();
      expect(hunt(secrets(), disk)).toEqual([]);
      for (const file of disk) expect(file.text.startsWith("PGDMP"), file.name).toBe(false);
      const longest = disk.filter(({ text }) => text.length > 100_000);
      expect(longest.map((file) => file.name.split("/").at(-1))).toEqual(large);
      await release(name);
    }
    taken(await running.ended);
  });

  test("a database that a restore has closed for a moment is waited for", async () => {
    await postgres.sql("postgres", "ALTER DATABASE small ALLOW_CONNECTIONS false");
    const running = machine.start(env("small"));
    await new Promise<void>((resolve) => {
      running.process.stdout?.on("data", (text) => {
        if (String(text).includes("the database is closed for now: trying again")) resolve();
      });
    });
    await postgres.sql("postgres", "ALTER DATABASE small ALLOW_CONNECTIONS true");
    expect(taken(await running.ended).rows.statuses).toBe(3000);
  });

  test("killed half way it leaves no manifest, and the next run is the month's first", async () => {
    await faults(holdPart(2));
    const running = machine.start(env("large"));
    await held("part");
    await killTree([running.process.pid ?? 0]);
    await running.ended;
    await control("POST", "release/part?drop");
    expect(await bucket.keys()).toEqual([]);
    machine.forget();
    const manifest = taken(await machine.run(env("large")));
    expect(manifest.class).toBe("monthly");
    expect((await bucket.keys()).length).toBe(3);
  });

  test("told to stop, it aborts its upload", async () => {
    await faults(holdPart(2));
    const running = machine.start(env("large"));
    await held("part");
    running.process.kill("SIGINT");
    const { code, last } = await running.ended;
    expect([code, last]).toEqual([143, "No backup was taken: it was told to stop."]);
    await control("POST", "release/part?drop");
    expect(await bucket.keys()).toEqual([]);
    expect(await bucket.openUploads()).toBe(0);
    expect(machine.disk()).toEqual([]);
  });

  describe("fails, and leaves nothing behind", () => {
    test("when the bucket's key is wrong: before anything is dumped", async () => {
      const wrong = { ...env("small"), MASTIFF_BACKUP_KEY_SECRET: "0".repeat(64) };
      await refused(await machine.run(wrong), "got HTTP 403 SignatureDoesNotMatch");
      expect(machine.started("pg_dump")).toEqual([]);
    });

    test("when there is no such bucket", async () => {
      const elsewhere = { ...env("small"), MASTIFF_BACKUP_URL: `${clouds.r2Url}/backups-of-nobody` };
      await refused(
        await machine.run(elsewhere),
        "backups-of-nobody cannot be listed: the request got HTTP 403",
      );
    });

    test("when a recipient is no key that gpg reads", async () => {
      const half = Buffer.from(stack.armoured + operator.armoured.slice(0, 200)).toString("base64");
      await refused(
        await machine.run({ ...env("small"), MASTIFF_BACKUP_RECIPIENTS: half }),
        "MASTIFF_BACKUP_RECIPIENTS has a key that gpg cannot read",
      );
    });

    test("when the stack's own key is one that gpg cannot encrypt for", async () => {
      const recipients = armouredFor(expired, operator);
      await refused(
        await machine.run({ ...env("small"), MASTIFF_BACKUP_RECIPIENTS: recipients }),
        `gpg cannot encrypt for ${expired.fingerprint}, the key of the stack`,
      );
      expect(machine.started("pg_dump")).toEqual([]);
    });

    test("when a variable is missing", async () => {
      const { MASTIFF_ESCROW: _, ...rest } = env("small");
      await refused(await machine.run(rest), "MASTIFF_ESCROW is not set in this machine");
    });

    test("when the password is wrong: psql's own words come before", async () => {
      const wrong = env("small");
      wrong.DATABASE_URL = wrong.DATABASE_URL?.replace(/:[^:@]*@/, ":wrong@") ?? "";
      const run = await machine.run(wrong);
      await refused(run, "psql says why above");
      expect(run.lines.join("\n")).toContain("password authentication failed");
    });

    test("when the dump ends in the middle", async () => {
      await faults(holdPart(1));
      const running = machine.start(env("large"));
      await held("part");
      // It still waits to write what comes after the parts that were read.
      for (const id of machine.started("pg_dump")) process.kill(id, "SIGKILL");
      await release("part");
      await refused(await running.ended, "pg_dump ended with exit code 137");
    });

    test("when a part is refused for good", async () => {
      const refusal = { status: 403, body: "<Error><Code>AccessDenied</Code><Message>No.</Message></Error>" };
      await faults({
        cloud: "r2",
        method: "PUT",
        query: "^partNumber=2&",
        when: "before",
        action: refusal,
      });
      await refused(
        await machine.run(env("large")),
        "was not taken: the request got HTTP 403 AccessDenied (No.)",
      );
    });

    test("when the object does not read back as it was sent", async () => {
      await faults({
        cloud: "r2",
        method: "GET",
        path: "dump\\.gpg$",
        when: "before",
        action: { status: 200, body: "other bytes" },
      });
      await refused(await machine.run(env("small")), "reads back as 11 bytes with SHA-256");
    });
  });
}
