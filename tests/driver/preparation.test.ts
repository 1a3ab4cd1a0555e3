/** What a first release needs is done before it, so that others need not wait for its machines. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type DriverWorld, startDriverWorld } from "../support/driver.ts";
import { images, jobsSince, lay, machinesByGroup, release, secrets } from "../support/driver-community.ts";

let world: DriverWorld;
beforeAll(async () => {
  world = await startDriverWorld();
  await lay(world);
}, 120_000);
afterAll(() => world.stop());

const jobsOf = async (kind: string, input = release(images.new)) => {
  const after = await world.now();
  await world.must(kind, "ensure", input);
  return jobsSince(world, after);
};
const groups = async () => Object.keys(await machinesByGroup(world)).sort();

test("sets up the database beside the question to Redis, and leaves the machine that has done it", async () => {
  expect(await jobsOf("preparation")).toEqual(["db:prepare", "redis-version"]);
  expect(await groups()).toEqual(["db-prepare"]);
});

test("again: the database is as it was, and Redis, which may be another one by now, is asked again", async () => {
  expect(await jobsOf("preparation")).toEqual(["redis-version"]);
});

test("the release takes over what is done, and removes the machines once it has its own", async () => {
  expect(await jobsOf("release")).toEqual([]);
  expect(await groups()).toEqual(["sidekiq", "web"]);
});

test("the Owner gets an account after it, and no secret of the app is the password", async () => {
  const before = Object.keys((await world.fly()).apps.acme.secrets);
  const owner = {
    spec: { app: "acme", username: "mastiff", email: "owner@acme.example.org", skipDns: true },
    secrets: { password: "owner1password2here3", secretKeyBase: secrets.SECRET_KEY_BASE ?? "" },
  };
  expect(await world.must("owner", "ensure", owner)).toMatchObject({ result: "created" });
  const names = (await world.journal(0)).flatMap(({ requestBody }) =>
    Object.keys((requestBody as { values?: object } | undefined)?.values ?? {}),
  );
  expect(names.filter((name) => name.startsWith("OWNER"))).toEqual([]);
  expect(Object.keys((await world.fly()).apps.acme.secrets)).toEqual(before);
});

test("an app with machines needs no preparation", async () => {
  expect(await jobsOf("preparation")).toEqual([]);
});
