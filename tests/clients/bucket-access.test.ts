import { createHash } from "node:crypto";
import { AwsClient } from "aws4fetch";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { empty } from "../../providers/cloudflare/bucket-access.ts";
import * as provider from "../../providers/cloudflare/provider.ts";
import type { Bucket } from "../../providers/cloudflare/s3.ts";
import type { Props } from "../../providers/shared/kind.ts";
import { type LocalClouds, operator, startLocalClouds } from "./local-clouds.ts";

const bucket = "files-acme";
const account = `/accounts/${operator.accountId}`;

let clouds: LocalClouds;
let access: Props;
let said: string[];

beforeAll(async () => {
  clouds = await startLocalClouds();
});
afterAll(() => clouds[Symbol.asyncDispose]());

beforeEach(async () => {
  await clouds.reset();
  await clouds.ask("cloudflare", "POST", `${account}/r2/buckets`, { name: bucket });
  access = await mint();
  await configure({});
  said = [];
  vi.spyOn(console, "error").mockImplementation((line) => said.push(line));
  return () => vi.restoreAllMocks();
});

/** Begins an operation with a stack's config. */
const configure = (values: Record<string, string>) =>
  provider.configure({ config: { get: (key) => values[key], require: (key) => String(values[key]) } });

/** Makes a token for the bucket, and the inputs that a program derives from it. */
async function mint(): Promise<Props> {
  const resources = { [`com.cloudflare.edge.r2.bucket.${operator.accountId}_default_${bucket}`]: "*" };
  const permission_groups = [{ id: "2efd5506f9c8494dacb1fa10a3e7d5b6" }];
  const policies = [{ effect: "allow", permission_groups, resources }];
  const { result } = await clouds.ask("cloudflare", "POST", `${account}/tokens`, { name: "media", policies });
  return {
    kind: "BucketAccess",
    bucket,
    accountId: operator.accountId,
    accessKeyId: result.id,
    secretAccessKey: createHash("sha256").update(result.value).digest("hex"),
    jurisdiction: "default",
    endpoint: clouds.r2Url,
    timeoutSeconds: 0,
    keepObjects: false,
    dispensable: true,
  };
}

async function s3(method: string, path: string, body?: string): Promise<string> {
  const { accessKeyId, secretAccessKey } = access as { accessKeyId: string; secretAccessKey: string };
  const client = new AwsClient({ accessKeyId, secretAccessKey, service: "s3", region: "auto" });
  const answer = await client.fetch(`${clouds.r2Url}/${bucket}${path}`, { method, body });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer.text();
}

test("a key that opens its bucket is handed on", async () => {
  const made = await provider.create(access);
  expect(made).toEqual({ id: bucket, outs: access });
  expect(said).toEqual([]);
});

test("a key that R2 does not know yet is waited for, and that is said once", async () => {
  await clouds.faults({
    cloud: "r2",
    times: 2,
    when: "before",
    action: { status: 401, body: "<Error><Code>Unauthorized</Code><Message>Unauthorized</Message></Error>" },
  });
  await provider.create({ ...access, timeoutSeconds: 30 });
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(
    /^files-acme: waiting up to 30 s for R2 to accept its key \(R2 did not grant GET .*HTTP 401/,
  );
});

test("a key that never opens the bucket is an error that names both and shows no secret", async () => {
  const wrong = { ...access, secretAccessKey: "0".repeat(64) };
  const refused = await provider.create(wrong).catch((error: Error) => error.message);
  expect(refused).toMatch(/^The key \w+ did not open the bucket files-acme: /);
  expect(refused).not.toContain("0".repeat(64));
});

test("a clock that is hours off is said at once, with what to do about it", async () => {
  await clouds.dials({ cloudflare: { clockAheadMs: 3 * 3_600_000 } });
  const begun = Date.now();
  await expect(provider.create({ ...access, timeoutSeconds: 120 })).rejects.toThrow(
    /^The key \w+ did not open the bucket files-acme: R2 did not grant .*RequestTimeTooSkewed[\s\S]*\n {2}fix {5}set this machine's clock/,
  );
  expect(Date.now() - begun).toBeLessThan(10_000);
  expect(said).toEqual([]);
  // A wrong clock is no evidence about bucket and key, so the key is not reported as gone and the bucket is
  // not emptied.
  await expect(provider.read(bucket, access)).rejects.toThrow("set this machine's clock");
  await expect(provider.remove(bucket, access)).rejects.toThrow("set this machine's clock");
});

test("each answer that stays has a fix of its own, and what never passes is not waited for", async () => {
  const fixOf = async (change: Props) => {
    const error = await provider.create({ ...access, ...change }).catch((refused: Error) => refused.message);
    return String(error).split("\n  fix     ")[1];
  };
  expect(await fixOf({ secretAccessKey: "0".repeat(64), timeoutSeconds: 120 })).toMatch(
    /^the secret does not belong to the key/,
  );
  expect(await fixOf({ accessKeyId: "short", timeoutSeconds: 120 })).toMatch(/^the key is malformed/);
  expect(await fixOf({ accessKeyId: "f".repeat(32) })).toMatch(/^R2 does not know the token/);
  expect(await fixOf({ bucket: "another" })).toMatch(/^the token is not for this bucket/);
  expect(said).toEqual([]);
});

test("deleting empties the bucket: a thousand objects and more, odd names, unfinished uploads", async () => {
  const names = Array.from({ length: 1003 }, (_, n) => `cache/${n}`);
  names.push("with space", "plus+sign", "ümlaut & <tag>", "100%");
  for (const name of names) await s3("PUT", `/${encodeURIComponent(name)}`, "x");
  await s3("POST", "/half%20done?uploads");

  await provider.remove(bucket, access);
  expect(await s3("GET", "?list-type=2")).not.toContain("<Contents>");
  expect(await s3("GET", "?uploads")).not.toContain("<Upload>");
  expect(said).toEqual(["files-acme: 1000 objects removed", "files-acme: 1007 objects removed"]);
  await clouds.ask("cloudflare", "DELETE", `${account}/r2/buckets/${bucket}`);
});

test("a stack's endpoint of today goes before the one in its state", async () => {
  await s3("PUT", "/avatar", "x");
  await configure({ "mastiff:endpoints": JSON.stringify({ r2: clouds.r2Url }) });
  await provider.remove(bucket, { ...access, endpoint: "http://127.0.0.1:9/of-yesterday" });
  expect(await s3("GET", "?list-type=2")).not.toContain("<Contents>");
});

test("objects stay, and so does the bucket, until somebody has said that they may go", async () => {
  const kept = { ...access, dispensable: undefined };
  await s3("PUT", "/avatar", "x");
  await expect(provider.remove(bucket, kept)).rejects.toThrow(
    "The bucket files-acme is not emptied: it contains uploads, and nobody has confirmed that the community ends.\n  fix     to end it: pulumi config set mastiff:destroy <domain>",
  );
  expect(await s3("GET", "/avatar")).toBe("x");
  await s3("DELETE", "/avatar");
  await provider.remove(bucket, kept);
});

test("half a list is asked for again, and does not pass for an empty bucket", async () => {
  await s3("PUT", "/avatar", "x");
  await clouds.faults({
    cloud: "r2",
    when: "before",
    action: { status: 200, body: "<ListBucketResult><KeyCount>1</KeyCount><Contents><Key>ava" },
  });
  await expect(provider.remove(bucket, { ...access, dispensable: undefined })).rejects.toThrow(
    "is not emptied",
  );
});

test("objects that are to be kept are kept", async () => {
  await s3("PUT", "/dump", "x");
  await provider.remove(bucket, { ...access, keepObjects: true });
  expect(await s3("GET", "/dump")).toBe("x");
});

test("a bucket that is gone has nothing to empty", async () => {
  await clouds.ask("cloudflare", "DELETE", `${account}/r2/buckets/${bucket}`);
  await provider.remove(bucket, access);
  expect(said.join()).toContain("files-acme was not emptied");
  expect((await provider.read(bucket, access)).id).toBe("");
});

test("a refresh opens the bucket once for both of its resources, and the next one sees that it is gone", async () => {
  const opened = async () => (await clouds.calls("r2")).length;
  expect((await provider.read(bucket, access)).id).toBe(bucket);
  expect((await provider.read(bucket, { ...access, dispensable: undefined })).id).toBe(bucket);
  expect(await opened()).toBe(1);
  const other = await provider.read(bucket, { ...access, secretAccessKey: "0".repeat(64) });
  expect([other.id, await opened()]).toEqual(["", 2]);

  await clouds.ask("cloudflare", "DELETE", `${account}/r2/buckets/${bucket}`);
  await configure({});
  expect((await provider.read(bucket, access)).id).toBe("");
});

test("a key that is gone is no failure at the end, and is seen by a refresh", async () => {
  await clouds.ask("cloudflare", "DELETE", `${account}/tokens/${access.accessKeyId}`);
  await provider.remove(bucket, access);
  expect(said.join()).toContain("files-acme was not emptied");
  expect((await provider.read(bucket, access)).id).toBe("");
});

test("a new key for the same bucket is waited for and touches no object", async () => {
  await s3("PUT", "/avatar", "x");
  const { id, outs } = await provider.create(access);
  const rotated = await mint();
  const verdict = await provider.diff(id, outs, rotated);
  expect(verdict).toMatchObject({ changes: true, replaces: [] });
  const updated = await provider.update(id, outs, rotated);
  expect(updated.outs.accessKeyId).toBe(rotated.accessKeyId);
  expect(await s3("GET", "/avatar")).toBe("x");
});

test("a bucket that somebody keeps writing to is an error, not a loop", async () => {
  const stubborn = { name: bucket, keys: async () => ["same"], delete: async () => {} } as unknown as Bucket;
  await expect(empty(stubborn, () => {})).rejects.toThrow("same in files-acme reappears");
});
