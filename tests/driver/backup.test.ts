import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BackupManifest } from "../../providers/fly/spec.ts";
import {
  app,
  type BackupScene,
  bucket,
  type LiveMachine,
  machine,
  owned,
  secretNames,
  startBackupScene,
} from "../support/backup-scene.ts";
import { type DriveInput, type DriverWorld, timeless } from "../support/driver.ts";
import { type BucketKey, objectsIn } from "../support/driver-bucket.ts";
import { images, jobsSince, release } from "../support/driver-community.ts";

const slow = 240_000;

/** A world that is slow enough to stop a run in the middle of a backup, which takes about two seconds in it. */
let scene: BackupScene;
let world: DriverWorld;
let key: BucketKey;
beforeAll(async () => {
  scene = await startBackupScene({ latency: 0.1 });
  ({ world, key } = scene);
}, slow);
afterAll(() => scene?.world.stop());

const wrongKey = "0".repeat(64);
const giveKey = (secretAccessKey: string) => scene.giveKey(secretAccessKey);
const machines = () => scene.machines();
const ids = async () => (await machines()).map(({ id }) => id);
const taken = () => scene.taken();
const differences = async (input = machine()): Promise<string[]> =>
  (await world.must("backup", "observe", input)).differences;
/** Changes the events of the app's only machine. */
const meddle = (change: (events: LiveMachine["events"]) => void) =>
  world.meddle((fly) => {
    for (const one of Object.values(fly.apps[app].machines) as LiveMachine[]) change(one.events);
  });
/** Runs ensure until it says the words, and kills it: its machine goes on. */
async function killed(kind: string, input: DriveInput, words: string): Promise<void> {
  const run = world.start(kind, "ensure", input);
  await run.said(words);
  run.process.kill("SIGKILL");
  await run.ended;
}
/** Lets the backup that runs end at this time, however long the next run takes to look at it. */
const endAt = (at: number) =>
  world.meddle((fly) => {
    for (const { steps } of Object.values(fly.apps[app].machines) as LiveMachine[])
      for (const step of steps.filter(({ kind }) => kind === "finish")) step.at = at;
  });
/** Machines of the app that were made and removed since, in order. */
const traffic = async (after: number) =>
  (await world.journal(after))
    .filter(({ method, path }) =>
      /^(POST|DELETE) \S+\/acme-backup\/machines(\/\w+)?$/.test(`${method} ${path}`),
    )
    .filter(({ method, path }) => method === "DELETE" || path.endsWith("/machines"))
    .map(({ method, path }) => (method === "POST" ? "made" : `removed ${path.split("/").at(-1)}`));
const time = /\d{4}-\d\d-\d\d \d\d:\d\d UTC/;

describe("the machine that takes backups", { timeout: slow }, () => {
  test("takes the first one at once, and goes on by its schedule", async () => {
    const output = await world.must("backup", "ensure", machine());
    const [made, ...others] = await machines();
    expect(others).toEqual([]);
    expect(made?.config).toMatchObject({ schedule: "daily", restart: { policy: "no" } });
    expect(made?.config.services ?? []).toEqual([]);
    expect(made?.config.image).toContain("flyio/postgres-flex:");
    expect(output).toMatchObject({ app, machine: made?.id, taken: { format: 1, class: "monthly" } });
    const manifest = output.taken as BackupManifest;
    const objects = await objectsIn(world, bucket);
    expect(Object.keys(objects).sort()).toEqual(
      [manifest.dump, manifest.escrow, manifest.dump.replace(".dump.gpg", ".json")].sort(),
    );
    expect(objects[manifest.dump]?.size).toBe(manifest.bytes);
  });

  test("again: nothing is made, and nothing differs", async () => {
    const after = await world.now();
    const [id] = await ids();
    expect(await world.must("backup", "ensure", machine())).toMatchObject({ machine: id });
    expect([await traffic(after), await taken()]).toEqual([[], 1]);
    expect(await world.must("backup", "observe", machine())).toEqual({ exists: true, differences: [] });
  });

  test("another size: a new one takes a backup first, then the old one goes", async () => {
    const [old] = await ids();
    const larger = machine({ memoryMb: 1024 });
    expect(await differences(larger)).toEqual(["of the backups: memory is 512 MB, should be 1024 MB"]);
    const after = await world.now();
    const output = await world.must("backup", "ensure", larger);
    expect(await traffic(after)).toEqual(["made", `removed ${old}`]);
    expect([await ids(), await taken()]).toEqual([[output.machine], 2]);
    await world.must("backup", "ensure", machine());
  });

  test("other secrets: a backup proves that they work", async () => {
    const [old] = await ids();
    await world.must("backup", "ensure", machine({}, "2"));
    const [made] = await ids();
    expect(made).not.toBe(old);
    await world.must("backup", "ensure", machine({}, "2"));
    expect(await ids()).toEqual([made]);
    // A look does not know the secrets.
    expect(await differences()).toEqual([]);
  });

  test("a run that failed is drift; a new machine takes what it did not", async () => {
    const [old] = await ids();
    await meddle((events) => {
      const exit = events.find(({ type }) => type === "exit");
      Object.assign(exit?.request?.exit_event ?? {}, { exit_code: 1 });
    });
    const seen = await differences();
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatch(new RegExp(`^the last backup failed with exit code 1 \\(${time.source}\\)$`));
    const before = await taken();
    const { stderr } = await world.drive("backup", "ensure", machine({}, "2"));
    expect(stderr).toContain(`backup: ${seen[0]}: taking one in a new machine (`);
    expect(await ids()).not.toContain(old);
    expect([await differences(), (await ids()).length, await taken()]).toEqual([[], 1, before + 1]);
  });

  test("a schedule that did not come about is drift", async () => {
    await meddle((events) => {
      for (const event of events) event.timestamp -= 3 * 86_400_000;
    });
    expect(await differences()).toEqual([
      expect.stringMatching(new RegExp(`^the last backup ended ${time.source}, and the schedule is daily$`)),
    ]);
    await world.must("backup", "ensure", machine({}, "2"));
    expect(await differences()).toEqual([]);
  });

  test("when a new one does not work, the old one stays, and the script's own words are shown", async () => {
    await giveKey(wrongKey);
    const [old] = await ids();
    const { code, stderr } = await world.drive("backup", "ensure", machine({}, "3"));
    await giveKey(key.secretAccessKey);
    expect([code, await ids()]).toEqual([1, [old]]);
    expect(stderr).toContain(`
No backup was taken: the machine in app acme-backup failed with exit code 1.
  fix     its last lines are below; the whole log:  flyctl logs -a acme-backup
          when the bucket is gone, or its key is refused, have them made again:  pulumi up --refresh
  retry   helps only if the cause below goes away by itself: the next run takes another one
  said    No backup was taken: `);
    expect(stderr).toContain("got HTTP 403");
    expect(stderr).not.toContain(wrongKey);
  });

  test("killed half way it is waited for; then it is the one", async () => {
    const before = await taken();
    const [old] = await ids();
    await killed("backup", machine({}, "4"), "backup: taking one (");
    await endAt(Date.now() + 5000);
    expect(await ids()).toHaveLength(2);
    const after = await world.now();
    const { output, stderr } = await world.drive("backup", "ensure", machine({}, "4"));
    expect(stderr).toMatch(/^backup: machine \w+ is taking one: waiting for its end /m);
    expect(await traffic(after)).toEqual([`removed ${old}`]);
    expect([await ids(), await taken()]).toEqual([[output.machine], before + 1]);
    expect(output.taken).toMatchObject({ format: 1 });
  });

  test("an answer that was lost after the machine was made leaves one of it", async () => {
    await world.faults({
      cloud: "fly",
      method: "POST",
      path: "/acme-backup/machines$",
      when: "after",
      action: { status: 503 },
    });
    const output = await world.must("backup", "ensure", machine({}, "5"));
    expect(await ids()).toEqual([output.machine]);
  });

  test("a machine that is gone is drift, and is made again", async () => {
    await world.meddle((fly) => {
      fly.apps[app].machines = {};
    });
    expect(await differences()).toEqual(["the machine of the backups is gone"]);
    await world.must("backup", "ensure", machine());
    expect(await differences()).toEqual([]);
  });

  test("is seen in one look with everything else", async () => {
    const { spec } = machine();
    const items = {
      app: { kind: "app", spec: { ...owned, publicAddresses: false, dedicatedV4: false } },
      secrets: { kind: "secrets", spec: { app, names: secretNames } },
      backup: { kind: "backup", spec: { ...spec, schedule: "hourly" } },
      never: { kind: "backup", spec: { ...spec, app: "never-was" } },
    };
    const seen = await world.must("all", "observe", { spec: { items } });
    expect([seen.app.differences, seen.secrets.differences]).toEqual([[], []]);
    expect(seen.backup.differences).toEqual(["of the backups: schedule is daily, should be hourly"]);
    expect(seen.never).toEqual({
      exists: false,
      differences: ["there is no backup app never-was"],
      identity: true,
    });
  });

  test("is not made while the database has no machine", async () => {
    const { code, stderr } = await world.drive("backup", "ensure", machine({ server: "never-was" }));
    expect([code, stderr]).toEqual([
      1,
      `The database's app "never-was" has no machine, so there is nothing to take backups of.
  fix     see what the app still has:  flyctl status -a never-was
          if it is gone with its volume, bring back the newest backup (docs/backups.md, “Restore”)
  retry   does not help before this is changed
`,
    ]);
  });

  test("is not made in an app that is not there, or not ours", async () => {
    const absent = await world.drive("backup", "ensure", machine({ app: "never-was" }));
    expect([absent.code, absent.stderr]).toEqual([
      1,
      `There is no app "never-was" in organisation mastiff to take backups in.
  fix     somebody else removed it; the next run creates it again:  pulumi up
  retry   helps: the next run sees that the app is gone and makes it first
`,
    ]);
    const theirs = await world.drive("backup", "ensure", machine({ stack: "mastiff/other" }));
    expect([theirs.code, (await ids()).length]).toEqual([1, 1]);
    expect(theirs.stderr).toContain("belongs to something else");
  });
});

describe("a backup beside the schedule", { timeout: slow }, () => {
  test("shows what the script says, prints the manifest, and leaves no machine", async () => {
    const scheduled = await ids();
    const before = await taken();
    const { code, output, stderr } = await world.drive("backup-now", "run", { spec: { app } });
    expect([code, output]).toEqual([0, expect.objectContaining({ format: 1, domain: "acme.example.org" })]);
    expect(stderr).toContain("\ndumping acme.example.org into ");
    expect(stderr).not.toContain('"format"');
    expect([await ids(), await taken()]).toEqual([scheduled, before + 1]);
  });

  test("that fails hands on the script's exit code and words, and prints nothing", async () => {
    const scheduled = await ids();
    await giveKey(wrongKey);
    const { code, stdout, stderr } = await world.drive("backup-now", "run", { spec: { app } });
    await giveKey(key.secretAccessKey);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("\nNo backup was taken: ");
    expect(await ids()).toEqual(scheduled);
  });

  test("needs a machine to be like", async () => {
    const { code, stderr } = await world.drive("backup-now", "run", { spec: { app: "acme" } });
    expect([code, stderr]).toEqual([
      1,
      `App acme has no machine that takes backups: none was made yet, or it is gone.
  fix     have it made, which takes a backup:  pulumi up
  retry   does not help before this is changed
`,
    ]);
  });
});

describe("a release", { timeout: slow }, () => {
  const patch = "ghcr.io/mastodon/mastodon:v4.6.4";
  const input = (image: string, backup = app) => release(image, { redisGate: false, backup });
  const web = async () =>
    (Object.values((await world.fly()).apps.acme.machines) as LiveMachine[])
      .filter(({ state }) => state === "started")
      .map(({ config }) => config.image.split("@")[0]);

  test("of a patch takes no backup", async () => {
    const after = await world.now();
    await world.must("release", "ensure", input(patch));
    expect(await traffic(after)).toEqual([]);
    expect(await jobsSince(world, after)).toContain("db:migrate");
  });

  test("of another minor version migrates nothing while nothing takes backups", async () => {
    const after = await world.now();
    const { code, stderr } = await world.drive("release", "ensure", input(images.new, "never-was"));
    expect([code, timeless(stderr)]).toEqual([
      1,
      `v4.7.4 migrates the database, and nothing takes backups of it yet (app never-was has no machine for that): nothing was released.
  set in  mastiff:mastodonVersion, mastiff:backup
  fix     first bring up the version that runs, which takes a backup:  pulumi config set mastiff:mastodonVersion v4.6.4 && pulumi up
          then the new one:  pulumi config set mastiff:mastodonVersion v4.7.4 && pulumi up
  retry   does not help before this is changed`,
    ]);
    expect(await jobsSince(world, after)).toEqual([]);
    expect(await web()).toEqual([patch, patch]);
  });

  test("of another minor version migrates nothing when the backup fails", async () => {
    const scheduled = await ids();
    const after = await world.now();
    await giveKey(wrongKey);
    const { code, stderr } = await world.drive("release", "ensure", input(images.new));
    await giveKey(key.secretAccessKey);
    expect(code).toBe(1);
    expect(stderr).toContain(`
No backup was taken before v4.7.4, so nothing was released: the machine in app acme-backup failed with exit code 1.
  fix     its last lines are below; until the cause is found, try it alone:  npx mastiff backup -s <stack>
          then release:  pulumi up
          the machine is still as the last up made it; to renew it first:  pulumi config set mastiff:mastodonVersion v4.6.4 && pulumi up
  retry   helps only if the cause below goes away by itself
  said    No backup was taken: `);
    expect(await jobsSince(world, after)).toEqual([]);
    expect([await web(), await ids()]).toEqual([[patch, patch], scheduled]);
  });

  test("of another minor version, killed in its backup: only one that still runs counts", async () => {
    const scheduled = await ids();
    const before = await taken();
    const after = await world.now();
    await killed("release", input(images.new), "backup: taking one before v4.7.4 (");
    await endAt(Date.now());
    // Nobody knows what was written since the first one ended: this run takes another one.
    await killed("release", input(images.new), "backup: taking one before v4.7.4 (");
    expect([await ids(), await jobsSince(world, after)]).toEqual([[...scheduled, expect.any(String)], []]);
    await endAt(Date.now() + 5000);
    await world.faults({
      cloud: "fly",
      method: "POST",
      path: "/v1/apps/acme/machines$",
      body: "db-migrate-pre",
      times: -1,
      when: "before",
      action: { status: 422, body: { error: "stopped here" } },
    });
    const { code, stderr } = await world.drive("release", "ensure", input(images.new));
    await world.faults();
    expect(code).toBe(1);
    expect(stderr).toContain("backup: taking one: an earlier run started it, waiting for its end (");
    expect([await ids(), await taken()]).toEqual([scheduled, before + 2]);
  });

  test("of another minor version, tried again: the backup from before its migrations is the way back", async () => {
    const before = await taken();
    const after = await world.now();
    const { code, stderr } = await world.drive("release", "ensure", input(images.new));
    expect(code, stderr).toBe(0);
    expect(stderr).toContain("backup: an earlier run took one before v4.7.4, and has begun to migrate since");
    expect(await jobsSince(world, after)).toEqual(["db:migrate (without post)", "db:migrate"]);
    expect(await taken()).toBe(before);
    const { secrets } = (await world.fly()).apps.acme;
    expect(Object.keys(secrets).filter((name) => name.startsWith("MASTIFF_STEP_"))).toEqual([]);
  });
});

describe("at the end", { timeout: slow }, () => {
  test("a backup that runs is waited for; then no machine is left, and the backups stay", async () => {
    const before = await taken();
    await killed("backup", machine({}, "6"), "backup: taking one (");
    await endAt(Date.now() + 5000);
    const { code, stderr } = await world.drive("backup", "destroy", machine());
    expect(code, stderr).toBe(0);
    expect(stderr).toContain(" is taking one: waiting for its end (");
    expect([await ids(), await taken()]).toEqual([[], before + 1]);
  });

  test("destroy succeeds again, also without the app", async () => {
    expect(await world.must("backup", "destroy", machine())).toEqual({});
    expect(await world.must("backup", "destroy", machine({ app: "never-was" }))).toEqual({});
  });

  test("no call ever started a machine: Fly refuses that for those with a schedule", async () => {
    const starts = (await world.journal()).filter(({ path }) =>
      /\/acme-backup\/machines\/\w+\/start$/.test(path),
    );
    expect(starts).toEqual([]);
  });
});
