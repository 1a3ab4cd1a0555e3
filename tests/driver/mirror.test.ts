import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { MirrorSpec } from "../../providers/fly/spec.ts";
import { type DriverWorld, startDriverWorld } from "../support/driver.ts";
import { bucketUrl, fillBucket, makeBucket, objectsIn } from "../support/driver-bucket.ts";

const owned = { stack: "mastiff/dev", org: "mastiff", app: "acme-mirror" };
const [from, to] = ["files-acme", "mirror-acme"];
let world: DriverWorld;
beforeAll(async () => {
  world = await startDriverWorld();
  const [uploads, mirror] = [await makeBucket(world, from), await makeBucket(world, to)];
  await world.must("app", "ensure", { spec: { ...owned, publicAddresses: false, dedicatedV4: false } });
  const secrets = {
    RCLONE_CONFIG_UPLOADS_ACCESS_KEY_ID: uploads.accessKeyId,
    RCLONE_CONFIG_UPLOADS_SECRET_ACCESS_KEY: uploads.secretAccessKey,
    RCLONE_CONFIG_MIRROR_ACCESS_KEY_ID: mirror.accessKeyId,
    RCLONE_CONFIG_MIRROR_SECRET_ACCESS_KEY: mirror.secretAccessKey,
  };
  await world.must("secrets", "ensure", { spec: { app: owned.app, names: Object.keys(secrets) }, secrets });
});
afterAll(() => world.stop());

const endpoint = new URL(bucketUrl(from)).origin;
const spec: MirrorSpec = {
  app: owned.app,
  region: "ams",
  image: "rclone/rclone:1.74.4@sha256:c61954aaa32328a5486715dd063a81c7879f5195ad3505cd362deddd509dc4a1",
  schedule: "daily",
  memoryMb: 2048,
  from,
  to,
  env: {
    RCLONE_CONFIG_UPLOADS_ENDPOINT: endpoint,
    RCLONE_CONFIG_UPLOADS_REGION: "auto",
    RCLONE_CONFIG_MIRROR_ENDPOINT: endpoint,
    RCLONE_CONFIG_MIRROR_REGION: "auto",
  },
};
const bodies = async () =>
  Object.fromEntries(Object.entries(await objectsIn(world, to)).map(([key, { body }]) => [key, body]));
const differences = async (more: Partial<MirrorSpec> = {}): Promise<string[]> =>
  (await world.must("mirror", "observe", { spec: { ...spec, ...more } })).differences;

test("members' uploads are copied, what must not be kept for ever is not, and a change is not taken over", async () => {
  await fillBucket(world, from, {
    "media_attachments/files/1/original/a.png": "a picture",
    "cache/media_attachments/files/2/original/b.png": "a copy of another server's",
    "backups/dumps/000/000/001/original/archive.zip": "all that a member has written",
    "mastiff/doctor-0123456789abcdef": "a trial of the bucket",
  });
  const { machine } = await world.must("mirror", "ensure", { spec });
  await vi.waitFor(async () =>
    expect(await bodies()).toEqual({ "media_attachments/files/1/original/a.png": "a picture" }),
  );
  expect(await world.must("mirror", "ensure", { spec })).toEqual({ app: spec.app, machine });
  expect(await differences()).toEqual([]);

  await fillBucket(world, from, { "media_attachments/files/1/original/a.png": "overwritten" });
  const weekly = { schedule: "weekly" } as const;
  expect(await differences(weekly)).toEqual(["of the mirror: schedule is daily, should be weekly"]);
  await world.must("mirror", "ensure", { spec: { ...spec, ...weekly } });
  await vi.waitFor(async () =>
    expect(await differences(weekly)).toEqual([
      expect.stringMatching(/^the last mirror failed with exit code 1 \(.* UTC\)$/),
    ]),
  );
  expect(await bodies()).toEqual({ "media_attachments/files/1/original/a.png": "a picture" });

  await world.must("mirror", "destroy", { spec });
  expect(await differences()).toEqual(["the machine of the mirror is gone"]);
});

test("the run that makes the machine says so when the registry does not have the image", async () => {
  const image = `rclone/rclone:1.74.4@sha256:${"0".repeat(64)}`;
  const { code, stderr } = await world.drive("mirror", "ensure", { spec: { ...spec, image } });
  expect([code, stderr]).toEqual([1, expect.stringContaining(`The image "${image}" cannot be found.\n`)]);
});
