import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type DriverWorld, startDriverWorld } from "../support/driver.ts";
import { images, jobsSince, lay, machinesByGroup, release, secrets } from "../support/driver-community.ts";

// Each flyctl deploy watches a new machine for ten seconds (flyctl: smoke checks).
const slow = 240_000;

let world: DriverWorld;
beforeAll(async () => {
  world = await startDriverWorld();
  await lay(world);
}, slow);
afterAll(() => world.stop());

const deploys = async (after: number) =>
  (await world.journal(after)).filter((one) => one.method === "POST" && one.path === "/api/v1/releases")
    .length;
const debts = async () =>
  Object.keys((await world.fly()).apps.acme.secrets).filter((name) => name.startsWith("MASTIFF_OWES_"));

describe("a release", { timeout: slow }, () => {
  test("the first one asks Redis and prepares the database, unless a preparation did, then starts every group", async () => {
    const after = await world.now();
    const { code, output, stderr } = await world.drive("release", "ensure", release(images.old));
    expect(stderr).toContain("acme: web: 1/1 healthy, sidekiq: 1/1 healthy");
    expect([code, output]).toEqual([0, { app: "acme", image: images.old, release: 1 }]);
    expect(await jobsSince(world, after)).toEqual(["redis-version", "db:prepare"]);
    const groups = await machinesByGroup(world);
    expect(Object.keys(groups).sort()).toEqual(["sidekiq", "web"]);
  });

  test("again: nothing is done, and nothing differs", async () => {
    const after = await world.now();
    expect(await world.must("release", "ensure", release(images.old))).toMatchObject({ release: 1 });
    expect([await jobsSince(world, after), await deploys(after)]).toEqual([[], 0]);
    const seen = await world.must("release", "observe", release(images.old));
    expect(seen).toEqual({ exists: true, differences: [] });
  });

  test("secrets that flyctl calls staged because Fly never answers for the releases restart nothing", async () => {
    const after = await world.now();
    const path = "/apps/acme/releases";
    await world.faults({
      cloud: "fly",
      method: "GET",
      path,
      times: -1,
      when: "before",
      action: { status: 500 },
    });
    const input = { ...release(images.old), env: { MASTIFF_PATIENCE: "0.1" } };
    const seen = await world.must("release", "observe", input);
    const ended = await world.drive("release", "ensure", input);
    await world.faults();
    expect(seen).toEqual({ exists: true, differences: [] });
    expect(ended.code, ended.stderr).toBe(0);
    const refused = (await world.journal(after)).filter((call) => call.path.endsWith(path));
    expect(refused.map((call) => call.status)).toEqual(expect.arrayContaining([500]));
    expect([await jobsSince(world, after), await deploys(after)]).toEqual([[], 0]);
  });

  test("another image: migrations before, machines, migrations after, each once", async () => {
    const after = await world.now();
    await world.must("release", "ensure", release(images.new));
    expect(await jobsSince(world, after)).toEqual([
      "redis-version",
      "db:migrate (without post)",
      "db:migrate",
    ]);
    expect([await deploys(after), await debts()]).toEqual([1, []]);
    expect((await machinesByGroup(world)).web).toHaveLength(1);
  });

  test("another domain is refused before anything runs, also by a driver that knows no state", async () => {
    const after = await world.now();
    const moved = release(images.new, {}, { env: { LOCAL_DOMAIN: "other.example.org" } });
    const { code, stderr } = await world.drive("release", "ensure", moved);
    expect([code, stderr]).toEqual([
      1,
      `acme serves acme.example.org and cannot serve other.example.org instead: every account's handle depends on the domain.
  set in  mastiff:domain
  fix     keep it:  pulumi config set mastiff:domain acme.example.org
          or bring up a second stack with the new domain, and let people move their accounts there
  retry   does not help before this is changed
`,
    ]);
    expect([await jobsSince(world, after), await deploys(after)]).toEqual([[], 0]);
  });

  test("an older or a skipping version is refused before anything runs", async () => {
    const after = await world.now();
    const { code, stderr } = await world.drive("release", "ensure", release(images.old));
    expect([code, stderr]).toEqual([
      1,
      `Mastodon v4.6.3 is older than the running v4.7.4: an older Mastodon cannot read the database of a newer one.
  set in  mastiff:mastodonVersion
  fix     see the upgrade path:  https://docs.joinmastodon.org/admin/upgrading/
  retry   does not help before this is changed
`,
    ]);
    expect([await jobsSince(world, after), await deploys(after)]).toEqual([[], 0]);
  });

  test("more machines are only counted up, fewer down", async () => {
    const after = await world.now();
    const two = release(images.new, { groups: { web: { count: 2 }, sidekiq: { count: 1 } } });
    await world.must("release", "ensure", two);
    expect((await machinesByGroup(world)).web).toHaveLength(2);
    expect((await world.must("release", "observe", two)).differences).toEqual([]);
    await world.must("release", "ensure", release(images.new));
    expect((await machinesByGroup(world)).web).toHaveLength(1);
    expect(await deploys(after)).toBe(0);
  });

  test("new secrets, another size and another variable are one deploy without migrations", async () => {
    const after = await world.now();
    const input = release(
      images.new,
      {},
      { webMemory: 2048, env: { DEFAULT_LOCALE: "de" }, secretsDigest: "2" },
    );
    await world.must("release", "ensure", input);
    // The changed secrets may point to another Redis.
    expect([await jobsSince(world, after), await deploys(after)]).toEqual([["redis-version"], 1]);
    expect((await world.must("release", "observe", input)).differences).toEqual([]);
    const back = await world.must("release", "observe", release(images.new));
    expect(back.differences).toEqual([
      expect.stringMatching(/^machine \w+ \(sidekiq\): variable DEFAULT_LOCALE was set by somebody else$/),
      expect.stringMatching(/^machine \w+ \(web\): memory is 2048 MB, should be 1024 MB$/),
      expect.stringMatching(/^machine \w+ \(web\): variable DEFAULT_LOCALE was set by somebody else$/),
    ]);
    await world.must("release", "ensure", release(images.new));
  });

  test("machines that were stopped or removed by other hands come back", async () => {
    const { web = [], sidekiq = [] } = await machinesByGroup(world);
    await world.meddle((fly) => {
      Object.assign(fly.apps.acme.machines[web[0]?.id ?? ""], { state: "stopped", ready: false, steps: [] });
      delete fly.apps.acme.machines[sidekiq[0]?.id ?? ""];
    });
    expect((await world.must("release", "observe", release(images.new))).differences).toEqual([
      "sidekiq has 0 machines, should have 1",
      `machine ${web[0]?.id} (web) is stopped`,
    ]);
    await world.must("release", "ensure", release(images.new));
    expect((await world.must("release", "observe", release(images.new))).differences).toEqual([]);
  });

  test("a run that stopped after the deploy still owes its migrations, and the next one pays", async () => {
    await world.must("release", "destroy", release(images.new));
    await world.must("release", "ensure", release("ghcr.io/mastodon/mastodon:v4.7.3"));
    await world.faults({
      cloud: "fly",
      method: "POST",
      path: "/v1/apps/acme/machines$",
      body: "db-migrate-post",
      times: -1,
      when: "before",
      action: { status: 422, body: { error: "stopped here" } },
    });
    const stopped = await world.drive("release", "ensure", release(images.new));
    await world.faults();
    expect([stopped.code, await debts()]).toEqual([1, ["MASTIFF_OWES_MIGRATION"]]);
    expect((await world.must("release", "observe", release(images.new))).differences).toEqual([
      "the migrations after the last release have not run yet",
    ]);
    const after = await world.now();
    await world.must("release", "ensure", release(images.new));
    expect([await jobsSince(world, after), await deploys(after), await debts()]).toEqual([
      ["db:migrate"],
      0,
      [],
    ]);
  });

  test("a deploy that was killed before it could say that it was complete does not hinder a count", async () => {
    await world.meddle((fly) => {
      for (const one of fly.apps.acme.releases) one.status = "running";
    });
    const two = release(images.new, { groups: { web: { count: 2 }, sidekiq: { count: 1 } } });
    await world.must("release", "ensure", two);
    expect((await machinesByGroup(world)).web).toHaveLength(2);
    await world.must("release", "ensure", release(images.new));
  });

  test("a password that a killed owner left never reaches a machine", async () => {
    await world.must("secrets", "ensure", {
      spec: { app: "acme", names: [...Object.keys(secrets), "OWNER_PASSWORD"] },
      secrets: { ...secrets, OWNER_PASSWORD: "owner-password-1" },
    });
    await world.must("release", "ensure", release(images.new, {}, { secretsDigest: "3" }));
    const { apps } = await world.fly();
    expect(apps.acme.secrets.OWNER_PASSWORD).toBeUndefined();
    for (const { id } of Object.values(await machinesByGroup(world)).flat())
      expect(Object.keys(apps.acme.machines[id].secrets)).not.toContain("OWNER_PASSWORD");
  });

  test("destroy takes every machine, leaves app and secrets, and succeeds again, also without the app", async () => {
    await world.must("release", "destroy", release(images.new));
    expect(await machinesByGroup(world)).toEqual({});
    expect((await world.fly()).apps.acme.secrets.DATABASE_URL).toBeDefined();
    await world.must("release", "destroy", release(images.new));
    await world.must("release", "destroy", release(images.new, { app: "never-was" }));
    const seen = await world.must("release", "observe", release(images.new));
    expect([seen.exists, seen.differences]).toEqual([
      false,
      ["sidekiq has 0 machines, should have 1", "web has 0 machines, should have 1"],
    ]);
  });
});
