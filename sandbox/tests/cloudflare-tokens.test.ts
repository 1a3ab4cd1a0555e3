import { beforeEach, expect, test } from "vitest";
import { sha256 } from "../clouds/cloudflare/digest.ts";
import { authenticate } from "../clouds/cloudflare/r2.ts";
import { account, type Clouds, freshClouds, refused, zone, zoneId } from "./cloud-call.ts";

const accountId = account.slice(10);
const tokens = `${account}/tokens`;
const bucketKey = (bucket: string) => `com.cloudflare.edge.r2.bucket.${accountId}_default_${bucket}`;
const policy = (group: string, resources: Record<string, unknown>, effect = "allow") => ({
  effect,
  permission_groups: [{ id: group }],
  resources,
});
const bucketWrite = "2efd5506f9c8494dacb1fa10a3e7d5b6";
const storageWrite = "bf7481a1826f439697cb59a20b22293e";
const zoneRead = "c8fed203ed3043cba015a93ad1616f1f";
const dnsWrite = "4755a26eedb94da69e1066d98aa820be";
const tokensWrite = "5bc3f8b21c554832afc660159ab75fa4";

let clouds: Clouds;
beforeEach(() => {
  clouds = freshClouds();
});

const mint = async (...policies: unknown[]) =>
  (await clouds.cloudflare("POST", tokens, { name: "x media", policies })).body.result;
const as = (value: string) => ({ authorization: `Bearer ${value}` });

test("a token tells its value once, and keeps its resources as they were written", async () => {
  const resources = { [bucketKey("zebra")]: "*", [bucketKey("ant")]: "*" };
  const made = await mint(policy(bucketWrite, resources));
  expect(made).toMatchObject({ name: "x media", status: "active" });
  expect(made.id).toMatch(/^[0-9a-f]{32}$/);
  expect(JSON.stringify(made.policies[0].resources)).toBe(JSON.stringify(resources));
  const read = (await clouds.cloudflare("GET", `${tokens}/${made.id}`)).body.result;
  expect(read.value).toBeUndefined();
  expect(JSON.stringify(read.policies[0].resources)).toBe(JSON.stringify(resources));
  expect(read.policies[0].permission_groups[0].name).toBe("Workers R2 Storage Bucket Item Write");
  const listed = await clouds.cloudflare("GET", tokens);
  expect(JSON.stringify(listed.body)).not.toContain(made.value);
  expect(listed.body.result.map((t: { id: string }) => t.id)).toEqual([made.id]);
});

test.each([
  ["policies missing", { name: "x" }],
  ["an unknown group", { name: "x", policies: [policy("f".repeat(32), { [bucketKey("a")]: "*" })] }],
  ["resources as text", { name: "x", policies: [policy(bucketWrite, "{}" as never)] }],
  ["no resources", { name: "x", policies: [policy(bucketWrite, {})] }],
  [
    "a resource that is no star",
    { name: "x", policies: [policy(bucketWrite, { [bucketKey("a")]: "read" })] },
  ],
  ["an unknown effect", { name: "x", policies: [policy(bucketWrite, { [bucketKey("a")]: "*" }, "maybe")] }],
  [
    "a time that is none",
    { name: "x", expires_on: "tomorrow", policies: [policy(bucketWrite, { [bucketKey("a")]: "*" })] },
  ],
])("a token with %s is refused", async (_, body) => {
  expect(refused(await clouds.cloudflare("POST", tokens, body))).toBe("400 1001");
});

test("a token needs a name, and may do nothing when it has no policies", async () => {
  const unnamed = await clouds.cloudflare("POST", tokens, { name: "", policies: [] });
  expect(refused(unnamed)).toBe("400 400");
  expect(unnamed.body.errors[0].message).toContain("name must have a length");
  const idle = await mint();
  expect(idle.policies).toEqual([]);
  expect(refused(await clouds.cloudflare("GET", zone, undefined, as(idle.value)))).toBe("403 10000");
  expect(refused(await clouds.cloudflare("GET", `${tokens}/nonsense`))).toBe("400 7003");
});

test("a token does what its policies say, where they say, and nothing else", async () => {
  const read = await mint(
    policy(zoneRead, { [`com.cloudflare.api.account.zone.${zoneId}`]: "*" }),
    policy(dnsWrite, {
      [`com.cloudflare.api.account.${accountId}`]: { "com.cloudflare.api.account.zone.*": "*" },
    }),
  );
  const token = as(read.value);
  expect((await clouds.cloudflare("GET", zone, undefined, token)).status).toBe(200);
  const a = { type: "A", name: "a", content: "192.0.2.1" };
  expect((await clouds.cloudflare("POST", `${zone}/dns_records`, a, token)).status).toBe(200);
  for (const [method, path] of [
    ["PATCH", `${zone}/settings/ssl`],
    ["GET", `${zone}/rulesets`],
    ["GET", `${account}/r2/buckets`],
    ["GET", tokens],
    ["GET", "/zones/0000000000000000000000000000a002"],
  ] as const) {
    expect(refused(await clouds.cloudflare(method, path, method === "GET" ? undefined : {}, token))).toBe(
      "403 10000",
    );
  }
  expect((await clouds.cloudflare("GET", `${tokens}/verify`, undefined, token)).status).toBe(200);
  expect(refused(await clouds.cloudflare("GET", "/user/tokens/verify", undefined, token))).toBe("401 1000");
});

test("a deny outweighs an allow", async () => {
  const everywhere = {
    [`com.cloudflare.api.account.${accountId}`]: { "com.cloudflare.api.account.zone.*": "*" },
  };
  const here = { [`com.cloudflare.api.account.zone.${zoneId}`]: "*" };
  const made = await mint(policy(zoneRead, everywhere), policy(zoneRead, here, "deny"));
  expect(refused(await clouds.cloudflare("GET", zone, undefined, as(made.value)))).toBe("403 10000");
});

test("who grants a right on one zone has to hold it, and R2's for one on a bucket", async () => {
  const wholeAccount = { [`com.cloudflare.api.account.${accountId}`]: "*" };
  const minter = await mint(policy(tokensWrite, wholeAccount));
  const try_ = (...policies: unknown[]) =>
    clouds.cloudflare("POST", tokens, { name: "y", policies }, as(minter.value));
  const onZone = await try_(policy(dnsWrite, { [`com.cloudflare.api.account.zone.${zoneId}`]: "*" }));
  expect(onZone.body.errors).toEqual([
    {
      code: 1001,
      message: 'Failed common permission check against resources. (Permission group: "DNS Write")',
    },
  ]);
  const onBucket = policy(bucketWrite, { [bucketKey("a")]: "*" });
  expect(refused(await try_(onBucket))).toBe("400 1001");
  const keeper = await mint(policy(tokensWrite, wholeAccount), policy(storageWrite, wholeAccount));
  const granted = await clouds.cloudflare(
    "POST",
    tokens,
    { name: "y", policies: [onBucket] },
    as(keeper.value),
  );
  expect(granted.status).toBe(200);
});

test("S3 credentials are the token's id and the digest of its value, while it lives", async () => {
  const { world, cloudflare } = clouds;
  for (const name of ["one", "two"])
    await cloudflare("POST", `${account}/r2/buckets`, { name: `${name}-bucket` });
  const made = await mint(policy(bucketWrite, { [bucketKey("one-bucket")]: "*" }));
  expect(authenticate(world, made.id, sha256(made.value))).toEqual({ accountId, buckets: ["one-bucket"] });
  expect(authenticate(world, made.id, made.value)).toBeUndefined();
  expect(authenticate(world, "f".repeat(32), sha256(made.value))).toBeUndefined();
  const rolled = await cloudflare("PUT", `${tokens}/${made.id}/value`, {});
  expect(authenticate(world, made.id, sha256(made.value))).toBeUndefined();
  expect(authenticate(world, made.id, sha256(rolled.body.result))).toBeDefined();
  await cloudflare("DELETE", `${tokens}/${made.id}`);
  expect(authenticate(world, made.id, sha256(rolled.body.result))).toBeUndefined();
  expect(refused(await cloudflare("DELETE", `${tokens}/${made.id}`))).toBe("404 1003");
});

test("a fresh token answers only after a moment, a disabled or expired one not at all", async () => {
  const { world, cloudflare } = clouds;
  world.state.cloudflare.dials.tokenActivationMs = 3000;
  const grant = policy(zoneRead, { [`com.cloudflare.api.account.zone.${zoneId}`]: "*" });
  const made = await mint(grant);
  const get = async () => (await cloudflare("GET", zone, undefined, as(made.value))).status;
  expect(await get()).toBe(403);
  world.advance(3000);
  expect(await get()).toBe(200);
  const path = `${tokens}/${made.id}`;
  await cloudflare("PUT", path, { name: "x", policies: [grant], status: "disabled" });
  expect(await get()).toBe(403);
  const soon = new Date(world.now().getTime() + 60_000).toISOString();
  await cloudflare("PUT", path, { name: "x", policies: [grant], status: "active", expires_on: soon });
  expect(await get()).toBe(200);
  world.advance(60_000);
  expect(await get()).toBe(403);
});

test("permission groups are listed, and found by their exact name", async () => {
  const all = await clouds.cloudflare("GET", `${tokens}/permission_groups`);
  expect(all.body.result.length).toBeGreaterThan(5);
  const one = await clouds.cloudflare(
    "GET",
    `${tokens}/permission_groups?name=${encodeURIComponent("Workers R2 Storage Bucket Item Write")}`,
  );
  expect(one.body.result).toEqual([
    {
      id: bucketWrite,
      name: "Workers R2 Storage Bucket Item Write",
      scopes: ["com.cloudflare.edge.r2.bucket"],
    },
  ]);
});
