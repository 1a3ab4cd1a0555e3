import { afterAll, beforeAll, expect, test } from "vitest";
import type { Diagnosis } from "../../checks/examine.ts";
import { inInspection } from "../../checks/inspector.ts";
import { inspectionOf, wellWorld } from "../support/doctor-world.ts";
import { type DriverWorld, startDriverWorld } from "../support/driver.ts";
import {
  awaitedSecretsSince,
  images,
  jobsSince,
  lay,
  machinesByGroup,
  release,
} from "../support/driver-community.ts";

let world: DriverWorld;
beforeAll(async () => {
  world = await startDriverWorld();
  await lay(world);
  await world.must("release", "ensure", release(images.old, { redisGate: false }));
});
afterAll(() => world.stop());

const look = () => world.must("inside", "look", { spec: { app: "acme", postgres: "acme-db" } });

/** What the doctor finds inside. From outside and in accounts, this community has nothing. */
async function foundInside(): Promise<Pick<Diagnosis, "check" | "came" | "urgency">[]> {
  const { stdout } = await inInspection(inspectionOf(wellWorld()), () =>
    world.mastiff(["doctor", "-s", "acme", "--json"]),
  );
  const inside = /^(Sidekiq|database|Redis): /;
  return (JSON.parse(stdout) as Diagnosis[])
    .filter(({ check }) => inside.test(check))
    .map(({ check, came, urgency }) => ({ check, came, urgency }));
}

test("one machine beside the web machines looks, and is gone afterwards", async () => {
  const after = await world.now();
  const { report, disk } = await look();
  expect(await jobsSince(world, after)).toEqual(["doctor"]);
  expect(await awaitedSecretsSince(world, after)).toEqual([true]);
  expect(Object.keys(await machinesByGroup(world)).sort()).toEqual(["sidekiq", "web"]);
  expect(report).toMatchObject({
    version: "4.6.3",
    sidekiq: { processes: [{ queues: expect.arrayContaining(["scheduler"]) }], queues: [] },
    migrations: { pending: [] },
    mail: { server: "" },
    // This community has neither bucket nor zone.
    bucket: { error: expect.any(String) },
    proxy: { error: expect.any(String) },
  });
  expect(disk.size).toBe(1024 ** 3);
  expect(disk.free).toBeGreaterThan(disk.size / 2);
});

test("the doctor finds nothing inside a healthy community", async () => {
  expect(await foundInside()).toEqual([]);
});

test("what is planted in the machines is found, whatever else is wrong", async () => {
  const before = await world.fly();
  await world.meddle((fly) => {
    // biome-ignore lint/suspicious/noExplicitAny: the local Fly's state is no code of ours.
    const machines: any[] = Object.values(fly.apps.acme.machines);
    for (const one of machines) if (one.config.metadata?.fly_process_group === "sidekiq") one.hangs = true;
    // biome-ignore lint/suspicious/noExplicitAny: as above.
    const [redis]: any[] = Object.values(fly.apps["acme-redis"].volumes);
    redis.data.redis.jobs = { queues: { mailers: 40 }, schedule: 0, retry: 0, waitSeconds: 900 };
    redis.data.redis.bytes = 1_050_000_000;
    // biome-ignore lint/suspicious/noExplicitAny: as above.
    const [postgres]: any[] = Object.values(fly.apps["acme-db"].volumes);
    Object.assign(postgres.data.postgres, { bytes: 930_000_000, connections: 290 });
    postgres.data.postgres.databases.acme.mastodon.post = "4.5";
  });
  expect(await foundInside()).toEqual([
    {
      check: "Sidekiq: its processes are alive",
      came: "no process is signed in at Redis",
      urgency: "critical",
    },
    {
      check: "Sidekiq: exactly one process has the scheduler",
      came: "none of 0 processes has the queue scheduler",
      urgency: "critical",
    },
    {
      check: "Sidekiq: every queue is worked off in time",
      came: "40 jobs wait in mailers, and no process has this queue",
      urgency: "critical",
    },
    {
      check: "database: no migration is pending",
      came: expect.stringMatching(/^1 have not run: /),
      urgency: "critical",
    },
    {
      check: "database: its version and connections suffice",
      came: "290 of 300 connections are taken",
      urgency: "critical",
    },
    {
      check: "database: its disk has room",
      came: expect.stringMatching(/^\d+\.\d MB of 1\.1 GB are free$/),
      urgency: "critical",
    },
    {
      check: "Redis: its version, memory and connections suffice",
      came: "1050000000 of 1073741824 bytes of memory are taken",
      urgency: "critical",
    },
  ]);
  await world.meddle((fly) => Object.assign(fly, before));
});

test("a database that does not answer hides nothing else", async () => {
  await world.meddle((fly) => {
    // biome-ignore lint/suspicious/noExplicitAny: the local Fly's state is no code of ours.
    for (const one of Object.values<any>(fly.apps["acme-db"].machines)) one.state = "stopped";
  });
  const { report, disk } = await look();
  expect(disk).toEqual({ error: "no machine of acme-db is running" });
  expect(report).toMatchObject({
    sidekiq: { processes: [expect.anything()] },
    database: { error: expect.any(String) },
    migrations: { error: expect.any(String) },
  });
});

test("a machine that cannot look is a finding, with its last lines", async () => {
  await world.meddle((fly) => {
    delete fly.apps.acme.secrets.SECRET_KEY_BASE;
  });
  const { code, stderr } = await world.drive("inside", "look", {
    spec: { app: "acme", postgres: "acme-db" },
  });
  expect(code).toBe(1);
  expect(stderr).toContain("The look from inside ended with exit code 1 (app acme)");
  expect(stderr).toContain("Missing `secret_key_base`");
  expect(Object.keys(await machinesByGroup(world)).sort()).toEqual(["sidekiq", "web"]);
  expect(await foundInside()).toMatchObject([
    {
      check: "Sidekiq: its processes are alive",
      came: expect.stringContaining("The look from inside ended with exit code 1"),
      urgency: "warning",
    },
  ]);
});
