import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { environment } from "../../toolchain/environment.ts";
import { pulumi } from "../../toolchain/stack.ts";
import { openStack, type TestStack } from "../support/stack.ts";
import { startWorld, type TestWorld } from "../support/world.ts";

const app = "mastiff-party";

/** One protected community that is up; each change that would lose data is refused, then made in its proper way. */
describe("a community that has been up", () => {
  let world: TestWorld;
  let stack: TestStack;

  beforeAll(async () => {
    world = await startWorld();
    stack = await openStack(world, {
      config: {
        "mastiff:protect": "true",
        "mastiff:redis": '{"kind":"own"}',
        "mastiff:postgres": '{"volumeGb":2}',
        "mastiff:mastodonVersion": "v4.6.10",
      },
    });
    const up = await stack.up();
    expect(up.exitCode, up.output).toBe(0);
  });
  afterAll(async () => {
    await stack?.end();
    await world?.stop();
  });

  /** What a preview of other config says, or of these arguments; the config is then as it was. */
  const preview = async (config: Record<string, string>, ...args: string[]) => {
    const before = await configNow();
    await stack.config(config);
    const outcome = await stack.preview(...args);
    await stack.config(Object.fromEntries(Object.keys(config).map((key) => [key, before[key]])));
    return outcome;
  };
  const configNow = async (): Promise<Record<string, string | undefined>> => {
    const { stdout } = await onStack("config", "--json");
    const all = JSON.parse(stdout) as Record<string, { value: string }>;
    return Object.fromEntries(Object.entries(all).map(([key, { value }]) => [key, value]));
  };
  const onStack = async (...args: string[]) => {
    const run = await pulumi(stack.place, [...args, "--stack", stack.place.stack]);
    expect(run.exitCode, run.stderr).toBe(0);
    return run;
  };
  const flyctl = (...args: string[]) =>
    execa("flyctl", args, {
      env: { ...environment(world.toolchain, stack.place.target), FLY_CONFIG_DIR: join(world.folder, "fly") },
      extendEnv: false,
    });
  const urnOf = async (name: string) =>
    (await stack.resources()).find(({ urn }) => urn.endsWith(`::${name}`))?.urn ?? "";
  const inSync = async () => {
    const outcome = await stack.preview("--expect-no-changes");
    expect(outcome.exitCode, outcome.output).toBe(0);
  };

  test.each<[string, Record<string, string>, string, string]>([
    [
      "another domain",
      { "mastiff:domain": "www.mastiff.party", "mastiff:app": app, "mastiff:bucket": `files-${app}` },
      "domain would change from mastiff.party to www.mastiff.party: every account's handle and its identity at other servers hang on the domain",
      "bring up a second stack with the new domain, and let people move their accounts there",
    ],
    [
      "other apps",
      { "mastiff:app": "other" },
      "app would change from mastiff-party to other: the database and Redis would be made anew, empty, and the old ones deleted",
      "keep the name, it is seen nowhere but at <app>.fly.dev: pulumi config set mastiff:app mastiff-party",
    ],
    [
      "another organisation",
      { "mastiff:flyOrg": "personal" },
      "flyOrg would change from mastiff to personal: database and Redis stay in the organisation that has them",
      "bring up a second stack there and restore a dump into it (docs/operations.md, “Moving house”)",
    ],
    [
      "another region",
      { "mastiff:region": "fra" },
      "region would change from ams to fra: volumes do not move between regions",
      "bring up a second stack there and restore a dump into it (docs/operations.md, “Moving house”)",
    ],
    [
      "another Cloudflare account",
      { "mastiff:cloudflareAccountId": "00000000000000000000000000000d10" },
      "the bucket with every upload stays in the account that has it",
      "bring up a second stack there and copy the objects (docs/operations.md, “Moving house”)",
    ],
    [
      "another bucket",
      { "mastiff:bucket": "other-bucket" },
      "bucket would change from files-mastiff-party to other-bucket: every upload would stay behind in the old bucket",
      "keep the name, visitors see the one of mastiff:filesHost alone: pulumi config set mastiff:bucket files-mastiff-party",
    ],
    [
      "another jurisdiction",
      { "mastiff:bucketJurisdiction": "eu" },
      "bucketJurisdiction would change from default to eu: a bucket never changes its jurisdiction",
      "bring up a second stack there and copy the objects (docs/operations.md, “Moving house”)",
    ],
    [
      "a smaller disk, by its own key",
      { "mastiff:postgres": '{"volumeGb":1}' },
      "postgresVolumeGb would shrink from 2 to 1: a volume of Fly's only grows",
      "keep it: pulumi config set --path mastiff:postgres.volumeGb 2",
    ],
    [
      "a skipped minor version",
      { "mastiff:mastodonVersion": "v4.8.0" },
      "v4.6.10 → v4.8.0 skips a minor version: each one's migrations build on those before",
      "bring up a release of v4.7 first, then the next",
    ],
    [
      "another key in place of one that accounts sign with",
      { "mastiff:rotate": '{"encryptionPrimaryKey":"2026-11"}' },
      "never rotate: the accounts' signing keys and two-factor secrets are encrypted with them",
      "keep dumps safe",
    ],
  ])("%s is refused in the preview, without a look at Fly", async (_what, config, reason, way) => {
    const { exitCode, output } = await preview({ ...config, "mastiff:drift": "off" });
    expect(exitCode, output).not.toBe(0);
    expect(output).toContain(reason);
    expect(output).toContain(way);
  });

  test("up without a preview refuses as well, and calls no cloud that changes", async () => {
    const calls = (await world.journal()).length;
    await stack.config({ "mastiff:region": "fra" });
    const up = await stack.up();
    await stack.config({ "mastiff:region": undefined });
    expect(up.exitCode).not.toBe(0);
    expect(up.output).toContain("region would change from ams to fra");
    expect(await world.journal(calls)).toEqual([]);
  });

  test.each([
    "database-postgres",
    "redis-machine",
    "media-bucket",
    "media-access",
    "secrets-encryption-salt",
  ])("%s is not replaced by a flag", async (name) => {
    const { exitCode, output } = await preview({}, "--replace", await urnOf(name));
    expect(exitCode, output).not.toBe(0);
    expect(output).toContain("unable to replace resource");
  });

  test("a key that somebody unprotected is not made anew either, and the preview says what it would break", async () => {
    const urn = await urnOf("secrets-secret-key-base");
    await onStack("state", "unprotect", urn, "--yes");
    const { exitCode, output } = await preview({}, "--replace", urn);
    expect(exitCode, output).not.toBe(0);
    expect(output).toContain("secrets that must never change would be made anew, so nothing is done:");
    expect(output).toContain("- SECRET_KEY_BASE: every session and every signed link would be void");
    expect(output).toContain("proper way: keep them.");
    expect(output).not.toContain("- VAPID_PUBLIC_KEY");
  });

  test("a Mastiff that makes secrets in another way keeps those that are there", async () => {
    const state = await stack.exported("--show-secrets");
    for (const { urn, inputs, outputs } of state.deployment.resources ?? [])
      if (/::secrets-(encryption|secret-key|database|redis|owner)/.test(urn))
        inputs.length = outputs.length = 24;
    await importState(state);
    const { changes, output } = await stack.preview();
    expect(
      changes.map((step) => `${step.op} ${step.name}`),
      output,
    ).toEqual([]);
  });

  test("a state that lost its keys is refused at up, before a machine gets others; the old state mends it", async () => {
    const before = await stack.exported("--show-secrets");
    const kept = await secretsOfApp();
    await onStack(
      "state",
      "delete",
      await urnOf("secrets-encryption-salt"),
      "--yes",
      "--force",
      "--target-dependents",
    );
    const up = await stack.up();
    expect(up.exitCode).not.toBe(0);
    expect(up.output).toContain(`The app ${app} has other keys than this stack's state`);
    expect(up.output).toContain("pulumi stack import --file state.json");
    expect(await secretsOfApp()).toEqual(kept);
    await importState(before);
    await inSync();
  });

  async function secretsOfApp(): Promise<unknown> {
    return (await world.state()).fly.apps[app].secrets;
  }
  async function importState(state: object): Promise<void> {
    const run = await execa(
      join(world.toolchain.bin, "pulumi"),
      ["stack", "import", "--stack", stack.place.stack],
      {
        cwd: stack.place.project,
        env: environment(world.toolchain, stack.place.target),
        extendEnv: false,
        input: JSON.stringify(state),
      },
    );
    expect(run.exitCode, run.stderr).toBe(0);
  }

  test("the next minor first, and a larger disk: the proper ways up", async () => {
    await stack.config({ "mastiff:mastodonVersion": "v4.7.4", "mastiff:postgres": '{"volumeGb":3}' });
    const dump = structuredClone((await databaseVolume()).data);
    const up = await stack.up();
    expect(up.exitCode, up.output).toBe(0);
    expect((await databaseVolume()).sizeGb).toBe(3);
    expect(await versions()).toEqual(["v4.7.4"]);

    const back = await preview({ "mastiff:mastodonVersion": "v4.6.10" });
    expect(back.exitCode).not.toBe(0);
    expect(back.output).toContain(
      "v4.7.4 → v4.6.10 goes back: an older Mastodon cannot read what v4.7.4 has written",
    );
    expect(back.output).toContain(
      "proper way: restore the dump that was taken before the upgrade, then pulumi config set --path mastiff:movedFrom.mastodonVersion v4.7.4",
    );
    // Said alone, while machines of the newer one run, it does not help: the driver looks at them.
    await stack.config({
      "mastiff:movedFrom": '{"mastodonVersion":"v4.7.4"}',
      "mastiff:mastodonVersion": "v4.6.10",
    });
    const early = await stack.up();
    expect(early.exitCode).not.toBe(0);
    expect(early.output).toContain("v4.6.10 is older than v4.7.4, which runs");

    await flyctl("scale", "count", "web=0", "sidekiq=0", "-a", app, "--yes");
    // As pg_restore into an emptied database leaves it.
    await world.meddle((state) => {
      for (const volume of Object.values<{ data: unknown }>(state.fly.apps[`${app}-db`].volumes))
        volume.data = dump;
    });
    const restored = await stack.up();
    expect(restored.exitCode, restored.output).toBe(0);
    expect(await versions()).toEqual(["v4.6.10"]);
    await inSync();
  });

  async function databaseVolume(): Promise<{ sizeGb: number; data: object }> {
    const [volume] = Object.values<{ sizeGb: number; data: object }>(
      (await world.state()).fly.apps[`${app}-db`].volumes,
    );
    if (volume === undefined) throw new Error("the database has no volume");
    return volume;
  }
  /** Versions of all machines that a release made. */
  async function versions(): Promise<string[]> {
    const { apps } = (await world.state()).fly;
    const machines = [app, `${app}-streaming`].flatMap((name) => Object.values<Machine>(apps[name].machines));
    const released = machines.filter(
      ({ state, config }) => state === "started" && config.metadata.fly_process_group !== undefined,
    );
    expect(released.length).toBeGreaterThan(2);
    return [...new Set(released.map(({ config }) => config.image.split(/[:@]/)[1] ?? ""))];
  }

  test("another Redis: refused with the number of jobs, by the driver too, made once they are gone", async () => {
    await setJobs(3);
    const upstash = { "mastiff:redis": '{"kind":"upstash"}' };
    const refused = await preview(upstash);
    expect(refused.exitCode).not.toBe(0);
    expect(refused.output).toContain(
      "redisKind would change from own to upstash: jobs that wait in Redis (deliveries, mails, deletions) would be lost with it; 3 wait now",
    );
    expect(refused.output).toContain(
      "proper way: stop web, let Sidekiq empty its queues, then replace Redis",
    );
    const unseen = await preview({ ...upstash, "mastiff:drift": "off" });
    expect(unseen.output).toContain("would be lost with it; how many is on https://mastiff.party/sidekiq");
    expect(unseen.exitCode).not.toBe(0);

    // All that docs/operations.md says, but too early.
    await onStack("state", "unprotect", await urnOf("redis-machine"), "--yes");
    await stack.config({ ...upstash, "mastiff:movedFrom": '{"redisKind":"own"}' });
    const early = await stack.preview();
    expect(early.exitCode).not.toBe(0);
    expect(early.output).toContain("3 wait now");
    await stack.config({ "mastiff:drift": "off" });
    const blind = await stack.up();
    expect(blind.exitCode).not.toBe(0);
    expect(blind.output).toContain(`Redis ${app}-redis is not destroyed: 3 jobs wait in it.`);
    expect((await world.state()).fly.apps[`${app}-redis`]).toBeDefined();

    await setJobs(0);
    await stack.config({ "mastiff:drift": undefined });
    const up = await stack.up();
    expect(up.exitCode, up.output).toBe(0);
    const { apps, addOns } = (await world.state()).fly;
    expect([apps[`${app}-redis`], addOns]).toEqual([
      undefined,
      [expect.objectContaining({ name: `${app}-redis` })],
    ]);
    await inSync();
  });

  async function setJobs(waiting: number): Promise<void> {
    await world.meddle((state) => {
      for (const { data } of Object.values<{ data: { redis: object } }>(
        state.fly.apps[`${app}-redis`].volumes,
      ))
        data.redis = { ...data.redis, jobs: { queues: { default: waiting }, schedule: 0, retry: 0 } };
    });
  }

  test("unprotected by hand, a destroy still leaves uploads and database, and says how a community ends", async () => {
    const way =
      "pulumi config set mastiff:destroy <domain>, pulumi up (takes a last dump), then pulumi destroy";
    const before = await uploads();
    expect(before.length).toBeGreaterThan(0);
    await onStack("state", "unprotect", "--all", "--yes");
    const full = await stack.destroy();
    expect(full.exitCode).not.toBe(0);
    expect(full.output).toContain(`The bucket files-${app} is not emptied: uploads are in it`);
    expect(full.output).toContain(way);
    expect(await uploads()).toEqual(before);

    await world.meddle(({ cloudflare }) => {
      cloudflare.buckets[0].objects = {};
    });
    const empty = await stack.destroy();
    expect(empty.exitCode).not.toBe(0);
    expect(empty.output).toContain(
      `The database ${app}-db is not destroyed: mastiff_party, the community, is in it, and nobody has said that it ends.`,
    );
    expect(empty.output).toContain(way);
    expect((await world.state()).fly.apps[`${app}-db`]).toBeDefined();
  });

  async function uploads(): Promise<string[]> {
    return Object.keys((await world.state()).cloudflare.buckets[0].objects);
  }
});

interface Machine {
  state: string;
  config: { image: string; metadata: { fly_process_group?: string } };
}
