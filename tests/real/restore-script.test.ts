/**
 * The scripts that restore a dump, with real programs: into a database of a server that is there, and for a drill into
 * a server of the script's own. The dump is one that the script for backups has taken. The bucket is the local R2's,
 * which can be told to fail; the whole way is also gone with versitygw.
 */
import { chownSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { BackupManifest } from "../../providers/fly/spec.ts";
import { type LocalClouds, startLocalClouds } from "../clients/local-clouds.ts";
import { killTree } from "../faults/process-tree.ts";
import { type Control, controlOf } from "../support/control.ts";
import { hunt } from "../support/secret-hunt.ts";
import type { Fault } from "../support/world.ts";
import { backupVariables } from "./backup-variables.ts";
import { type Bucket, bucketInGateway, bucketInR2, findGateway, gatewayAdvice } from "./bucket.ts";
import { contentsOf, makeDatabase, previews } from "./databases.ts";
import { type Key, makeKey } from "./keys.ts";
import { type Machine, makeMachine, missingPrograms, type Run, type StartedRun } from "./machine.ts";
import { ownerInImage, unprivileged } from "./owner.ts";
import { findPostgres, type Postgres, password, startPostgres } from "./postgres.ts";

const programs = findPostgres();
const missing = missingPrograms();

const part = 5 * 1024 * 1024;
const noKey = `9:${"0".repeat(64)}`;

/** A request for a range of a dump: the first, or the one after `skip` others. */
const range = (action: Fault["action"], more: Partial<Fault> = {}): Fault => ({
  cloud: "r2",
  method: "GET",
  path: "dump\\.gpg$",
  when: "before",
  action,
  ...more,
});

/** A dump in a bucket, with what a machine needs to open it. */
interface Dump {
  manifest: BackupManifest;
  bytes: Buffer;
  sessionKey: string;
}

/** The last line of a script that succeeded. */
interface Answer {
  format: 1;
  postgres: string;
  schema: string;
  rows: BackupManifest["rows"];
  databaseBytes: number;
  seconds: number;
}

if (programs === undefined || missing.length > 0) {
  const lacking = [...(programs === undefined ? ["PostgreSQL"] : []), ...missing].join(", ");
  test("restores with real programs", ({ skip }) => skip(`this computer has no ${lacking}`));
} else {
  withPrograms(programs);
}

function withPrograms(postgresFolder: string): void {
  let folder: string;
  let volume: string;
  let postgres: Postgres;
  let backups: Machine;
  let restores: Machine;
  let drills: Machine;
  let clouds: LocalClouds;
  let control: Control;
  let bucket: Bucket;
  let key: Key;
  let dump: Dump;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "mastiff-restore-"));
    volume = join(folder, "volume");
    mkdirSync(volume);
    const owner = unprivileged();
    if (owner.uid !== undefined && owner.gid !== undefined) {
      for (const path of [folder, volume]) chownSync(path, owner.uid, owner.gid);
    }
    [postgres, clouds, key] = await Promise.all([
      startPostgres(postgresFolder, folder, owner),
      startLocalClouds(),
      makeKey(folder, "stack"),
    ]);
    control = controlOf(clouds.url);
    backups = makeMachine(folder, postgresFolder, owner, "backup");
    restores = makeMachine(folder, postgresFolder, owner, "restore");
    drills = makeMachine(folder, postgresFolder, ownerInImage(), "drill");
    bucket = await bucketInR2(clouds, "backups-acme-example");
    await makeDatabase(postgres, "large", previews);
    dump = await dumpOf("large", bucket);
    // A login that acts as the role which owns everything, as a community has it.
    const literal = `'${password.replaceAll("'", "''")}'`;
    await postgres.sql("postgres", `CREATE ROLE acme; CREATE ROLE acme_login LOGIN PASSWORD ${literal}`);
    await postgres.sql("postgres", "GRANT acme TO acme_login; ALTER ROLE acme_login SET role TO 'acme'");
  });
  afterAll(async () => {
    await Promise.all([postgres?.stop(), clouds?.[Symbol.asyncDispose](), key?.stop()]);
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    await faults();
    for (const machine of [restores, drills]) machine.forget();
  });

  const faults = (...rules: Fault[]) => control("POST", "faults", rules);

  /** Takes a backup. */
  async function dumpOf(database: string, where: Bucket): Promise<Dump> {
    const run = await backups.run(backupVariables(postgres.url(database), where, [key]));
    expect(run.code, run.lines.join("\n")).toBe(0);
    const manifest = JSON.parse(run.last) as BackupManifest;
    const bytes = await where.read(manifest.dump);
    return { manifest, bytes, sessionKey: await key.sessionKey(bytes) };
  }

  /** What a machine is given to read a dump. */
  const given = async ({ manifest, sessionKey }: Dump, where: Bucket = bucket) => ({
    MASTIFF_DUMP_URL: await where.presigned(manifest.dump),
    MASTIFF_DUMP_BYTES: String(manifest.bytes),
    MASTIFF_DUMP_SHA256: manifest.sha256,
    MASTIFF_SESSION_KEY: sessionKey,
  });
  type Given = Awaited<ReturnType<typeof given>>;
  const forRestore = (database: string, more: Given) => ({
    ...more,
    DATABASE_URL: postgres.url(database, "acme_login"),
  });
  const forDrill = (more: Given) => ({ ...more, MASTIFF_DRILL_DATA: volume });

  /** Makes an empty database, as the driver does before each try. */
  async function emptyDatabase(name: string): Promise<void> {
    await postgres.sql("postgres", `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await postgres.sql("postgres", `CREATE DATABASE ${name} OWNER acme`);
  }

  const tablesIn = (database: string) =>
    postgres.sql(database, "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace");

  function answerOf(run: Run): Answer & Record<string, unknown> {
    expect(run.code, run.lines.join("\n")).toBe(0);
    return JSON.parse(run.last);
  }

  const secrets = ({ MASTIFF_DUMP_URL: url, MASTIFF_SESSION_KEY: session }: Given) => [
    { name: "the database's password", value: password },
    { name: "the session key", value: session.replace("9:", "") },
    { name: "the signature of the URL", value: new URL(url).searchParams.get("X-Amz-Signature") ?? "" },
    { name: "a key in the plain", value: "key-in-the-plain" },
  ];

  /** No secret reached an argument, an environment, the disk or the log of a run that has ended. */
  function expectQuiet(machine: Machine, run: Run, one: Given): void {
    for (const program of ["curl", "gpg", "psql", "pg_restore"]) {
      expect(machine.started(program).length, `${program} noted its arguments`).toBeGreaterThan(0);
    }
    const log = { name: "its lines", text: run.lines.join("\n") };
    expect(hunt(secrets(one), [...machine.argv(), ...machine.environments(), log])).toEqual([]);
    expect(machine.disk()).toEqual([]);
  }

  /** The run waits at the second range. */
  async function atSecondRange(machine: Machine, env: Record<string, string>): Promise<StartedRun> {
    await faults(range({ hold: "second" }, { skip: 1 }));
    const running = machine.start(env);
    await Promise.race([
      control("GET", "held/second?wait"),
      running.ended.then(({ lines }) => {
        throw new Error(`it ended before its second range:\n${lines.join("\n")}`);
      }),
    ]);
    return running;
  }

  describe("restore.sh", () => {
    async function wholeWay(name: string, from: Dump, where: Bucket): Promise<void> {
      await emptyDatabase(name);
      const one = await given(from, where);
      const run = await restores.run(forRestore(name, one));
      expect(answerOf(run)).toEqual({
        format: 1,
        postgres: from.manifest.postgres,
        schema: "20260907091500",
        rows: from.manifest.rows,
        databaseBytes: expect.any(Number),
        seconds: expect.any(Number),
      });
      expect(await contentsOf(postgres, name)).toBe(await contentsOf(postgres, "large"));
      expectQuiet(restores, run, one);
    }

    test("brings a dump of several ranges back as it was, and all of it is the owner's", async () => {
      expect(dump.bytes.length).toBeGreaterThan(2 * part);
      await wholeWay("whole", dump, bucket);
      const owners =
        "SELECT DISTINCT relowner::regrole FROM pg_class WHERE relnamespace = 'public'::regnamespace";
      expect(await postgres.sql("whole", owners)).toBe("acme");
      const analyzed = "SELECT reltuples FROM pg_class WHERE relname = 'statuses'";
      expect(await postgres.sql("whole", analyzed)).toBe("3000");
      const insert = "INSERT INTO statuses (account_id, text) VALUES (1, 'after') RETURNING account_id";
      expect(await postgres.sql("whole", insert)).toBe("1");
    });

    test("the same with versitygw", async ({ skip }) => {
      const program = findGateway();
      if (program === undefined) return skip(gatewayAdvice);
      const gateway = await bucketInGateway(program, join(folder, "gateway"), "backups-acme-example");
      try {
        await wholeWay("from_gateway", await dumpOf("large", gateway), gateway);
      } finally {
        await gateway.stop();
      }
    });

    test("passing failures are tried again, also where a connection breaks in the middle of a range", async () => {
      await emptyDatabase("patient");
      const { manifest } = dump;
      const busy = { status: 503, body: "<Error><Code>SlowDown</Code><Message>Slow.</Message></Error>" };
      const half = {
        status: 206,
        headers: {
          "content-length": String(part),
          "content-range": `bytes ${part}-${2 * part - 1}/${manifest.bytes}`,
        },
        body: "the beginning of a range",
      };
      await faults(
        range(busy, { times: 2 }),
        range({ cut: true }, { skip: 2 }),
        range(half, { skip: 4 }),
        range({ cut: true }, { skip: 6, when: "after" }),
      );
      const run = await restores.run(forRestore("patient", await given(dump)));
      expect(answerOf(run).rows).toEqual(manifest.rows);
      expect(run.lines).toContain("GET got HTTP 503 SlowDown (Slow.): trying again in 2 s");
      expect(run.lines.filter((line) => /^GET got no answer \(curl: .*trying again/.test(line)).length).toBe(
        3,
      );
      expect(await contentsOf(postgres, "patient")).toBe(await contentsOf(postgres, "large"));
    });

    test("while it waits for a range, nothing of the dump is on the disk, and nothing plain", async () => {
      await emptyDatabase("secretive");
      const one = await given(dump);
      const running = await atSecondRange(restores, forRestore("secretive", one));
      const disk = restores.disk();
      expect(hunt(secrets(one), disk)).toEqual([]);
      for (const file of disk) expect(file.text, file.name).not.toContain("PGDMP");
      expect(disk.filter(({ text }) => text.length > 100_000)).toEqual([]);
      await control("POST", "release/second");
      answerOf(await running.ended);
    });

    test.each([0, 1, 2])(
      "killed after %i ranges: the database is empty, and the next run restores",
      async (skip) => {
        await emptyDatabase("killed");
        await faults(range({ hold: "killed" }, { skip }));
        const running = restores.start(forRestore("killed", await given(dump)));
        await control("GET", "held/killed?wait");
        await killTree([running.process.pid ?? 0]);
        await running.ended;
        await control("POST", "release/killed?drop");
        expect(await tablesIn("killed")).toBe("0");
        restores.forget();
        await emptyDatabase("killed");
        answerOf(await restores.run(forRestore("killed", await given(dump))));
        expect(await contentsOf(postgres, "killed")).toBe(await contentsOf(postgres, "large"));
      },
    );

    test("told to stop, it leaves an empty database", async () => {
      await emptyDatabase("stopped");
      const running = await atSecondRange(restores, forRestore("stopped", await given(dump)));
      running.process.kill("SIGINT");
      const { code, last } = await running.ended;
      expect([code, last]).toEqual([143, "The dump was not restored: it was told to stop."]);
      await control("POST", "release/second?drop");
      expect(await tablesIn("stopped")).toBe("0");
      expect(restores.disk()).toEqual([]);
    });

    describe("fails, and leaves the database empty", () => {
      /** The lines of a run that failed for this reason. */
      async function refused(one: Given, reason: string): Promise<string[]> {
        await emptyDatabase("refused");
        const run = await restores.run(forRestore("refused", one));
        expect(run.code, run.lines.join("\n")).toBe(1);
        expect(run.last).toMatch(/^The dump was not restored: .*\.$/);
        expect(run.last).toContain(reason);
        expect(await tablesIn("refused")).toBe("0");
        expect(restores.disk()).toEqual([]);
        expect(hunt(secrets(one), [{ name: "its lines", text: run.lines.join("\n") }])).toEqual([]);
        return run.lines;
      }
      /** The dump under another name, with other bytes. */
      async function altered(bytes: Buffer): Promise<Given> {
        await bucket.write("altered.dump.gpg", bytes);
        return { ...(await given(dump)), MASTIFF_DUMP_URL: await bucket.presigned("altered.dump.gpg") };
      }

      test("when the session key is another dump's", async () => {
        const one = { ...(await given(dump)), MASTIFF_SESSION_KEY: noKey };
        await refused(one, "gpg cannot open the dump with this session key");
        expect(restores.started("curl").length).toBeLessThan(3);
      });

      test("when the session key is none", async () => {
        const one = { ...(await given(dump)), MASTIFF_SESSION_KEY: "hunter2" };
        await refused(one, "MASTIFF_SESSION_KEY is not of the form 9:HEX");
      });

      test("when the digest is another one: before the last range reaches the database", async () => {
        const one = { ...(await given(dump)), MASTIFF_DUMP_SHA256: "0".repeat(64) };
        await refused(one, `but ${"0".repeat(64)} when it was taken`);
      });

      test("when a byte was changed", async () => {
        const bytes = Buffer.from(dump.bytes);
        bytes.writeUInt8(bytes.readUInt8(part + 7) ^ 1, part + 7);
        await refused(await altered(bytes), `but ${dump.manifest.sha256} when it was taken`);
      });

      test("when the object was truncated, and when it has grown", async () => {
        const short = dump.bytes.subarray(0, part + 1);
        await refused(await altered(short), `the dump has ${part + 1} bytes in the bucket`);
        const long = Buffer.concat([dump.bytes, Buffer.from("more")]);
        await refused(await altered(long), `the dump has ${long.length} bytes in the bucket`);
      });

      test("when the URL has expired, and when its signature is not R2's", async () => {
        const expired = await bucket.presigned(dump.manifest.dump, new Date(Date.now() - 120_000));
        const one = await given(dump);
        await refused({ ...one, MASTIFF_DUMP_URL: expired }, "(Request has expired)");
        const other = one.MASTIFF_DUMP_URL.replace(/Signature=.{8}/, "Signature=00000000");
        await refused({ ...one, MASTIFF_DUMP_URL: other }, "got HTTP 403 SignatureDoesNotMatch");
        expect(restores.started("curl").length).toBe(2);
      });

      test("when there is no such object", async () => {
        const nowhere = {
          ...(await given(dump)),
          MASTIFF_DUMP_URL: await bucket.presigned("nowhere.dump.gpg"),
        };
        await refused(nowhere, "got HTTP 404 NoSuchKey");
      });

      test("when a variable is missing", async () => {
        await refused({ ...(await given(dump)), MASTIFF_DUMP_SHA256: "" }, "MASTIFF_DUMP_SHA256 is not set");
      });

      test("when PostgreSQL refuses a row: its words are shown, the row is not", async () => {
        const restricted =
          "CREATE FUNCTION at_home() RETURNS boolean LANGUAGE sql AS $$ SELECT current_database() = 'odd' $$; " +
          "ALTER TABLE users ADD CHECK (at_home())";
        await makeDatabase(postgres, "odd", restricted);
        const lines = await refused(
          await given(await dumpOf("odd", bucket)),
          "pg_restore ended with exit code 1",
        );
        expect(lines.join("\n")).toMatch(/pg_restore: error: .*violates check constraint/);
        expect(lines.join("\n")).not.toContain("otp-secret-of-member");
      });
    });

    test("a database that has a schema stays as it is", async () => {
      const before = await contentsOf(postgres, "large");
      const env = { ...(await given(dump)), DATABASE_URL: postgres.url("large") };
      const { code, last } = await restores.run(env);
      expect([code, last]).toEqual([
        1,
        expect.stringMatching(/^The dump was not restored: .* is not empty\.$/),
      ]);
      expect(restores.started("curl")).toEqual([]);
      expect(await contentsOf(postgres, "large")).toBe(before);
    });
  });

  describe("drill.sh", () => {
    /** The server that the run started, and its data, are gone. */
    function expectGone(): void {
      const servers = drills.started("postgres");
      expect(servers.length).toBe(1);
      for (const id of servers) expect(() => process.kill(id, 0)).toThrow("ESRCH");
      expect(existsSync(join(volume, "drill"))).toBe(false);
      expect(drills.disk()).toEqual([]);
    }

    test("restores into a server of its own, and shows one key as it is encrypted", async () => {
      const one = await given(dump);
      const run = await drills.run(forDrill(one));
      const sealed =
        "SELECT private_key FROM keypairs WHERE local_fragment = '#main-key' ORDER BY id LIMIT 1";
      expect(answerOf(run)).toEqual({
        format: 1,
        postgres: dump.manifest.postgres,
        schema: "20260907091500",
        rows: dump.manifest.rows,
        databaseBytes: expect.any(Number),
        seconds: expect.any(Number),
        proof: { public: "-----BEGIN PUBLIC KEY-----\n1", sealed: await postgres.sql("large", sealed) },
      });
      expectQuiet(drills, run, one);
      expectGone();
    });

    test.each([
      ["keypairs do not exist", "DROP TABLE keypairs", "the schema is older than Mastodon 4.7"],
      [
        "no key is encrypted",
        "DELETE FROM keypairs WHERE local_fragment = '#main-key'",
        "the database has no encrypted signing key",
      ],
    ])("says why there is nothing to prove where %s", async (_where, statement, why) => {
      const name = `older_${statement.slice(0, 4).toLowerCase()}`;
      await makeDatabase(postgres, name, statement);
      const run = await drills.run(forDrill(await given(await dumpOf(name, bucket))));
      expect(answerOf(run)).toMatchObject({ proof: null, why: expect.stringContaining(why) });
      expect(run.lines.join("\n")).not.toContain("key-in-the-plain");
    });

    test("that fails leaves no server either", async () => {
      const run = await drills.run(forDrill({ ...(await given(dump)), MASTIFF_SESSION_KEY: noKey }));
      const reason = "The dump is not proven: gpg cannot open the dump with this session key.";
      expect([run.code, run.last]).toEqual([1, reason]);
      expectGone();
    });

    test("told to stop, it leaves no server either", async () => {
      const running = await atSecondRange(drills, forDrill(await given(dump)));
      running.process.kill("SIGTERM");
      const { code, last } = await running.ended;
      expect([code, last]).toEqual([143, "The dump is not proven: it was told to stop."]);
      await control("POST", "release/second?drop");
      expectGone();
    });

    test("after one that was killed, the next begins with an empty volume", async () => {
      const running = await atSecondRange(drills, forDrill(await given(dump)));
      await killTree([running.process.pid ?? 0]);
      await running.ended;
      await control("POST", "release/second?drop");
      expect(existsSync(join(volume, "drill"))).toBe(true);
      drills.forget();
      answerOf(await drills.run(forDrill(await given(dump))));
      expectGone();
    });
  });
}
