import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { app, type ProtectedCommunity, protectedCommunity } from "../../support/protected-community.ts";

describe("what would lose data has a proper way", () => {
  let community: ProtectedCommunity;
  beforeAll(async () => {
    community = await protectedCommunity();
  });
  afterAll(() => community?.[Symbol.asyncDispose]());

  test("the next minor first, and a larger disk: the proper ways up", async () => {
    await community.stack.config({
      "mastiff:mastodonVersion": "v4.7.4",
      "mastiff:postgres": '{"volumeGb":3}',
    });
    const dump = structuredClone((await databaseVolume()).data);
    await community.up();
    expect((await databaseVolume()).sizeGb).toBe(3);
    expect(await versions()).toEqual(["v4.7.4"]);

    const back = await community.preview({ "mastiff:mastodonVersion": "v4.6.10" });
    expect(back.exitCode).not.toBe(0);
    expect(back.output).toContain(
      "v4.7.4 → v4.6.10 is a downgrade: an older Mastodon cannot read what v4.7.4 has written",
    );
    expect(back.output).toContain(
      "proper way: restore the dump that was taken before the upgrade, then pulumi config set-all --path --plaintext mastiff:movedFrom.mastodonVersion=v4.7.4",
    );
    // Said alone, while machines of the newer one run, it does not help: the driver looks at them.
    await community.stack.config({
      "mastiff:movedFrom": '{"mastodonVersion":"v4.7.4"}',
      "mastiff:mastodonVersion": "v4.6.10",
    });
    const early = await community.stack.up();
    expect(early.exitCode).not.toBe(0);
    expect(early.output).toContain("v4.6.10 is older than the running v4.7.4");

    await community.flyctl("scale", "count", "web=0", "sidekiq=0", "-a", app, "--yes");
    // As pg_restore into an emptied database leaves it.
    await community.world.meddle((state) => {
      for (const volume of Object.values<{ data: unknown }>(state.fly.apps[`${app}-db`].volumes))
        volume.data = dump;
    });
    await community.up();
    expect(await versions()).toEqual(["v4.6.10"]);
    await community.inSync();
  });

  async function databaseVolume(): Promise<{ sizeGb: number; data: object }> {
    const [volume] = Object.values<{ sizeGb: number; data: object }>(
      (await community.world.state()).fly.apps[`${app}-db`].volumes,
    );
    if (volume === undefined) throw new Error("the database has no volume");
    return volume;
  }
  /** Versions of all machines that a release made. */
  async function versions(): Promise<string[]> {
    const { apps } = (await community.world.state()).fly;
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
    const refused = await community.preview(upstash);
    expect(refused.exitCode).not.toBe(0);
    expect(refused.output).toContain(
      "redisKind would change from own to upstash: jobs that wait in Redis (deliveries, mails, deletions) would be lost with it; 3 wait now",
    );
    expect(refused.output).toContain(
      "proper way: stop web, let Sidekiq empty its queues, then replace Redis",
    );
    const unseen = await community.preview({ ...upstash, "mastiff:drift": "off" });
    expect(unseen.output).toContain("would be lost with it; https://mastiff.party/sidekiq shows how many");
    expect(unseen.exitCode).not.toBe(0);

    // All that docs/operations.md says, but too early.
    await community.pulumi("state", "unprotect", await community.urnOf("redis-machine"), "--yes");
    await community.stack.config({ ...upstash, "mastiff:movedFrom": '{"redisKind":"own"}' });
    const early = await community.stack.preview();
    expect(early.exitCode).not.toBe(0);
    expect(early.output).toContain("3 wait now");
    await community.stack.config({ "mastiff:drift": "off" });
    const blind = await community.stack.up();
    expect(blind.exitCode).not.toBe(0);
    expect(blind.output).toContain(`Redis ${app}-redis is not destroyed: 3 jobs wait in it.`);
    expect((await community.world.state()).fly.apps[`${app}-redis`]).toBeDefined();

    await setJobs(0);
    await community.stack.config({ "mastiff:drift": undefined });
    await community.up();
    const { apps, addOns } = (await community.world.state()).fly;
    expect([apps[`${app}-redis`], addOns]).toEqual([
      undefined,
      [expect.objectContaining({ name: `${app}-redis` })],
    ]);
    await community.inSync();
  });

  async function setJobs(waiting: number): Promise<void> {
    await community.world.meddle((state) => {
      for (const { data } of Object.values<{ data: { redis: object } }>(
        state.fly.apps[`${app}-redis`].volumes,
      ))
        data.redis = { ...data.redis, jobs: { queues: { default: waiting }, schedule: 0, retry: 0 } };
    });
  }
});

interface Machine {
  state: string;
  config: { image: string; metadata: { fly_process_group?: string } };
}
