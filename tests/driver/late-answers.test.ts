import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { controlOf } from "../support/control.ts";
import { type DriverWorld, startDriverWorld } from "../support/driver.ts";

let world: DriverWorld;
beforeAll(async () => {
  world = await startDriverWorld();
});
afterAll(() => world.stop());

const dials = (fly: object) => controlOf(world.url)("PATCH", "dials", { fly });
afterEach(() =>
  dials({ listLagMs: 0, logLagMs: 0, sharedV4InList: false, execDeadlines: 0, requestsPerSecond: 0 }),
);

const owned = { stack: "mastiff/dev", org: "mastiff" };
const spec = (app: string) => ({ ...owned, app, publicAddresses: true, dedicatedV4: false });
const allocations = async (after: number) =>
  (await world.journal(after)).filter((one) =>
    JSON.stringify(one.requestBody)?.includes("allocateIpAddress"),
  );

test("an address that is not listed yet is waited for, not allocated twice", async () => {
  await dials({ listLagMs: 2500 });
  const after = await world.now();
  const { v4, v6 } = await world.must("app", "ensure", { spec: spec("late") });
  expect([typeof v4, typeof v6]).toEqual(["string", "string"]);
  expect(await allocations(after)).toHaveLength(2);
});

test("the shared address, listed twice, is one, and is never released", async () => {
  const made = await world.must("app", "ensure", { spec: spec("twice") });
  await dials({ sharedV4InList: true });
  expect(await world.must("app", "observe", { spec: spec("twice") })).toMatchObject({ differences: [] });
  expect(await world.must("app", "ensure", { spec: spec("twice"), previous: made })).toEqual(made);
  expect((await world.fly()).apps.twice.sharedV4).toBe(made.v4);
});

test("a name with an eof in it: a missing app is missing, at once", async () => {
  const after = await world.now();
  const observed = await world.must("secrets", "observe", {
    spec: { app: "peopleof-social", names: [] },
  });
  expect(observed).toMatchObject({ exists: false, differences: ["there is no app peopleof-social"] });
  expect((await world.journal(after)).length).toBeLessThan(3);
});

test("secrets whose status flyctl could not find out are not taken for staged", async () => {
  await world.must("app", "ensure", { spec: spec("status") });
  await world.must("secrets", "ensure", {
    spec: { app: "status", names: ["A"] },
    secrets: { A: "a-value-of-it" },
  });
  const refused = { cloud: "fly", method: "GET", path: "/apps/status/machines$", when: "before" } as const;
  const after = await world.now();
  await world.faults({ ...refused, times: 2, action: { status: 429 } });
  await world.must("secrets", "observe", { spec: { app: "status", names: ["A"] } });
  const looks = (await world.journal(after)).filter((one) => one.path.endsWith("/status/machines"));
  expect(looks.map(({ status }) => status)).toEqual([429, 429, 200]);
  await world.faults();
});

test("a Redis of one's own comes up though lists lag, execs are broken off and the limit is far below Fly's", {
  timeout: 300_000,
}, async () => {
  await dials({ listLagMs: 2000, execDeadlines: 2, requestsPerSecond: 0.3 });
  const size = { cpuKind: "shared", cpus: 1, memoryMb: 256 };
  const redis = { ...owned, app: "slow", region: "ams", size, volumeGb: 1, image: "redis:7.4-alpine" };
  await world.must("redis", "ensure", { spec: redis, secrets: { password: "correct1horse2battery3" } });
  const { machines, volumes } = (await world.fly()).apps.slow;
  expect([Object.keys(machines).length, Object.keys(volumes).length]).toEqual([1, 1]);
  expect((await world.journal()).filter(({ status }) => status === 408)).toHaveLength(2);

  // Somebody grew the volume. The look reports in the same words what ensure refuses.
  await dials({ listLagMs: 0, requestsPerSecond: 0 });
  await world.meddle((fly) => {
    for (const volume of Object.values<{ sizeGb: number }>(fly.apps.slow.volumes)) volume.sizeGb = 3;
  });
  const seen = await world.must("redis", "observe", { spec: redis });
  const { code, stderr } = await world.drive("redis", "ensure", {
    spec: redis,
    secrets: { password: "correct1horse2battery3" },
  });
  expect(code).toBe(1);
  expect(seen.refused).toEqual([expect.stringContaining("cannot shrink to 1 GB")]);
  expect(stderr).toContain(seen.refused[0]);
});
