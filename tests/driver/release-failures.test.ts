import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type DriverWorld, startDriverWorld, timeless } from "../support/driver.ts";
import { images, jobsSince, lay, machinesByGroup, release, secrets } from "../support/driver-community.ts";

// Each flyctl deploy watches a new machine for ten seconds (flyctl: smoke checks).
const slow = 240_000;

let world: DriverWorld;
beforeAll(async () => {
  world = await startDriverWorld();
  await lay(world);
}, slow);
afterAll(() => world.stop());

describe("a release that fails says why", { timeout: slow }, () => {
  test("an image that is not to be found", async () => {
    const image = "ghcr.io/mastodon/mastodon:v4.99.0";
    const { code, stderr } = await world.drive(
      "release",
      "ensure",
      release(image, { redisGate: false, database: null }),
    );
    expect(code).toBe(1);
    expect(timeless(stderr)).toBe(`acme: releasing ${image}
The image "${image}" cannot be found.
  set in  mastiff:mastodonVersion
  fix     check that the registry has this tag:  https://github.com/mastodon/mastodon/releases
  retry   helps only if the registry was down
  about   acme
  flyctl  deploy -a acme -c release.toml --image ${image} --ha=false --no-public-ips --dns-checks=false --smoke-checks=false --yes (exit 1)
  said    failed to fetch an image or build from source: could not find image "${image}"`);
  });

  test("Redis too old: nothing is released", async () => {
    await world.meddle((fly) => {
      for (const machine of Object.values(fly.apps["acme-redis"].machines) as { config: { image: string } }[])
        machine.config.image = "docker.io/library/redis:6.2-alpine";
    });
    const { code, stderr } = await world.drive("release", "ensure", release(images.new));
    await world.meddle((fly) => {
      for (const machine of Object.values(fly.apps["acme-redis"].machines) as { config: { image: string } }[])
        machine.config.image = "docker.io/library/redis:7.4-alpine";
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /\nRedis is version 6\.2\.\d+, but Sidekiq refuses to start below 7\.0\.0: nothing was released\.\n/,
    );
    expect(stderr).toContain(
      `  fix     use the stack's own Redis:  pulumi config rm mastiff:redis && pulumi config set --path mastiff:redis.kind own\n`,
    );
    expect(await machinesByGroup(world)).toEqual({});
  });

  test("a job's own output, without its secrets", async () => {
    await world.meddle((fly) => {
      fly.apps.acme.secrets.DATABASE_URL.value =
        "postgres://acme:wrong9password9here@acme-db.flycast:5432/acme";
    });
    const { code, stderr } = await world.drive("release", "ensure", release(images.new));
    await world.meddle((fly) => {
      fly.apps.acme.secrets.DATABASE_URL.value = secrets.DATABASE_URL;
    });
    expect(code).toBe(1);
    expect(stderr).toContain("\ndatabase: preparing failed with exit code 1 (app acme).\n");
    expect(stderr).toContain("password authentication failed");
    expect(stderr).not.toContain("wrong9password9here");
    expect(await machinesByGroup(world)).toEqual({});
  });

  test("a first release without enough memory for the web machine: its check ends too", async () => {
    const after = await world.now();
    const small = release(images.new, { smoke: true, redisGate: false }, { webMemory: 256 });
    const { code, stderr } = await world.drive("release", "ensure", small);
    expect([code, stderr]).toEqual([1, expect.stringContaining("The release of acme failed: web")]);
    expect(await jobsSince(world, after)).toEqual(["db:prepare", "smoke"]);
    expect(Object.keys(await machinesByGroup(world)).sort()).toEqual(["db-prepare", "sidekiq", "web"]);
    await world.must("release", "destroy", small);
  });

  test("a job that was given too little memory", async () => {
    const { stderr } = await world.drive(
      "release",
      "ensure",
      release(images.new, {
        database: { memoryMb: 512, sidekiq: { count: 1, cpus: 1, memoryMb: 512, threads: 5 } },
        redisGate: false,
      }),
    );
    expect(stderr).toContain("\ndatabase: preparing ran out of memory and was killed (app acme).\n");
    expect(stderr).toContain("mastiff:sidekiq, its memoryMb (512 MB)");
    expect(stderr).toContain(
      "pulumi config set-all --path --plaintext mastiff:sidekiq.count=1 --plaintext mastiff:sidekiq.cpus=1 --plaintext mastiff:sidekiq.memoryMb=1024 --plaintext mastiff:sidekiq.threads=5",
    );
  });

  test("a job whose log is lost has not failed: its exit code says so", async () => {
    await world.faults({
      cloud: "fly",
      method: "GET",
      path: "/logs$",
      // All requests for the first job's log fail. Each of a release's five jobs waits as long for its own log.
      times: 12,
      when: "before",
      action: { status: 500, body: { error: "no" } },
    });
    const { code, stderr } = await world.drive("release", "ensure", release(images.new));
    await world.faults();
    expect([code, stderr]).toEqual([0, expect.stringContaining("web: 1/1 healthy")]);
  });

  test("machines that do not boot: with the last lines that they printed", async () => {
    await world.must("release", "ensure", release(images.new));
    const { code, stderr } = await world.drive(
      "release",
      "ensure",
      release(images.new, {}, { env: { LOCAL_DOMAIN: "acme.example.org", REDIS_NAMESPACE: "old" } }),
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/\nThe release of acme failed: (web|sidekiq) does not become healthy\.\n/);
    expect(stderr).toMatch(
      / {2}fix {5}its last output is below; the whole log: {2}flyctl logs -a acme --machine \w+\n/,
    );
    expect(stderr).toContain("REDIS_NAMESPACE");
    await world.must("release", "ensure", release(images.new));
  });

  test("a fly.toml that flyctl does not take", async () => {
    const input = release(images.new);
    const { code, stderr } = await world.drive("release", "ensure", {
      ...input,
      flyToml: `nonsense = 1\n${input.flyToml}`,
    });
    expect(code).toBe(1);
    expect(stderr).toContain("flyctl rejects the fly.toml that was generated for acme.\n");
    expect(stderr).toContain("nonsense");
  });

  test("a region without room", async () => {
    await world.meddle((fly) => {
      fly.dials.fullRegions = ["ams"];
    });
    const three = release(images.new, { groups: { web: { count: 3 }, sidekiq: { count: 1 } } });
    const { code, stderr } = await world.drive("release", "ensure", three);
    await world.meddle((fly) => {
      fly.dials.fullRegions = [];
    });
    expect(code).toBe(1);
    expect(stderr).toContain(`Fly has no room in region "ams" for a machine of this size at this moment.
  set in  mastiff:region, and the sizes
  fix     wait and run pulumi up again
          or, before there is any data:  pulumi config set mastiff:region <code>
  retry   helps once there is room again
`);
  });

  test("an app that is gone", async () => {
    const { code, stderr } = await world.drive(
      "release",
      "ensure",
      release(images.new, { app: "never-was" }),
    );
    expect([code, stderr.split("\n")[0]]).toEqual([
      1,
      'There is no app "never-was" in organisation mastiff to release to.',
    ]);
  });
});
