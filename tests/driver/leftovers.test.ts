import { afterAll, beforeAll, expect, test } from "vitest";
import { type DriverWorld, startDriverWorld } from "../support/driver.ts";
import { images, jobsSince, lay, machinesByGroup, release } from "../support/driver-community.ts";

const slow = 240_000;

/** A world that is slow enough to stop a run in the middle of a migration. */
let world: DriverWorld;
beforeAll(async () => {
  world = await startDriverWorld({ latency: 0.05 });
  await lay(world);
}, slow);
afterAll(() => world.stop());

test("a migration of another image that a killed run left is waited for and does not count", {
  timeout: slow,
}, async () => {
  const input = release(images.new, { redisGate: false });
  const after = await world.now();
  const first = world.start("release", "ensure", input);
  await first.said("database: preparing (");
  first.process.kill("SIGKILL");
  await first.ended;
  const [left] = (await machinesByGroup(world))["db-prepare"] ?? [];
  await world.meddle((fly) => {
    fly.apps.acme.machines[left?.id ?? ""].config.metadata.mastiff_image = images.old;
  });
  await world.must("release", "ensure", input);
  expect(await jobsSince(world, after)).toEqual(["db:prepare", "db:prepare"]);
});
