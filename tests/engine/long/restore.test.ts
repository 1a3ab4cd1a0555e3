import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { killedAtEachCall } from "../../faults/driver-kills.ts";
import type { Side } from "../../faults/gate.ts";
import { timeless } from "../../support/driver.ts";
import { secrets as community, machinesByGroup } from "../../support/driver-community.ts";
import { type RestoreScene, startRestoreScene } from "../../support/restore-scene.ts";

let scene: RestoreScene;
beforeAll(async () => {
  scene = await startRestoreScene();
});
afterAll(() => scene?.world.stop());

const own = ["acme", "acme-db", "acme-redis"];
/** Waits as short as the driver makes them. */
const impatient = { MASTIFF_PATIENCE: "0.01" };
const left = async () => ({
  apps: await scene.apps(),
  databases: Object.keys(await scene.databases()).sort(),
});
const nothing = { apps: own, databases: ["acme"] };

describe("what cannot be restored leaves nothing", () => {
  test("a session key of another dump", async () => {
    const { dump, secrets } = scene.old;
    const other = { dump, secrets: { ...secrets, sessionKey: `9:${"0".repeat(64)}` } };
    const restored = await scene.world.drive("restore", "prepare", scene.prepare(other));
    expect([restored.code, await left()]).toEqual([1, nothing]);
    expect(timeless(restored.stderr)).toContain(`
${dump.name} was not restored: the machine in app acme-restore failed with exit code 1. The community was not touched.
  fix     its last lines are below; when the dump is damaged, restore another one:  npx mastiff backups -s <stack>
  retry   helps only if the cause below goes away by itself
  said    restoring a dump of `);
    expect(restored.stderr).toContain("gpg cannot open the dump: is the session key another dump's?");
    const drilled = await scene.world.drive("drill", "run", scene.drill(other));
    expect([drilled.code, drilled.stdout, await left()]).toEqual([1, "", nothing]);
    expect(timeless(drilled.stderr)).toContain(`
The dump is not proven: the machine of the drill failed with exit code 1.
  fix     its last lines are below; when the dump is damaged, try another one:  npx mastiff backups -s <stack>
  retry   helps only if the cause below goes away by itself
  said    `);
  });

  test.each([
    ["of another size", { bytes: 7 }, "bytes when it was taken"],
    ["with another digest", { sha256: "0".repeat(64) }, "the dump has SHA-256 "],
  ])("a dump %s", async (_what, more, said) => {
    const { code, stderr } = await scene.world.drive("restore", "prepare", scene.prepare(scene.old, more));
    expect([code, await left()]).toEqual([1, nothing]);
    expect(stderr).toContain(said);
  });

  test("other rows than were dumped", async () => {
    const more = { rows: { accounts: 2, users: 3, statuses: 0 } };
    const { code, stderr } = await scene.world.drive("restore", "prepare", scene.prepare(scene.old, more));
    expect([code, await left()]).toEqual([1, nothing]);
    expect(timeless(stderr)).toContain(`
What came out of ${scene.old.dump.name} is not what was dumped: 1 users instead of 3. The community was not touched.
  fix     restore another backup:  npx mastiff backups -s <stack>
  retry   does not help before this is changed`);
  });

  test("a drill whose log Fly has lost", async () => {
    await scene.world.faults({
      cloud: "fly",
      path: "/logs$",
      times: -1,
      when: "before",
      action: { status: 500 },
    });
    const { code, stderr } = await scene.world.drive("drill", "run", {
      ...scene.drill(scene.old),
      env: impatient,
    });
    await scene.world.faults();
    expect([code, await left()]).toEqual([1, nothing]);
    expect(timeless(stderr)).toContain(`
The dump was restored, but Fly has lost the log that says what is in it: nothing is proven.
  fix     try again:  npx mastiff drill -s <stack>
  retry   helps: Fly seldom loses a log`);
  });

  test("a drill whose app's name Fly frees late, after the app of a killed one", async () => {
    const killed = { stack: "mastiff/dev", org: "mastiff", app: "acme-drill" };
    await scene.world.must("app", "ensure", {
      spec: { ...killed, publicAddresses: false, dedicatedV4: false },
    });
    await scene.world.faults({
      cloud: "fly",
      method: "POST",
      path: "^/v1/apps$",
      when: "before",
      action: { status: 422, body: { error: "Validation failed: Name has already been taken" } },
    });
    expect(await scene.world.must("drill", "run", scene.drill(scene.old))).toMatchObject({ format: 1 });
    expect(await left()).toEqual(nothing);
  });

  test("a drill that is stopped: the app goes, too", async () => {
    const run = scene.world.start("drill", "run", scene.drill(scene.old));
    await run.said("drill: restoring ");
    run.process.kill("SIGINT");
    const { code, stderr } = await run.ended;
    expect([code, await left()]).toEqual([130, nothing]);
    expect(stderr).toContain("stopped; nothing of the drill is left");
  });
});

describe("a community that cannot go over", () => {
  beforeAll(async () => {
    await scene.world.must("restore", "prepare", scene.prepare(scene.old));
  });
  afterAll(async () => {
    await scene.world.must("restore", "finish", scene.restore());
  });

  test("machines that do not stop: the community goes on as it was", async () => {
    await scene.world.faults({
      cloud: "fly",
      method: "POST",
      path: "/acme/machines/[^/]+/stop$",
      times: -1,
      when: "before",
      action: { status: 200, body: { ok: true } },
    });
    const input = { ...scene.restore(), env: impatient };
    const { code, stderr } = await scene.world.drive("restore", "switch", input);
    await scene.world.faults();
    expect(code).toBe(1);
    expect(timeless(stderr)).toContain(`
The machines of acme do not stop, so its database stays as it is.
  fix     check whether Fly has an incident:  https://status.flyio.net
          see which one runs on:  flyctl machine list -a acme
  retry   helps: the next run completes whatever is half done`);
    await well(0);
  });

  test("machines that are not healthy on the restored database: the way back is said", async () => {
    const keys = async (change: (secrets: Record<string, string>) => void) =>
      scene.world.meddle((fly) => {
        for (const one of Object.values(fly.apps.acme.machines) as { secrets: Record<string, string> }[])
          change(one.secrets);
      });
    const { SECRET_KEY_BASE = "" } = community;
    // A process without it does not boot.
    await keys((secrets) => Reflect.deleteProperty(secrets, "SECRET_KEY_BASE"));
    const input = { ...scene.restore(), env: impatient };
    const { code, stderr } = await scene.world.drive("restore", "switch", input);
    expect(code).toBe(1);
    expect(timeless(stderr)).toContain(`
acme is on the backup ${scene.old.dump.name}, and its machines do not become healthy. Nothing is lost: its old database is kept as acme_before.
  fix     its last output is below; the whole log:  flyctl logs -a acme
          once the cause is gone, complete it:  npx mastiff restore -s <stack> --from ${scene.old.dump.name.split("/").at(-1)}
          or go back to the old database:  npx mastiff restore -s <stack> --undo
  retry   helps once the cause is gone: the next run goes on from here
  said    — `);
    await keys((secrets) => Object.assign(secrets, { SECRET_KEY_BASE }));
    await scene.world.must("restore", "undo", scene.restore());
    await well(0);
  });
});

test("an exchange whose answer is lost is made once", async () => {
  await scene.world.must("restore", "prepare", scene.prepare(scene.old));
  await scene.world.faults({
    cloud: "fly",
    method: "POST",
    path: "/exec$",
    body: "RENAME TO",
    when: "after",
    action: { status: 503 },
  });
  expect((await scene.world.must("restore", "switch", scene.restore())).state).toBe("switched");
  await well(1);
  expect((await scene.world.must("restore", "undo", scene.restore())).state).toBe("undone");
  await scene.world.must("restore", "finish", scene.restore());
  expect(await left()).toEqual(nothing);
});

describe.each<Side>(["before", "after"])("killed %s each call", (side) => {
  test("a restore comes to its end, and leaves one new database", async () => {
    const kills = await killedAtEachCall(scene.world, side, "restore", "prepare", scene.prepare(scene.old));
    expect(kills).toBeGreaterThan(6);
    expect(await left()).toEqual({ apps: own, databases: ["acme", "acme_restored"] });
    expect((await scene.world.must("restore", "look", scene.restore())).state).toBe("restored");
  });

  test("a switch comes to its end: all machines serve, on the restored database", async () => {
    expect(await killedAtEachCall(scene.world, side, "restore", "switch", scene.restore())).toBeGreaterThan(
      6,
    );
    expect(await left()).toEqual({ apps: own, databases: ["acme", "acme_before"] });
    await well(1);
  });

  test("an undo comes to its end: all machines serve, on the database before", async () => {
    expect(await killedAtEachCall(scene.world, side, "restore", "undo", scene.restore())).toBeGreaterThan(5);
    expect(await left()).toEqual({ apps: own, databases: ["acme", "acme_restored"] });
    await well(0);
  });

  test("a finish leaves the community's database alone", async () => {
    expect(await killedAtEachCall(scene.world, side, "restore", "finish", scene.restore())).toBeGreaterThan(
      0,
    );
    expect(await left()).toEqual(nothing);
    await well(0);
  });

  test("a drill leaves nothing", async () => {
    expect(await killedAtEachCall(scene.world, side, "drill", "run", scene.drill(scene.old))).toBeGreaterThan(
      5,
    );
    expect(await left()).toEqual(nothing);
  });
});

/** All machines run, nobody is kept out, and the community's database has so many accounts and the schema of its code. */
async function well(accounts: number): Promise<void> {
  const { web = [], sidekiq = [], ...others } = await machinesByGroup(scene.world);
  expect([...web, ...sidekiq].map(({ state }) => state)).toEqual(["started", "started"]);
  expect(others).toEqual({});
  const databases = await scene.databases();
  expect(Object.values(databases).filter(({ closed }) => closed)).toEqual([]);
  expect(databases.acme?.comment).toBeUndefined();
  expect([databases.acme?.mastodon?.post, databases.acme?.mastodon?.accounts.length]).toEqual([
    "4.6",
    accounts,
  ]);
}
