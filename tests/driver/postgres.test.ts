import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PostgresSpec } from "../../providers/fly/spec.ts";
import { type DriverWorld, notDestroyed, startDriverWorld, timeless } from "../support/driver.ts";

let world: DriverWorld;
beforeAll(async () => {
  world = await startDriverWorld();
});
afterAll(() => world.stop());

const owned = { stack: "mastiff/dev", org: "mastiff" };
const mark = "MASTIFF_STACK_636FFEB48D1B";
const secrets = { password: "correct1horse2battery3" };
const postgres = (app: string, more: Partial<PostgresSpec> = {}): PostgresSpec => ({
  ...owned,
  app,
  region: "ams",
  size: { cpuKind: "shared", cpus: 1, memoryMb: 1024 },
  volumeGb: 10,
  database: "acme",
  user: "acme",
  consumers: ["acme"],
  ...more,
});
interface Thing {
  id: string;
  state: string;
  instanceId: string;
  machineId: string | null;
  sizeGb: number;
  secrets: Record<string, string>;
  config: {
    guest: object;
    services?: object[];
    restart: { policy: string };
    mounts: { volume: string }[];
  };
}
type Databases = { databases: Record<string, object> };
const there = (things: Record<string, Thing>) =>
  Object.values(things).filter((one) => one.state !== "destroyed");
const machines = (app: { machines: Record<string, Thing> }) => there(app.machines);
const volumes = (app: { volumes: Record<string, Thing> }) => there(app.volumes);

describe("Postgres", () => {
  test("twice is once: one machine, one volume, role and database, the password as given", async () => {
    const spec = postgres("db1");
    const output = { app: "db1", host: "db1.flycast", port: 5432, database: "acme", user: "acme" };
    expect(await world.must("postgres", "ensure", { spec, secrets })).toEqual(output);
    const before = (await world.fly()).apps.db1;
    expect(await world.must("postgres", "ensure", { spec, secrets, previous: output })).toEqual(output);
    const app = (await world.fly()).apps.db1;
    expect(machines(app).map((one) => one.instanceId)).toEqual(machines(before).map((one) => one.instanceId));
    expect(volumes(app)).toHaveLength(1);
    expect(volumes(app)[0]?.sizeGb).toBe(10);
    expect(app.secrets[mark]).toBeDefined();
    const seen = await world.must("postgres", "observe", { spec });
    expect([seen.exists, seen.differences]).toEqual([true, []]);
  });

  test("the password never was in an argument, nor was a password in clear in any SQL", async () => {
    const calls = JSON.stringify([await world.flyctlRuns(), await world.journal()]);
    expect(calls).not.toContain(secrets.password);
    expect(calls).toContain("SCRAM-SHA-256$4096:".replaceAll("$", "\\\\$"));
  });

  test("a run that stopped within postgres create is started over", async () => {
    const spec = postgres("db2");
    await world.faults(
      {
        cloud: "fly",
        method: "POST",
        path: "/v1/apps/db2/volumes",
        times: -1,
        when: "before",
        action: { status: 422, body: { error: "no room" } },
      },
      // Removing the app again fails too.
      ...notDestroyed,
    );
    const { code, stderr } = await world.drive("postgres", "ensure", { spec, secrets });
    await world.faults();
    expect(code).toBe(1);
    expect(stderr).toContain("no room");
    const half = (await world.fly()).apps.db2;
    expect([machines(half).length, half.secrets[mark]]).toEqual([0, undefined]);
    const again = await world.drive("postgres", "ensure", { spec, secrets });
    expect(again.code).toBe(0);
    expect(again.stderr).toContain("an earlier run stopped half way: starting over");
    const app = (await world.fly()).apps.db2;
    expect([machines(app).length, volumes(app).length]).toEqual([1, 1]);
  });

  test("a create whose last answer was lost is completed in the same run", async () => {
    await world.faults({
      cloud: "fly",
      method: "POST",
      path: "/v1/apps/db3/machines$",
      when: "after",
      action: { cut: true },
    });
    await world.must("postgres", "ensure", { spec: postgres("db3"), secrets });
    const app = (await world.fly()).apps.db3;
    expect([machines(app).length, volumes(app).length]).toEqual([1, 1]);
  });

  test("one that is whole but unmarked is taken up while it holds nothing, refused when it does", async () => {
    await world.meddle((fly) => {
      delete fly.apps.db3.secrets[mark];
    });
    const spec = postgres("db3", { database: "other" });
    const { code, stderr } = await world.drive("postgres", "ensure", { spec, secrets });
    expect(code).toBe(1);
    expect(stderr).toContain("it has content, but not the mark of stack mastiff/dev");
    expect((await world.drive("postgres", "destroy", { spec })).code).toBe(1);
    await world.meddle((fly) => {
      for (const volume of Object.values(fly.apps.db3.volumes) as {
        data: { postgres: { databases: object } };
      }[])
        delete (volume.data.postgres.databases as Record<string, unknown>).acme;
    });
    await world.must("postgres", "ensure", { spec, secrets });
    expect((await world.fly()).apps.db3.secrets[mark]).toBeDefined();
  });

  test("grows: memory by a new machine size, the volume in place, with snapshots that are kept for longer", async () => {
    const size = { cpuKind: "shared", cpus: 2, memoryMb: 2048 } as const;
    const spec = postgres("db1", { size, volumeGb: 20, snapshotDays: 14 });
    const seen = await world.must("postgres", "observe", { spec });
    expect(seen.differences).toEqual([
      "database: memory is 1024 MB, should be 2048 MB",
      "database: it has 1 shared CPUs, should have 2 shared",
      "the database's volume has 10 GB, should have 20 GB",
      "the database's volume: its snapshots are kept for 5 days, should be 14",
    ]);
    await world.must("postgres", "ensure", { spec, secrets });
    const app = (await world.fly()).apps.db1;
    expect(machines(app)[0]?.config.guest).toMatchObject({ cpus: 2, memory_mb: 2048 });
    expect(volumes(app)[0]).toMatchObject({ sizeGb: 20, snapshotRetention: 14 });
    expect((await world.must("postgres", "observe", { spec })).differences).toEqual([]);
  });

  test("a restart that a stopped run owed, so that a larger volume is seen, is made by the next", async () => {
    const spec = postgres("db1", { size: { cpuKind: "shared", cpus: 2, memoryMb: 2048 }, volumeGb: 20 });
    await world.meddle((fly) => {
      const { secrets } = fly.apps.db1;
      secrets.MASTIFF_OWES_RESTART = { ...secrets[mark], name: "MASTIFF_OWES_RESTART" };
    });
    const before = machines((await world.fly()).apps.db1)[0]?.instanceId;
    const { code, stderr } = await world.drive("postgres", "ensure", { spec, secrets });
    expect([code, timeless(stderr).split("\n")[0]], stderr).toEqual([
      0,
      "database: restarting, so that it sees its larger volume",
    ]);
    const app = (await world.fly()).apps.db1;
    expect(Object.keys(app.secrets)).not.toContain("MASTIFF_OWES_RESTART");
    expect(machines(app)[0]?.state).toBe("started");
    expect(before).toBeDefined();
  });

  test("never shrinks: not the volume, not the machine, and says why", async () => {
    const size = { cpuKind: "shared", cpus: 2, memoryMb: 2048 } as const;
    const volume = await world.drive("postgres", "ensure", { spec: postgres("db1", { size }), secrets });
    expect([volume.code, volume.stderr]).toEqual([
      1,
      `The volume of db1 has 20 GB and cannot shrink to 10 GB: a file system on Fly can only grow.
  set in  mastiff:postgres
  fix     keep the size:  pulumi config set-all --path --plaintext mastiff:postgres.cpus=2 --plaintext mastiff:postgres.memoryMb=2048 --plaintext mastiff:postgres.volumeGb=20
          or move the data to a new, smaller one (docs/operations.md, “Moving house”)
  retry   does not help before this is changed
`,
    ]);
    const memory = await world.drive("postgres", "ensure", {
      spec: postgres("db1", { volumeGb: 20 }),
      secrets,
    });
    expect(memory.code).toBe(1);
    expect(memory.stderr).toContain(
      "The database db1 has 2 shared CPUs and 2048 MB; Mastiff does not make it smaller (1 shared, 1024 MB)",
    );
  });

  test("does not move to another region", async () => {
    const { code, stderr } = await world.drive("postgres", "ensure", {
      spec: postgres("db1", { region: "fra" }),
      secrets,
    });
    expect([code, stderr.split("\n")[0]]).toEqual([
      1,
      "The database db1 is in region ams and cannot move to fra: its volume stays where it is.",
    ]);
  });

  test("what an ensure refuses, a look refuses in the same words, all of it at once", async () => {
    const spec = postgres("db1", { region: "fra" });
    const { refused } = await world.must("postgres", "observe", { spec });
    expect(refused.map((text: string) => text.split("\n")[0])).toEqual([
      "The database db1 is in region ams and cannot move to fra: its volume stays where it is.",
      expect.stringMatching(
        /^The database db1 has 2 shared CPUs and 2048 MB; Mastiff does not make it smaller/,
      ),
      "The volume of db1 has 20 GB and cannot shrink to 10 GB: a file system on Fly can only grow.",
    ]);
    const ensured = await world.drive("postgres", "ensure", { spec, secrets });
    expect(ensured.stderr).toContain(refused[0]);
    // Each printed command keeps the values that the other commands set.
    const kept = /mastiff:postgres\.cpus=2 .*memoryMb=2048 .*volumeGb=20$/m;
    for (const text of refused.slice(1)) expect(text).toMatch(kept);
  });

  test("a machine that was stopped is drift, and started again", async () => {
    await world.meddle((fly) => {
      const [machine] = Object.values(fly.apps.db2.machines) as {
        state: string;
        ready: boolean;
        id: string;
      }[];
      if (machine) Object.assign(machine, { state: "stopped", ready: false, steps: [] });
    });
    const seen = await world.must("postgres", "observe", { spec: postgres("db2") });
    expect(seen.differences).toEqual([expect.stringMatching(/^machine \w+ of the database is stopped$/)]);
    await world.must("postgres", "ensure", { spec: postgres("db2"), secrets });
    expect((await world.must("postgres", "observe", { spec: postgres("db2") })).differences).toEqual([]);
  });

  test("a machine that is gone stops everything: its volume may hold the community", async () => {
    await world.meddle((fly) => {
      fly.apps.db2.machines = {};
    });
    const { code, stderr } = await world.drive("postgres", "ensure", { spec: postgres("db2"), secrets });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^The database db2 has lost its machine; its volume vol_\w+ is still there, and may hold the community\.\n/,
    );
    expect(volumes((await world.fly()).apps.db2)).toHaveLength(1);
  });

  test("destroy refuses while the community is in it, and says how one ends", async () => {
    await world.meddle((fly) => {
      const [volume] = volumes(fly.apps.db1) as (Thing & { data: { postgres: Databases } })[];
      Object.assign(volume?.data.postgres.databases.acme ?? {}, {
        mastodon: { accounts: [{ username: "rex" }] },
      });
    });
    const { code, stderr } = await world.drive("postgres", "destroy", { spec: postgres("db1") });
    expect([code, stderr]).toEqual([
      1,
      `The database db1 is not destroyed: it contains the community (acme), and nobody has confirmed that the community ends.
  set in  nothing: mastiff:destroy is not set, and was not set at the last pulumi up
  fix     to end the community:  pulumi config set mastiff:destroy <domain>, pulumi up (takes a last dump), then pulumi destroy
          to keep it:  pulumi up creates again whatever a destroy has removed
  retry   does not help before this is changed
`,
    ]);
    // The destroy is also refused when nobody can look: db2 has lost its machine, but not its volume.
    expect((await world.drive("postgres", "destroy", { spec: postgres("db2") })).code).toBe(1);
    const { apps } = await world.fly();
    expect([machines(apps.db1), volumes(apps.db2)]).toEqual([[expect.anything()], [expect.anything()]]);
  });

  test("destroy unsets the consumers' address, leaves nothing, and succeeds again", async () => {
    await world.must("app", "ensure", {
      spec: { ...owned, app: "acme", publicAddresses: false, dedicatedV4: false },
    });
    await world.must("secrets", "ensure", {
      spec: { app: "acme", names: ["DATABASE_URL", "OTHER"] },
      secrets: { DATABASE_URL: "postgres://acme:x@db1.flycast/acme", OTHER: "kept-value" },
    });
    const spec = postgres("db1", { consumers: ["acme", "never-was"], dispensable: true });
    await world.must("postgres", "destroy", { spec });
    const { apps } = await world.fly();
    expect(apps.db1).toBeUndefined();
    expect(Object.keys(apps.acme.secrets)).not.toContain("DATABASE_URL");
    expect(Object.keys(apps.acme.secrets)).toContain("OTHER");
    await world.must("postgres", "destroy", { spec });
    expect((await world.must("postgres", "observe", { spec })).differences).toEqual([
      "there is no database app db1",
    ]);
  });

  test("destroy goes on when the app that is given the address goes meanwhile", async () => {
    await world.must("app", "ensure", {
      spec: { ...owned, app: "going", publicAddresses: false, dedicatedV4: false },
    });
    await world.faults({
      cloud: "fly",
      method: "GET",
      path: "/apps/going/secrets$",
      when: "before",
      action: { hold: "going" },
    });
    const spec = postgres("never-was", { consumers: ["going"] });
    const run = world.start("postgres", "destroy", { spec });
    await fetch(`${world.url}/_local/held/going?wait`);
    await world.meddle((fly) => {
      delete fly.apps.going;
    });
    await fetch(`${world.url}/_local/release/going`, { method: "POST" });
    const { code, stderr } = await run.ended;
    await world.faults();
    expect([code, stderr]).toEqual([0, ""]);
  });
});
