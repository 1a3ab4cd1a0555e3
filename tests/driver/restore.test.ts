import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { timeless } from "../support/driver.ts";
import { jobsSince, machinesByGroup } from "../support/driver-community.ts";
import { signingKey } from "../support/restorable-dump.ts";
import { type RestoreScene, startRestoreScene } from "../support/restore-scene.ts";

/** The tests follow one restore from its first look to its end. What takes longer is in engine/long/restore.test.ts. */
let scene: RestoreScene;
beforeAll(async () => {
  scene = await startRestoreScene();
}, 240_000);
afterAll(() => scene.world.stop());

const own = ["acme", "acme-db", "acme-redis"];
const rows = { accounts: 2, users: 1, statuses: 0 };
const name = "monthly/2026-10/20261001T030000Z";
/** What the app's web and Sidekiq machines were asked to do since, by the API's verbs. */
const asked = async (after: number) =>
  (await scene.world.journal(after))
    .map(({ path }) => /^\/v1\/apps\/acme\/machines\/\w+\/(start|stop)$/.exec(path)?.[1])
    .filter((verb) => verb !== undefined);

describe("before anything is restored", () => {
  test("a look tells what the community runs on", async () => {
    expect(await scene.world.must("restore", "look", scene.restore())).toEqual({
      state: "none",
      running: {
        schema: "20260101000461",
        rows: { accounts: 1, users: 0, statuses: 0 },
        databaseBytes: 21_000_000,
      },
    });
  });

  test("there is nothing to go over to, nothing to undo, and nothing to finish", async () => {
    const over = await scene.world.drive("restore", "switch", scene.restore());
    expect([over.code, timeless(over.stderr)]).toEqual([
      1,
      `There is no restored database that acme could be replaced by.
  fix     restore a backup:  npx mastiff restore -s <stack> --from latest
  retry   does not help before this is changed`,
    ]);
    const back = await scene.world.drive("restore", "undo", scene.restore());
    expect([back.code, timeless(back.stderr)]).toEqual([
      1,
      `There is nothing to undo: no database is beside acme.
  fix     to go back in time, restore a backup:  npx mastiff restore -s <stack> --from <name>
  retry   does not help before this is changed`,
    ]);
    expect(await scene.world.must("restore", "finish", scene.restore())).toEqual({ state: "none" });
  });

  test("a server that does not run is said", async () => {
    const [id = ""] = Object.keys((await scene.world.fly()).apps["acme-db"].machines);
    const become = (state: string) =>
      scene.world.meddle((fly) => {
        fly.apps["acme-db"].machines[id].state = state;
      });
    await become("stopped");
    const { code, stderr } = await scene.world.drive("restore", "prepare", scene.prepare(scene.old));
    await become("started");
    expect([code, timeless(stderr)]).toEqual([
      1,
      `The database acme-db has no machine that runs, so nothing can be restored into it.
  fix     have it started, or made again:  pulumi up
  retry   does not help before this is changed`,
    ]);
    const drill = scene.drill(scene.old);
    const away = { ...drill, spec: { ...drill.spec, server: "never-was" } };
    expect((await scene.world.drive("drill", "run", away)).stderr).toContain(
      "The database never-was has no machine, and a drill runs the image of that machine.",
    );
  });

  test("a database on which nothing was released is said", async () => {
    let released: object | undefined;
    await scene.meddle(({ acme }) => {
      released = acme?.mastodon;
      delete acme?.mastodon;
    });
    const { code, stderr } = await scene.world.drive("restore", "prepare", scene.prepare(scene.old));
    expect(await scene.world.must("restore", "look", scene.restore())).toEqual({ state: "none" });
    await scene.meddle(({ acme }) => Object.assign(acme ?? {}, { mastodon: released }));
    expect([code, timeless(stderr)]).toEqual([
      1,
      `Nothing was released on the database acme yet, so nobody knows which version of Mastodon a dump has to fit.
  fix     release it first:  pulumi up
  retry   does not help before this is changed`,
    ]);
  });

  test("a dump of a newer Mastodon is refused", async () => {
    const { code, stderr } = await scene.world.drive(
      "restore",
      "prepare",
      scene.prepare(scene.old, { schema: "20260101000471", mastodon: "v4.7.4" }),
    );
    expect([code, timeless(stderr)]).toEqual([
      1,
      `${name} is of Mastodon v4.7.4, whose schema (20260101000471) is newer than the running one's (20260101000461): an older Mastodon cannot read it.
  set in  mastiff:mastodonVersion
  fix     first bring up the version of the dump:  pulumi config set mastiff:mastodonVersion v4.7.4 && pulumi up
  retry   does not help before this is changed`,
    ]);
  });

  test("a volume that is too small is said before anything is made", async () => {
    const large = scene.prepare(scene.old, { databaseBytes: 3_000_000_000 });
    const { code, stderr } = await scene.world.drive("restore", "prepare", large);
    expect([code, timeless(stderr)]).toEqual([
      1,
      `The volume of acme-db has 0.8 GB free, and ${name} needs 3.9 GB beside the running database.
  set in  mastiff:postgres
  fix     give it a larger volume, which cannot shrink again:  pulumi config set-all --path --plaintext mastiff:postgres.cpus=1 --plaintext mastiff:postgres.memoryMb=1024 --plaintext mastiff:postgres.volumeGb=5 && pulumi up
  retry   does not help before this is changed`,
    ]);
    expect([await scene.apps(), Object.keys(await scene.databases())]).toEqual([own, ["acme"]]);
  });

  test("a database of the name that is not Mastiff's is not touched", async () => {
    await scene.meddle((databases) => {
      databases.acme_restored = { ...structuredClone(databases.acme), owner: "acme", comment: "by hand" };
    });
    const { code, stderr } = await scene.world.drive("restore", "prepare", scene.prepare(scene.old));
    expect([code, timeless(stderr)]).toEqual([
      1,
      `The database acme-db has a database "acme_restored" that no restore has made; a restore needs this name, and touches only what is its own.
  fix     see what is in it:  flyctl postgres connect -a acme-db --database acme_restored
          if it is needed, give it another name there:  ALTER DATABASE "acme_restored" RENAME TO "<name>"
  retry   does not help before this is changed`,
    ]);
    expect((await scene.databases()).acme_restored?.comment).toBe("by hand");
    // Without a comment and without a table, it is what a run left that was killed before it set the comment.
    await scene.meddle((databases) => {
      databases.acme_restored = { owner: "acme" };
    });
    expect((await scene.world.must("restore", "look", scene.restore())).state).toBe("restoring");
  });
});

describe("a restore", () => {
  test("comes into a database beside the running one, from an app that is gone afterwards", async () => {
    const after = await scene.world.now();
    const { code, output, stderr } = await scene.world.drive("restore", "prepare", scene.prepare(scene.old));
    expect(code, stderr).toBe(0);
    expect(output).toEqual({
      database: "acme_restored",
      name,
      schema: "20260101000451",
      rows,
    });
    expect(stderr).toContain("\nrestoring a dump of ");
    expect(stderr).not.toContain('"format"');
    const { acme, acme_restored: restored } = await scene.databases();
    expect(restored?.comment).toBe(`mastiff: restored from ${name}, complete`);
    expect([restored?.mastodon?.accounts, acme?.mastodon?.accounts.length]).toEqual([
      [expect.objectContaining({ username: "mastiff" })],
      0,
    ]);
    expect(await scene.apps()).toEqual(own);
    // What the machine was given is in its app's secrets only.
    const made = (await scene.world.journal(after)).filter(
      ({ method, path }) => method === "POST" && path === "/v1/apps/acme-restore/machines",
    );
    expect(made).toHaveLength(1);
    for (const secret of [...Object.values(scene.old.secrets), "correct1horse2battery3"])
      expect(JSON.stringify(made[0]?.requestBody)).not.toContain(secret);
    expect(await asked(after)).toEqual([]);
  });

  test("again: what is complete is not restored anew", async () => {
    const after = await scene.world.now();
    expect(await scene.world.must("restore", "prepare", scene.prepare(scene.old))).toMatchObject({
      name,
      rows,
    });
    const made = (await scene.world.journal(after)).filter(({ path }) => path.endsWith("/machines"));
    expect(made.filter(({ method }) => method === "POST")).toEqual([]);
    expect((await scene.world.must("restore", "look", scene.restore())).state).toBe("restored");
  });

  test("the community goes over: stopped, names exchanged, migrated, started", async () => {
    // Of a step to another minor version, which the restored database has not begun.
    const note = `MASTIFF_STEP_4_6_${Math.floor(Date.now() / 1000) - 3600}`;
    await scene.world.meddle(({ apps: { acme } }) => {
      acme.secrets[note] = { ...acme.secrets.DATABASE_URL, name: note };
    });
    const after = await scene.world.now();
    const { code, output, stderr } = await scene.world.drive("restore", "switch", scene.restore());
    expect(code, stderr).toBe(0);
    expect(output).toEqual({
      state: "switched",
      name,
      since: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    });
    expect(await scene.databases()).toEqual({
      acme: {
        owner: "acme",
        mastodon: expect.objectContaining({ post: "4.6", accounts: [expect.anything()] }),
      },
      acme_before: expect.objectContaining({
        comment: `mastiff: replaced by ${name} on ${output.since}`,
        mastodon: expect.objectContaining({ accounts: [] }),
      }),
    });
    expect(await asked(after)).toEqual(["stop", "stop", "start", "start"]);
    expect(await jobsSince(scene.world, after)).toEqual(["db:migrate"]);
    expect(Object.keys((await scene.world.fly()).apps.acme.secrets)).not.toContain(note);
    const machines = Object.values(await machinesByGroup(scene.world)).flat();
    expect(machines.map(({ state }) => state)).toEqual(["started", "started"]);
  });

  test("again: nobody is stopped", async () => {
    const after = await scene.world.now();
    expect((await scene.world.must("restore", "switch", scene.restore())).state).toBe("switched");
    expect([await asked(after), await jobsSince(scene.world, after)]).toEqual([[], []]);
  });

  test("after an undo that was killed before the exchange, it lets people in again", async () => {
    await scene.meddle((databases) => {
      for (const name of ["acme", "acme_before"]) Object.assign(databases[name] ?? {}, { closed: true });
    });
    expect((await scene.world.must("restore", "switch", scene.restore())).state).toBe("switched");
    expect(Object.values(await scene.databases()).filter(({ closed }) => closed)).toEqual([]);
  });

  test("is finished before the next one begins", async () => {
    const { code, stderr } = await scene.world.drive("restore", "prepare", scene.prepare(scene.old));
    expect([code, timeless(stderr).replace(/since [\d:.TZ-]+,/, "since <time>,")]).toEqual([
      1,
      `The last restore is not finished: the community has run on ${name} since <time>, and what it ran on before is kept as acme_before.
  fix     keep what it runs on, and drop what it ran on before:  npx mastiff restore -s <stack> --finish
          or go back to that:  npx mastiff restore -s <stack> --undo
  retry   does not help before this is changed`,
    ]);
  });

  test("is undone: the community is back, and what it ran on meanwhile is kept", async () => {
    const after = await scene.world.now();
    const output = await scene.world.must("restore", "undo", scene.restore());
    expect(output).toEqual({ state: "undone", name, since: expect.any(String) });
    expect(await scene.databases()).toEqual({
      acme: { owner: "acme", mastodon: expect.objectContaining({ accounts: [] }) },
      acme_restored: expect.objectContaining({
        comment: `mastiff: restored from ${name}, withdrawn on ${output.since}`,
        mastodon: expect.objectContaining({ accounts: [expect.anything()] }),
      }),
    });
    expect(await asked(after)).toEqual(["stop", "stop", "start", "start"]);
    const { code, stderr } = await scene.world.drive("restore", "prepare", scene.prepare(scene.old));
    expect(code).toBe(1);
    expect(stderr).toContain(
      "fix     when nobody needs what was written meanwhile, drop it:  npx mastiff restore -s <stack> --finish",
    );
  });

  test("is finished only when the community is well; then what is beside its database goes", async () => {
    const [web] = (await machinesByGroup(scene.world)).web ?? [];
    await scene.world.meddle((fly) => {
      fly.apps.acme.machines[web?.id ?? ""].state = "stopped";
    });
    const { code, stderr } = await scene.world.drive("restore", "finish", scene.restore());
    expect([code, timeless(stderr)]).toEqual([
      1,
      `Nothing was dropped: not all machines of acme run and are healthy on acme.
  fix     see what is wrong:  flyctl status -a acme
          complete the last step of the restore, or go back:  npx mastiff restore -s <stack> --undo
  retry   helps once they are healthy`,
    ]);
    // To repeat the last step starts what is stopped.
    await scene.world.must("restore", "undo", scene.restore());
    expect(await scene.world.must("restore", "finish", scene.restore())).toEqual({ state: "none" });
    expect(Object.keys(await scene.databases())).toEqual(["acme"]);
  });
});

describe("a drill", () => {
  test("restores into an app apart from the community, which is gone afterwards", async () => {
    // What a drill left that was killed.
    const left = { stack: "mastiff/dev", org: "mastiff", app: "acme-drill" };
    await scene.world.must("app", "ensure", {
      spec: { ...left, publicAddresses: false, dedicatedV4: false },
    });
    const newest = await scene.put("4.7", "daily/2026-11-29/20261129T030000Z");
    const after = await scene.world.now();
    const { code, output, stderr } = await scene.world.drive("drill", "run", scene.drill(newest));
    expect(code, stderr).toBe(0);
    expect(output).toEqual({
      format: 1,
      postgres: "17.2",
      schema: "20260101000471",
      rows,
      databaseBytes: 21_000_000,
      seconds: expect.any(Number),
      proof: { public: signingKey.publicKeyPem, sealed: signingKey.sealedKey },
    });
    expect(await scene.apps()).toEqual(own);
    const calls = await scene.world.journal(after);
    const bodies = (method: string, path: string) =>
      calls.filter((one) => one.method === method && one.path === path).map((one) => one.requestBody);
    expect(bodies("POST", "/v1/apps")).toMatchObject([{ name: "acme-drill", network: "acme-drill" }]);
    expect(bodies("POST", "/v1/apps/acme-drill/volumes")).toMatchObject([
      { size_gb: 2, auto_backup_enabled: false },
    ]);
    const secrets = bodies("POST", "/v1/apps/acme-drill/secrets") as { values: object }[];
    const names = secrets.flatMap(({ values }) => Object.keys(values));
    // `flyctl secrets sync` writes one of its own and removes it.
    expect(names.filter((one) => !one.startsWith("BogusDummySecret_")).sort()).toEqual([
      "MASTIFF_DUMP_URL",
      "MASTIFF_SESSION_KEY",
      "MASTIFF_STACK_636FFEB48D1B",
    ]);
  });

  test("does not touch an app of its name that is not its own", async () => {
    const theirs = { stack: "mastiff/other", org: "mastiff", app: "acme-drill" };
    await scene.world.must("app", "ensure", {
      spec: { ...theirs, publicAddresses: false, dedicatedV4: false },
    });
    const { code, stderr } = await scene.world.drive("drill", "run", scene.drill(scene.old));
    expect(code).toBe(1);
    expect(
      timeless(stderr),
    ).toContain(`belongs to something else: it carries the mark of a stack other than mastiff/dev, or of a stack of the same name in another backend.
  set in  the option --app (by default derived from mastiff:app)
  fix     choose another name:  --app <name>
          to see what is in it:  flyctl status -a acme-drill
  retry   does not help before this is changed`);
    expect(await scene.apps()).toContain("acme-drill");
  });
});
