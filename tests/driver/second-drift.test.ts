import { afterAll, beforeAll, expect, test } from "vitest";
import { type DriverWorld, startDriverWorld } from "../support/driver.ts";
import { images, lay, machinesByGroup, release } from "../support/driver-community.ts";

// What a look found and a run mended stays in the state. The same words a second time, with the same mark, would be no
// difference to the engine, and would never be mended.
let world: DriverWorld;
const declared = release(images.new);
const owner = {
  spec: { app: "acme", username: "rex", email: "rex@acme.example.org", skipDns: true },
  secrets: { password: "correct1horse2battery3" },
};
beforeAll(async () => {
  world = await startDriverWorld();
  await lay(world);
  await world.must("release", "ensure", declared);
}, 120_000);
afterAll(() => world.stop());

interface Look {
  differences: string[];
  marker: string;
}

/** Lets it happen twice, mends each time, and gives what was seen. */
async function twice(happens: (time: number) => Promise<void>): Promise<[Look, Look]> {
  const look = (): Promise<Look> => world.must("release", "observe", declared);
  const seen: Look[] = [];
  for (const time of [1, 2]) {
    await happens(time);
    seen.push(await look());
    await world.must("release", "ensure", declared);
    expect((await look()).differences).toEqual([]);
  }
  return seen as [Look, Look];
}

test("a machine that is stopped twice", async () => {
  const [first, second] = await twice(async (time) => {
    const [machine] = (await machinesByGroup(world)).sidekiq ?? [];
    await world.meddle((fly) => {
      const updatedAt = `2026-01-0${time}T00:00:00.000Z`;
      Object.assign(fly.apps.acme.machines[machine?.id ?? ""], { state: "stopped", steps: [], updatedAt });
    });
  });
  expect(first.differences).toEqual([expect.stringMatching(/\(sidekiq\) is stopped/)]);
  expect(second.differences).toEqual(first.differences);
  expect(second.marker).not.toBe(first.marker);
});

test("a release that is cut off twice before its last migrations", { timeout: 240_000 }, async () => {
  const [first, second] = await twice(async (time) => {
    // Each time anew: the step before it is the one that a patch has none of.
    await world.must("release", "destroy", declared);
    await world.must("release", "ensure", release("ghcr.io/mastodon/mastodon:v4.7.3"));
    const held = { cloud: "fly", method: "POST", path: "/acme/machines$", body: "db-migrate-post" } as const;
    await world.faults({
      ...held,
      times: -1,
      when: "before",
      action: { status: 422, body: { error: "no" } },
    });
    const { code } = await world.drive("release", "ensure", declared);
    await world.faults();
    expect(code, `time ${time}`).toBe(1);
  });
  expect(first.differences).toEqual(["migrations after the last release are still to be run"]);
  expect(second.differences).toEqual(first.differences);
  // Machines and releases are others here, so look at what is noted alone.
  const note = ({ marker }: Look) => marker.split(" ").at(-1);
  expect(note(first)).toMatch(/^[0-9a-f]{16}$/);
  expect(note(second)).not.toBe(note(first));
});

test("an owner's job that is killed twice: no machine restarts for it, and it is seen to each time", {
  timeout: 120_000,
}, async () => {
  const markers: string[] = [];
  for (const time of [1, 2]) {
    await world.faults({
      cloud: "fly",
      method: "POST",
      path: "/acme/machines$",
      body: "mastiff_job",
      when: "before",
      action: { hold: "owner" },
    });
    const run = world.start("owner", "ensure", owner);
    await fetch(`${world.url}/_local/held/owner?wait`);
    run.process.kill("SIGKILL");
    await run.ended;
    await fetch(`${world.url}/_local/release/owner?drop`, { method: "POST" });
    await world.faults();
    expect((await world.must("release", "observe", declared)).differences, `time ${time}`).toEqual([]);
    const { differences, marker } = await world.must("owner", "observe", owner);
    expect(differences).toEqual(["the owner's password is still among the app's secrets"]);
    markers.push(marker);
    await world.must("owner", "ensure", owner);
    const names = Object.keys((await world.fly()).apps.acme.secrets);
    expect(names.filter((name) => name.includes("OWNER"))).toEqual([]);
  }
  expect(markers[1]).not.toBe(markers[0]);
});
