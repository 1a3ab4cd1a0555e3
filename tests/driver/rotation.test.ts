import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type DriverWorld, startDriverWorld } from "../support/driver.ts";
import { secrets as base, images, lay, release } from "../support/driver-community.ts";

const slow = 240_000;
const first = "correct1horse2battery3";
const second = "another4horse5battery6";

let world: DriverWorld;
beforeAll(async () => {
  world = await startDriverWorld();
  await lay(world);
  await world.must("release", "ensure", release(images.new, { redisGate: false }));
}, slow);
afterAll(() => world.stop());

/** Exit code and output of a job of the community that gets these variables for database and Redis. */
async function job(
  ways: Record<string, string>,
  command: string[],
): Promise<{ code: number | null; said: string }> {
  const secrets = { ...base, ...ways };
  await world.must("secrets", "ensure", { spec: { app: "acme", names: Object.keys(secrets) }, secrets });
  const { code, stdout } = await world.mastiff(["job", "run", "--", ...command]);
  return { code, said: stdout };
}
const database = (user: string, password: string) =>
  job({ DATABASE_URL: `postgres://${user}:${password}@acme-db.flycast:5432/acme?sslmode=disable` }, [
    "bundle",
    "exec",
    "rails",
    "db:migrate",
  ]);
const redis = (password: string) =>
  job({ REDIS_URL: `redis://default:${password}@acme-redis.internal:6379` }, [
    "bundle",
    "exec",
    "rails",
    "runner",
    "# mastiff: redis-version",
  ]);
const place = {
  stack: "mastiff/dev",
  org: "mastiff",
  region: "ams",
  size: { cpuKind: "shared", cpus: 1, memoryMb: 1024 },
  volumeGb: 1,
};
// biome-ignore lint/suspicious/noExplicitAny: the local Fly's state has no type here
const volumeOf = async (app: string): Promise<any> => Object.values((await world.fly()).apps[app].volumes)[0];

describe("a new way into the database", { timeout: slow }, () => {
  const login = {
    spec: { app: "acme-db", owner: "acme", user: "acme_2026-11" },
    secrets: { password: second },
  };
  const postgres = (more: object = {}) => ({
    spec: { ...place, app: "acme-db", database: "acme", user: "acme", consumers: ["acme"], ...more },
    secrets: { password: first },
  });

  test("is open beside the old one, and what is made through it belongs to the owner", async () => {
    for (let time = 1; time <= 2; time++)
      expect(await world.must("login", "ensure", login)).toEqual({ user: "acme_2026-11" });
    expect(await database("acme", first)).toMatchObject({ code: 0 });
    expect(await database("acme_2026-11", second)).toMatchObject({ code: 0 });
    expect((await volumeOf("acme-db")).data.postgres.databases.acme).not.toHaveProperty("owners");
  });

  test("then the old one is shut, and stays so whatever else is done to the database", async () => {
    await world.must("retired-login", "ensure", { spec: { app: "acme-db", user: "acme" } });
    await world.must("postgres", "ensure", postgres({ loginElsewhere: true }));
    const refused = await database("acme", first);
    expect(refused.code).toBe(1);
    expect(refused.said).toContain('role "acme" is not permitted to log in');
    expect(await database("acme_2026-11", second)).toMatchObject({ code: 0 });
  });

  test("undeclared, it is dropped after the owner's own was opened again", async () => {
    await world.must("postgres", "ensure", postgres());
    for (let time = 1; time <= 2; time++) await world.must("login", "destroy", login);
    expect(await database("acme", first)).toMatchObject({ code: 0 });
    const refused = await database("acme_2026-11", second);
    expect(refused.code).toBe(1);
    expect(refused.said).toContain('password authentication failed for user "acme_2026-11"');
  });
});

describe("a new password of Redis", { timeout: slow }, () => {
  const input = { spec: { app: "acme-redis" }, secrets: { password: second } };
  const own = (more: object = {}) => ({
    spec: { ...place, app: "acme-redis", image: "redis:7.4-alpine", ...more },
    secrets: { password: first },
  });

  test("is let in beside the old one without a restart", async () => {
    const before = await world.fly();
    await world.must("redis-password", "ensure", input);
    const after = await world.fly();
    expect(instances(after)).toEqual(instances(before));
    expect(await redis(first)).toMatchObject({ code: 0 });
    expect(await redis(second)).toMatchObject({ code: 0 });
    expect(await redis("neither7nor8")).toMatchObject({
      code: 1,
      said: expect.stringContaining("WRONGPASS"),
    });
  });

  test("is the only one after one restart, and stays it", async () => {
    const before = instances(await world.fly());
    await world.must("redis-restart", "ensure", input);
    const after = instances(await world.fly());
    expect(after).not.toEqual(before);
    await world.must("redis-restart", "ensure", input);
    expect(instances(await world.fly())).toEqual(after);
    await world.must("redis", "ensure", own({ passwordElsewhere: true }));
    expect(instances(await world.fly())).toEqual(after);
    expect(await redis(second)).toMatchObject({ code: 0 });
    expect(await redis(first)).toMatchObject({ code: 1, said: expect.stringContaining("WRONGPASS") });
  });
});

/** Instance ids of Redis' machines. A restart by an update changes the instance id. */
// biome-ignore lint/suspicious/noExplicitAny: as above
function instances(fly: any): string[] {
  return Object.values(fly.apps["acme-redis"].machines as { id: string; instanceId: string }[]).map(
    (machine) => `${machine.id}@${machine.instanceId}`,
  );
}
