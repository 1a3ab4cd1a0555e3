import { afterAll, beforeAll, expect, test } from "vitest";
import { type DriverWorld, startDriverWorld } from "../support/driver.ts";
import { images, lay, machinesByGroup, release } from "../support/driver-community.ts";

let world: DriverWorld;
const wanted = release(images.new, { redis: "acme-redis", redisGate: false, database: { memoryMb: 1024 } });
beforeAll(async () => {
  world = await startDriverWorld();
  await lay(world);
  await world.must("release", "ensure", wanted);
}, 600_000);
afterAll(() => world.stop());

/** The fields of a machine in the local Fly's state that this test changes. */
interface Grown {
  hangs?: boolean;
  events: { timestamp: number }[];
  config: { metadata?: Record<string, string> };
}

/** Makes each machine's start ten minutes older, and applies a change to Sidekiq's machine. */
const later = (change: (sidekiq: Grown) => void) =>
  world.meddle((fly) => {
    for (const machine of Object.values<Grown>(fly.apps.acme.machines)) {
      for (const event of machine.events) event.timestamp -= 600_000;
      if (machine.config.metadata?.fly_process_group === "sidekiq") change(machine);
    }
  });

test("a Sidekiq that hangs is started, and seen, and started anew", { timeout: 300_000 }, async () => {
  await later(() => {});
  expect(await world.must("release", "observe", wanted)).toEqual({ exists: true, differences: [] });

  await later((machine) => {
    machine.hangs = true;
  });
  const { sidekiq } = await machinesByGroup(world);
  expect(sidekiq?.map(({ state }) => state)).toEqual(["started"]);
  expect((await world.must("release", "observe", wanted)).differences).toEqual([
    `Sidekiq in machine ${sidekiq?.[0]?.id} is running, but its heartbeat has stopped`,
  ]);

  await world.must("release", "ensure", wanted);
  await later(() => {});
  expect((await world.must("release", "observe", wanted)).differences).toEqual([]);
});
