import { afterAll, beforeAll, expect, test } from "vitest";
import { type DriverWorld, startDriverWorld } from "../support/driver.ts";
import { bucketUrl, makeBucket, objectsIn } from "../support/driver-bucket.ts";
import { images, jobsSince, lay, machinesByGroup, release } from "../support/driver-community.ts";

const slow = 240_000;
const bucket = "files-acme-farewell";
const spec = {
  app: "acme",
  server: "acme-db",
  bucket,
  bucketUrl: bucketUrl(bucket),
};

/** A world that is slow enough to stop a run in the middle of a dump. */
let world: DriverWorld;
let secrets: Record<string, string>;
beforeAll(async () => {
  world = await startDriverWorld({ latency: 0.02 });
  await lay(world);
  await world.must("release", "ensure", release(images.new, { redisGate: false }));
  secrets = { ...(await makeBucket(world, bucket)) };
}, slow);
afterAll(() => world.stop());

const objects = () => objectsIn(world, bucket);
const secretNames = async () => Object.keys((await world.fly()).apps.acme.secrets);

test("a key that does not open the bucket: the job's own words, and nothing left behind", {
  timeout: slow,
}, async () => {
  const wrong = { ...secrets, secretAccessKey: "0".repeat(64) };
  const { code, stderr } = await world.drive("dump", "ensure", { spec, secrets: wrong });
  expect(code).toBe(1);
  expect(stderr).toContain("taking the final dump failed with exit code 22");
  expect(stderr).toContain("The requested URL returned error: 403");
  expect(await secretNames()).not.toContain("MASTIFF_DUMP_URL");
  expect(Object.keys(await machinesByGroup(world)).sort()).toEqual(["sidekiq", "web"]);
  expect(await objects()).toEqual({});
});

test("killed half way it is waited for; then it is taken once, and stays", { timeout: slow }, async () => {
  const first = world.start("dump", "ensure", { spec, secrets });
  await first.said("database: taking the final dump (");
  first.process.kill("SIGKILL");
  await first.ended;
  const output = await world.must("dump", "ensure", { spec, secrets });
  const [[key = "", object] = []] = Object.entries(await objects());
  expect(Object.keys(await objects())).toHaveLength(1);
  expect(output).toEqual({ bucket, key, bytes: object?.size, entries: 812, users: 0 });
  expect(key).toMatch(/^acme-db-\d{8}T\d{6}Z\.dump$/);
  expect(object?.body.startsWith("PGDMP")).toBe(true);
  expect(await secretNames()).not.toContain("MASTIFF_DUMP_URL");
  expect(Object.keys(await machinesByGroup(world)).sort()).toEqual(["sidekiq", "web"]);

  const after = await world.now();
  expect(await world.must("dump", "ensure", { spec, secrets, previous: output })).toEqual(output);
  await world.must("dump", "destroy", { spec, previous: output });
  expect(await jobsSince(world, after)).toEqual([]);
  expect(Object.keys(await objects())).toEqual([key]);
});

test("one that failed after its run was killed does not count: it is taken anew", {
  timeout: slow,
}, async () => {
  const wrong = { ...secrets, secretAccessKey: "0".repeat(64) };
  const first = world.start("dump", "ensure", { spec, secrets: wrong });
  await first.said("database: taking the final dump (");
  first.process.kill("SIGKILL");
  await first.ended;
  const { key, bytes } = await world.must("dump", "ensure", { spec, secrets });
  expect((await objects())[key]?.size).toBe(bytes);
});
