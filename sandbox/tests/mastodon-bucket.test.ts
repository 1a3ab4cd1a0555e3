import { createHash } from "node:crypto";
import { beforeEach, expect, test } from "vitest";
import { listObjects } from "../clouds/cloudflare/r2.ts";
import { account, type Clouds, freshClouds } from "./cloud-call.ts";
import { community, type Fly, freshFly, gigabyte, job, mastodon, printed, run } from "./fly-call.ts";

const app = "mastiff-party";
const accountId = account.slice("/accounts/".length);
const bucket = "files-mastiff-party";

let clouds: Clouds;
let fly: Fly;
let env: Record<string, string>;
beforeEach(async () => {
  clouds = freshClouds();
  fly = freshFly(clouds.world);
  await community(fly);
  await job(fly, ["bundle", "exec", "rails", "db:prepare"]);
  for (const name of [bucket, "other"]) await clouds.cloudflare("POST", `${account}/r2/buckets`, { name });
  const token = await clouds.cloudflare("POST", `${account}/tokens`, {
    name: "media",
    policies: [
      {
        effect: "allow",
        // Workers R2 Storage Bucket Item Write
        permission_groups: [{ id: "2efd5506f9c8494dacb1fa10a3e7d5b6" }],
        resources: { [`com.cloudflare.edge.r2.bucket.${accountId}_default_${bucket}`]: "*" },
      },
    ],
  });
  const { id, value } = token.body.result;
  env = {
    S3_ENABLED: "true",
    S3_BUCKET: bucket,
    S3_REGION: "auto",
    S3_ENDPOINT: `https://${accountId}.r2.cloudflarestorage.com`,
    S3_PERMISSION: "",
    AWS_ACCESS_KEY_ID: id,
    AWS_SECRET_ACCESS_KEY: createHash("sha256").update(value).digest("hex"),
  };
});

/** Boots a web process and gives the last line of its log. The boot succeeds even when the bucket is unusable. */
async function booted(change: Record<string, string | undefined> = {}): Promise<string | undefined> {
  const all = Object.entries({ ...env, ...change }).filter((e): e is [string, string] => e[1] !== undefined);
  const web = await run(fly, app, {
    image: mastodon,
    init: { cmd: ["bundle", "exec", "puma"] },
    guest: gigabyte,
    env: Object.fromEntries(all),
  });
  expect(web.ready).toBe(true);
  return printed(fly, app, web).at(-1);
}

async function smoke(change: Record<string, string> = {}): Promise<string | null> {
  const machine = await job(fly, ["bundle", "exec", "rails", "runner", "# mastiff: smoke"], {
    env: { ...env, ...change },
  });
  return JSON.parse(printed(fly, app, machine).at(-1) ?? "{}").bucket;
}

test("a web process with the right keys writes its first objects, once", async () => {
  expect(await booted()).toContain("booted");
  const first = listObjects(clouds.world, bucket);
  expect(first).toContain("site_uploads/files/000/000/001/original/thumbnail.svg");
  await booted();
  expect(listObjects(clouds.world, bucket)).toEqual(first);
  expect(await smoke()).toBeNull();
  expect(listObjects(clouds.world, bucket)).toEqual(first);
});

test.each([
  [
    "an ACL is asked for",
    { S3_PERMISSION: "private" },
    "Header 'x-amz-acl' with value 'private' not implemented",
  ],
  [
    "no permission is set",
    { S3_PERMISSION: undefined },
    "Header 'x-amz-acl' with value 'public-read' not implemented",
  ],
  ["the secret is the token itself", { AWS_SECRET_ACCESS_KEY: "x".repeat(64) }, "Unauthorized"],
  [
    "the endpoint has the bucket's path",
    { S3_ENDPOINT: `https://${accountId}.r2.cloudflarestorage.com/files` },
    "NoSuchBucket",
  ],
  ["the bucket is another's", { S3_BUCKET: "other" }, "AccessDenied"],
  ["the bucket is not there", { S3_BUCKET: "nosuch" }, "NoSuchBucket"],
])("%s: boots green, logs it, writes nothing", async (_name, change, words) => {
  expect(await booted(change)).toContain(words);
  expect(listObjects(clouds.world, bucket)).toEqual([]);
});

test("a token that is gone takes its keys with it", async () => {
  await clouds.cloudflare("DELETE", `${account}/tokens/${env.AWS_ACCESS_KEY_ID}`);
  expect(await booted()).toContain("Unauthorized");
  expect(await smoke()).toContain("Unauthorized");
});

test("the smoke job's own requests name no ACL", async () => {
  expect(await smoke({ S3_PERMISSION: "private" })).toBeNull();
});
