import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RedisSpec, UpstashSpec } from "../../providers/fly/spec.ts";
import { type DriverWorld, startDriverWorld, timeless } from "../support/driver.ts";

let world: DriverWorld;
beforeAll(async () => {
  world = await startDriverWorld();
});
afterAll(() => world.stop());

const owned = { stack: "mastiff/dev", org: "mastiff" };
const secrets = { password: "correct1horse2battery3" };
const redis = (app: string, more: Partial<RedisSpec> = {}): RedisSpec => ({
  ...owned,
  app,
  region: "ams",
  size: { cpuKind: "shared", cpus: 1, memoryMb: 256 },
  volumeGb: 1,
  image: "redis:7.4-alpine",
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
const there = (things: Record<string, Thing>) =>
  Object.values(things).filter((one) => one.state !== "destroyed");
const machines = (app: { machines: Record<string, Thing> }) => there(app.machines);
const volumes = (app: { volumes: Record<string, Thing> }) => there(app.volumes);

describe("an own Redis", () => {
  test("twice is once: private, one machine, one volume", async () => {
    const output = { app: "kv1", host: "kv1.internal", port: 6379 };
    expect(await world.must("redis", "ensure", { spec: redis("kv1"), secrets })).toEqual(output);
    expect(await world.must("redis", "ensure", { spec: redis("kv1"), secrets, previous: output })).toEqual(
      output,
    );
    const app = (await world.fly()).apps.kv1;
    expect(machines(app)).toHaveLength(1);
    expect(volumes(app)).toHaveLength(1);
    expect([app.addresses, app.sharedV4]).toEqual([[], null]);
    expect(machines(app)[0]?.config.services ?? []).toEqual([]);
    expect(machines(app)[0]?.config.restart.policy).toBe("always");
    expect((await world.must("redis", "observe", { spec: redis("kv1") })).differences).toEqual([]);
  });

  test.each([
    ["the volume", "/volumes$"],
    ["the machine", "/machines$"],
  ])("an answer that was lost after %s was made leaves one of it", async (_what, path) => {
    await world.faults({ cloud: "fly", method: "POST", path, when: "after", action: { status: 503 } });
    const app = `kv-${path.replace(/\W/g, "")}`;
    await world.must("redis", "ensure", { spec: redis(app), secrets });
    expect(machines((await world.fly()).apps[app])).toHaveLength(1);
    expect(volumes((await world.fly()).apps[app]).filter((one) => one.machineId !== null)).toHaveLength(1);
  });

  test("a new password reaches the machine, also after a run that stopped in between", async () => {
    const rotated = { password: "another1secret2word3" };
    await world.faults({
      cloud: "fly",
      method: "POST",
      path: "/machines/\\w+$",
      times: -1,
      when: "before",
      action: { status: 422 },
    });
    expect((await world.drive("redis", "ensure", { spec: redis("kv1"), secrets: rotated })).code).toBe(1);
    await world.faults();
    expect((await world.must("redis", "observe", { spec: redis("kv1") })).differences).toEqual([
      "Redis: its running password is not that of its secret",
    ]);
    await world.must("redis", "ensure", { spec: redis("kv1"), secrets: rotated });
    expect(machines((await world.fly()).apps.kv1)[0]?.secrets.REDIS_PASSWORD).toBe(rotated.password);
    expect((await world.must("redis", "observe", { spec: redis("kv1") })).differences).toEqual([]);
  });

  test("another size, image and time for snapshots are drift, and brought about in place", async () => {
    const spec = redis("kv1", {
      size: { cpuKind: "shared", cpus: 1, memoryMb: 512 },
      image: "redis:7.2-alpine",
      snapshotDays: 30,
    });
    expect((await world.must("redis", "observe", { spec })).differences).toEqual([
      "Redis: memory is 256 MB, should be 512 MB",
      expect.stringMatching(/^Redis: image is .*redis:7\.4-alpine.*, should be redis:7\.2-alpine$/),
      "Redis' volume: its snapshots are kept for 5 days, should be 30",
    ]);
    const id = machines((await world.fly()).apps.kv1)[0]?.id;
    await world.must("redis", "ensure", { spec, secrets });
    expect(machines((await world.fly()).apps.kv1)[0]?.id).toBe(id);
    expect((await world.must("redis", "observe", { spec })).differences).toEqual([]);
  });

  test("a machine that is gone is drift; the next one gets the same volume", async () => {
    const spec = redis("kv1", { image: "redis:7.2-alpine" });
    const [volume] = volumes((await world.fly()).apps.kv1);
    await world.meddle((fly) => {
      fly.apps.kv1.machines = {};
      for (const one of Object.values(fly.apps.kv1.volumes) as { machineId: string | null }[])
        one.machineId = null;
    });
    expect((await world.must("redis", "observe", { spec })).differences).toEqual([
      "the machine of Redis is gone",
    ]);
    await world.must("redis", "ensure", { spec, secrets });
    const app = (await world.fly()).apps.kv1;
    expect(machines(app)[0]?.config.mounts[0]?.volume).toBe(volume?.id);
    expect(volumes(app)).toHaveLength(1);
  });

  test("of two volumes of its name the machine's own grows, whichever was made first", async () => {
    const spec = redis("kv1", { image: "redis:7.2-alpine", volumeGb: 2 });
    const [own] = volumes((await world.fly()).apps.kv1);
    await world.meddle((fly) => {
      const { volumes } = fly.apps.kv1;
      volumes.vol_0older = { ...own, id: "vol_0older", machineId: null, createdAt: "2020-01-01T00:00:00Z" };
    });
    await world.must("redis", "ensure", { spec, secrets });
    const sizes = volumes((await world.fly()).apps.kv1).map(({ id, sizeGb }) => [id, sizeGb]);
    expect(Object.fromEntries(sizes)).toEqual({ [own?.id ?? ""]: 2, vol_0older: 1 });
    await world.meddle((fly) => delete fly.apps.kv1.volumes.vol_0older);
  });

  test("a restart that a stopped run owed, so that a larger volume is seen, is made by the next", async () => {
    const spec = redis("kv1", { image: "redis:7.2-alpine", volumeGb: 2 });
    await world.meddle((fly) => {
      const { secrets } = fly.apps.kv1;
      secrets.MASTIFF_OWES_RESTART = { ...secrets.REDIS_PASSWORD, name: "MASTIFF_OWES_RESTART" };
    });
    const after = await world.now();
    await world.must("redis", "ensure", { spec, secrets });
    const restarts = (await world.journal(after)).filter(({ path }) =>
      /\/machines\/\w+\/restart$/.test(path),
    );
    expect(restarts).toHaveLength(1);
    expect(Object.keys((await world.fly()).apps.kv1.secrets)).not.toContain("MASTIFF_OWES_RESTART");
  });

  test("destroy refuses while jobs wait, or when that cannot be seen; unless they may be lost", async () => {
    const spec = redis("kv2");
    await world.must("redis", "ensure", { spec, secrets });
    await setJobs({ queues: { default: 39, push: 1 }, schedule: 1, retry: 1 });
    expect(await world.must("jobs", "look", { spec: { app: "kv2" } })).toEqual({ waiting: 42 });
    const { code, stderr } = await world.drive("redis", "destroy", { spec });
    expect([code, stderr]).toEqual([
      1,
      `Redis kv2 is not destroyed: 42 jobs wait in it. Deliveries to other servers, mails and deletions would be lost.
  fix     let Sidekiq finish them (docs/operations.md, “Another Redis”); jobs that you can do without can be deleted on its page, under Retries and Scheduled
          or, to end the community:  pulumi config set mastiff:destroy <domain>, pulumi up, then pulumi destroy
  retry   helps once no job waits
`,
    ]);
    await setJobs({ queues: { default: 0 }, schedule: 0, retry: 0 });
    const [machine] = machines((await world.fly()).apps.kv2);
    await world.meddle((fly) => {
      fly.apps.kv2.machines[machine?.id ?? ""].state = "stopped";
    });
    expect((await world.drive("redis", "destroy", { spec })).stderr).toContain(
      "Mastiff could not see whether jobs wait in it (no machine of kv2 is running)",
    );
    expect((await world.fly()).apps.kv2).toBeDefined();
    await world.must("redis", "destroy", { spec: { ...spec, dispensable: true } });
    expect((await world.fly()).apps.kv2).toBeUndefined();
  });

  async function setJobs(jobs: object): Promise<void> {
    await world.meddle((fly) => {
      const [volume] = Object.values(fly.apps.kv2.volumes) as { data: { redis: object } }[];
      if (volume !== undefined) volume.data.redis = { ...volume.data.redis, jobs };
    });
  }

  test("destroy leaves nothing, and succeeds again", async () => {
    await world.must("redis", "destroy", { spec: redis("kv1") });
    expect((await world.fly()).apps.kv1).toBeUndefined();
    await world.must("redis", "destroy", { spec: redis("kv1") });
  });
});

describe("Upstash", () => {
  const upstash = (name: string, more: Partial<UpstashSpec> = {}): UpstashSpec => ({
    ...owned,
    app: "acme",
    name,
    region: "ams",
    plan: null,
    ...more,
  });

  test("twice is once, and the address is the database's own", async () => {
    const output = await world.must("upstash", "ensure", { spec: upstash("up1") });
    const { addOns } = await world.fly();
    expect(output).toEqual({
      name: "up1",
      url: `redis://default:${addOns[0].password}@fly-up1.upstash.io:6379`,
    });
    const again = await world.drive("upstash", "ensure", { spec: upstash("up1"), previous: output });
    expect([again.output, again.stderr]).toEqual([output, ""]);
    expect((await world.fly()).addOns).toHaveLength(1);
    expect((await world.must("upstash", "observe", { spec: upstash("up1") })).differences).toEqual([]);
  });

  test("an answer that was lost leaves one database, and the next run says that it takes it up", async () => {
    await world.faults({
      cloud: "fly",
      method: "POST",
      path: "/graphql",
      body: "createAddOn|CreateAddOn",
      when: "after",
      action: { cut: true },
    });
    await world.must("upstash", "ensure", { spec: upstash("up2") });
    expect((await world.fly()).addOns).toHaveLength(2);
    const app = { ...owned, app: "acme", publicAddresses: false, dedicatedV4: false };
    await world.must("app", "ensure", { spec: app });
    const { stderr } = await world.drive("upstash", "ensure", { spec: upstash("up2") });
    expect(timeless(stderr)).toBe("Redis: up2 already exists: adopting it");
  });

  test("one that nobody remembers is not taken up beside an app of another stack, nor without one", async () => {
    const there = { ...owned, app: "theirs", stack: "0b77de3f9a1c mastiff/dev" };
    await world.must("app", "ensure", { spec: { ...there, publicAddresses: false, dedicatedV4: false } });
    for (const app of ["theirs", "nobodys"]) {
      const { code, stderr } = await world.drive("upstash", "ensure", { spec: upstash("up1", { app }) });
      expect([code, stderr]).toEqual([
        1,
        expect.stringContaining(
          `The Redis database up1 already exists, but the app ${app}, which it belongs to, does not carry the mark`,
        ),
      ]);
    }
  });

  test("another plan is drift that only a person in a terminal can mend", async () => {
    const spec = upstash("up1", { plan: "Fixed 250MB" });
    expect((await world.must("upstash", "observe", { spec })).differences).toEqual([
      "plan of Redis is Pay-as-you-go, should be Fixed 250MB",
    ]);
    const { code, stderr } = await world.drive("upstash", "ensure", { spec, previous: { name: "up1" } });
    expect([code, stderr]).toEqual([
      1,
      `The Redis database up1 has plan "Pay-as-you-go", not "Fixed 250MB": flyctl changes plans only interactively, in a terminal.
  set in  mastiff:redis
  fix     change it in a terminal, then run pulumi up again:  flyctl redis update up1
          or keep the plan:  pulumi config set-all --path --plaintext mastiff:redis.kind=upstash --plaintext mastiff:redis.plan=Pay-as-you-go
  retry   does not help before this is changed
`,
    ]);
  });

  test("destroy leaves nothing, and succeeds again", async () => {
    for (const name of ["up1", "up2", "up1"]) await world.must("upstash", "destroy", { spec: upstash(name) });
    expect((await world.fly()).addOns).toEqual([]);
    expect((await world.must("upstash", "observe", { spec: upstash("up1") })).differences).toEqual([
      "there is no Redis database up1",
    ]);
  });
});
