import { beforeEach, expect, test } from "vitest";
import { lookup } from "../clouds/cloudflare/dns.ts";
import { servePublicObject } from "../clouds/cloudflare/public-objects.ts";
import { bucketForHost, getObject, listObjects, putObject } from "../clouds/cloudflare/r2.ts";
import { account, type Clouds, freshClouds, refused, zone, zoneId } from "./cloud-call.ts";

const buckets = `${account}/r2/buckets`;
const files = `${buckets}/files`;
const domain = "files.mastiff.party";

let clouds: Clouds;
beforeEach(() => {
  clouds = freshClouds();
});

const create = (name = "files", more: Record<string, unknown> = {}, headers = {}) =>
  clouds.cloudflare("POST", buckets, { name, storageClass: "Standard", ...more }, headers);
const attach = (more: Record<string, unknown> = {}) =>
  clouds.cloudflare("POST", `${files}/domains/custom`, {
    domain,
    zoneId,
    enabled: true,
    minTLS: "1.2",
    ...more,
  });

test("a bucket is made once, shown, listed, and removed when it is empty", async () => {
  const made = await create("files", { locationHint: "weur" });
  expect(made.body.result).toMatchObject({
    name: "files",
    location: "WEUR",
    storage_class: "Standard",
    jurisdiction: "default",
  });
  const again = await create();
  expect(refused(again)).toBe("409 10004");
  expect(again.body.errors[0].message).toBe("The bucket you tried to create already exists, and you own it.");
  expect((await clouds.cloudflare("GET", files)).body.result).toEqual(made.body.result);
  expect((await clouds.cloudflare("GET", buckets)).body.result.buckets).toHaveLength(1);
  putObject(clouds.world, "files", "a", "text", "text/plain");
  expect(refused(await clouds.cloudflare("DELETE", files))).toBe("409 10008");
  delete clouds.world.state.cloudflare.buckets[0]?.objects.a;
  expect((await clouds.cloudflare("DELETE", files)).status).toBe(200);
  expect(refused(await clouds.cloudflare("GET", files))).toBe("404 10006");
});

test.each(["ab", "Files", "files_x", "-files", "files-", "x".repeat(64), "a.b.c"])(
  "%s is no bucket name",
  async (name) => {
    expect(refused(await create(name))).toBe("400 10005");
  },
);

test("wrong bodies are not well formed", async () => {
  expect(refused(await clouds.cloudflare("POST", buckets, "{"))).toBe("400 10040");
  expect(refused(await create("files", { name: 1 }))).toBe("400 10040");
  expect(refused(await create("files", { location: "weur" }))).toBe("400 10040");
  expect(refused(await create("files", { storageClass: "Cold" }))).toBe("400 10062");
});

test("a bucket lives in its jurisdiction and is unknown in the others", async () => {
  const eu = { "cf-r2-jurisdiction": "eu" };
  expect((await create("files", {}, eu)).body.result.jurisdiction).toBe("eu");
  expect(refused(await clouds.cloudflare("GET", files))).toBe("404 10006");
  expect((await clouds.cloudflare("GET", files, undefined, eu)).status).toBe(200);
  // This bucket has the same name in another jurisdiction.
  expect((await create()).status).toBe(200);
});

test("the storage class changes by header", async () => {
  await create();
  const headers = { "cf-r2-storage-class": "InfrequentAccess" };
  const patched = await clouds.cloudflare("PATCH", files, undefined, headers);
  expect(patched.body.result.storage_class).toBe("InfrequentAccess");
});

test("an account that never agreed to R2 is told so", async () => {
  clouds.world.state.cloudflare.dials.r2Enabled = false;
  expect(refused(await create())).toBe("403 10042");
});

test("CORS is not there until it is put, and takes no OPTIONS, no path, no unknown key", async () => {
  await create();
  const cors = `${files}/cors`;
  const none = await clouds.cloudflare("GET", cors);
  expect(none.status).toBe(404);
  expect(none.body.errors).toEqual([{ code: 10059, message: "The CORS configuration does not exist." }]);
  const good = {
    id: "m",
    allowed: { methods: ["GET"], origins: ["https://mastiff.party"] },
    maxAgeSeconds: 600,
  };
  const put = (rule: unknown) => clouds.cloudflare("PUT", cors, { rules: [rule] });
  expect((await put(good)).body.result).toEqual({});
  expect((await clouds.cloudflare("GET", cors)).body.result).toEqual({ rules: [good] });
  for (const bad of [
    { ...good, allowed: { ...good.allowed, methods: ["OPTIONS"] } },
    { ...good, allowed: { ...good.allowed, origins: ["https://mastiff.party/"] } },
    { ...good, allowed: { ...good.allowed, origins: ["mastiff.party"] } },
    { ...good, AllowedMethods: ["GET"] },
    { ...good, maxAgeSeconds: 86401 },
    { allowed: { methods: ["GET"] } },
  ]) {
    expect(refused(await put(bad))).toBe("400 10040");
  }
  await clouds.cloudflare("DELETE", cors);
  expect(refused(await clouds.cloudflare("GET", cors))).toBe("404 10059");
});

test("lifecycle begins with the rule that aborts uploads, and expires objects by the clock", async () => {
  const { world, cloudflare } = clouds;
  await create();
  const before = await cloudflare("GET", `${files}/lifecycle`);
  expect(before.body.result.rules[0]).toMatchObject({
    id: "Default Multipart Abort Rule",
    abortMultipartUploadsTransition: { condition: { type: "Age", maxAge: 604800 } },
  });
  const rules = [
    {
      id: "expire dumps",
      enabled: true,
      conditions: { prefix: "dumps/" },
      deleteObjectsTransition: { condition: { type: "Age", maxAge: 86400 } },
    },
  ];
  expect((await cloudflare("PUT", `${files}/lifecycle`, { rules })).status).toBe(200);
  putObject(world, "files", "dumps/a", "x", "text/plain");
  putObject(world, "files", "other", "x", "text/plain");
  world.advance(86_400_000);
  expect(listObjects(world, "files")).toEqual(["other"]);
  expect(refused(await cloudflare("PUT", `${files}/lifecycle`, { rules: [{ id: "x" }] }))).toBe("400 10040");
});

test("lifecycle rules have ids of their own, and are answered in the order of these", async () => {
  const { cloudflare } = clouds;
  await create();
  const rule = (id: string) => ({
    id,
    enabled: true,
    conditions: { prefix: `${id}/` },
    deleteObjectsTransition: { condition: { type: "Age", maxAge: 7 } },
  });
  const put = (...ids: string[]) => cloudflare("PUT", `${files}/lifecycle`, { rules: ids.map(rule) });
  const listed = async () =>
    (await cloudflare("GET", `${files}/lifecycle`)).body.result.rules.map(({ id }: { id: string }) => id);
  expect((await put("weekly", "daily", "Monthly")).body.result).toEqual({});
  expect(await listed()).toEqual(["Monthly", "daily", "weekly"]);
  expect(refused(await put("daily", "weekly", "daily"))).toBe("400 10040");
  expect(await listed()).toHaveLength(3);
  await put();
  expect(await listed()).toEqual([]);
});

test.each([
  ["no condition", { deleteObjectsTransition: {} }],
  ["days in place of seconds", { deleteObjectsTransition: { condition: { type: "Age", days: 3 } } }],
  ["an age that is negative", { deleteObjectsTransition: { condition: { type: "Age", maxAge: -1 } } }],
  [
    "a date for uploads",
    { abortMultipartUploadsTransition: { condition: { type: "Date", date: "2030-01-01" } } },
  ],
  ["a prefix outside of the conditions", { prefix: "daily/" }],
])("a lifecycle rule with %s is not well formed", async (_what, wrong) => {
  await create();
  const rules = [{ id: "daily", enabled: true, conditions: { prefix: "daily/" }, ...wrong }];
  expect(refused(await clouds.cloudflare("PUT", `${files}/lifecycle`, { rules }))).toBe("400 10040");
});

test("an upload in parts that nobody completes is aborted by its age, under the rule's prefix", async () => {
  const { world, cloudflare } = clouds;
  await create();
  const condition = { type: "Age", maxAge: 86_400 };
  const abort = { id: "abort", enabled: true, abortMultipartUploadsTransition: { condition } };
  await cloudflare("PUT", `${files}/lifecycle`, { rules: [{ ...abort, conditions: { prefix: "daily/" } }] });
  const initiatedAt = world.now().toISOString();
  for (const key of ["daily/a", "other"]) {
    const upload = { id: key, key, contentType: "text/plain", initiatedAt, parts: {} };
    world.state.cloudflare.buckets[0]?.uploads.push(upload);
  }
  world.advance(86_400_000);
  expect(listObjects(world, "files")).toEqual([]);
  expect(world.state.cloudflare.buckets[0]?.uploads.map(({ key }) => key)).toEqual(["other"]);
});

test("a custom domain brings its own proxied record, which nobody else may touch", async () => {
  const { cloudflare, world } = clouds;
  await create();
  const made = await attach();
  expect(made.body.result).toEqual({ domain, enabled: true, minTLS: "1.2", zoneId });
  const [record] = (await cloudflare("GET", `${zone}/dns_records?name.exact=${domain}`)).body.result;
  expect(record).toMatchObject({
    type: "CNAME",
    content: "public.r2.dev",
    proxied: true,
    meta: { read_only: true },
  });
  const path = `${zone}/dns_records/${record.id}`;
  expect((await cloudflare("DELETE", path)).status).toBe(400);
  expect((await cloudflare("PATCH", path, { proxied: false })).status).toBe(400);
  expect(lookup(world, domain, "A")[0]).toMatch(/^104\.21\./);
  expect((await cloudflare("DELETE", `${files}/domains/custom/${domain}`)).status).toBe(200);
  expect(world.state.cloudflare.records).toEqual([]);
  expect(refused(await cloudflare("GET", `${files}/domains/custom/${domain}`))).toMatch(/^404 /);
});

test("a custom domain becomes active after a while", async () => {
  const { cloudflare, world } = clouds;
  await create();
  world.state.cloudflare.dials.domainActivationMs = 120_000;
  await attach();
  const status = async () =>
    (await cloudflare("GET", `${files}/domains/custom/${domain}`)).body.result.status;
  expect(await status()).toEqual({ ownership: "pending", ssl: "initializing" });
  expect(bucketForHost(world, domain)).toBeUndefined();
  world.advance(60_000);
  expect(await status()).toEqual({ ownership: "active", ssl: "pending" });
  world.advance(60_000);
  expect(await status()).toEqual({ ownership: "active", ssl: "active" });
  expect(bucketForHost(world, domain)).toBe("files");
});

test("what hangs on a bucket may not know it yet", async () => {
  const { cloudflare, world } = clouds;
  world.state.cloudflare.dials.bucketSettleMs = 2000;
  await create();
  expect((await cloudflare("GET", files)).status).toBe(200);
  expect(refused(await attach())).toBe("404 10006");
  expect(refused(await cloudflare("GET", `${files}/cors`))).toBe("404 10006");
  world.advance(2000);
  expect((await attach()).status).toBe(200);
});

test("a host is in use for a moment after its domain was removed", async () => {
  const { cloudflare, world } = clouds;
  world.state.cloudflare.dials.domainReleaseMs = 5000;
  await create();
  await attach();
  await cloudflare("DELETE", `${files}/domains/custom/${domain}`);
  const early = await attach();
  expect([early.status, early.body.errors[0].message]).toEqual([409, "Domain already in use"]);
  world.advance(5000);
  expect((await attach()).status).toBe(200);
});

test("a degraded answer lacks what the certificate backend knows", async () => {
  await create();
  await attach();
  clouds.world.state.cloudflare.dials.certificatesDown = true;
  const { body } = await clouds.cloudflare("GET", `${files}/domains/custom/${domain}`);
  expect(body.result).toEqual({ domain, enabled: true, status: { ownership: "unknown", ssl: "unknown" } });
});

test("a host that is taken is refused with 409: by a bucket, or by somebody's record", async () => {
  await create();
  await create("other");
  await attach();
  expect((await attach()).status).toBe(409);
  const elsewhere = { domain, zoneId, enabled: true };
  expect((await clouds.cloudflare("POST", `${buckets}/other/domains/custom`, elsewhere)).status).toBe(409);
  const www = { type: "A", name: "www", content: "192.0.2.1" };
  await clouds.cloudflare("POST", `${zone}/dns_records`, www);
  expect((await attach({ domain: "www.mastiff.party" })).status).toBe(409);
});

test("a domain has to be in the zone that is named, and its settings well formed", async () => {
  await create();
  expect((await attach({ domain: "files.example.org" })).status).toBe(400);
  expect(refused(await attach({ minTLS: "1.4" }))).toBe("400 10040");
  expect(refused(await attach({ enabled: "true" }))).toBe("400 10040");
  expect(refused(await attach({ zoneId: undefined }))).toBe("400 10040");
});

test("a PUT changes what it sends; the null that a missing minTLS becomes changes nothing", async () => {
  await create();
  await attach();
  const path = `${files}/domains/custom/${domain}`;
  const { body } = await clouds.cloudflare("PUT", path, { enabled: false, minTLS: null });
  expect(body.result).toMatchObject({ enabled: false, minTLS: "1.2" });
  expect(bucketForHost(clouds.world, domain)).toBeUndefined();
});

test("the r2.dev name shows the bucket while it is enabled", async () => {
  await create();
  const managed = `${files}/domains/managed`;
  const { body } = await clouds.cloudflare("PUT", managed, { enabled: true });
  expect(body.result.domain).toBe(`pub-${body.result.bucketId}.r2.dev`);
  expect(bucketForHost(clouds.world, body.result.domain)).toBe("files");
  await clouds.cloudflare("PUT", managed, { enabled: false });
  expect(bucketForHost(clouds.world, body.result.domain)).toBeUndefined();
});

test("the public gets objects, and CORS headers only for an origin that the rules know", async () => {
  const { world, cloudflare } = clouds;
  await create();
  await attach();
  const allowed = { methods: ["GET", "HEAD"], origins: ["https://mastiff.party"], headers: ["range"] };
  await cloudflare("PUT", `${files}/cors`, { rules: [{ id: "m", allowed, maxAgeSeconds: 600 }] });
  putObject(world, "files", "a b.txt", "hello", "text/plain");
  const get = (path: string, headers: Record<string, string> = {}, method = "GET") =>
    servePublicObject(world, new Request(`https://${domain}${path}`, { headers, method }));
  const plain = get("/a%20b.txt");
  expect(await plain?.text()).toBe("hello");
  expect(plain?.headers.get("content-type")).toBe("text/plain");
  expect(plain?.headers.get("access-control-allow-origin")).toBeNull();
  const known = get("/a%20b.txt", { origin: "https://mastiff.party" });
  expect(known?.headers.get("access-control-allow-origin")).toBe("https://mastiff.party");
  const stranger = get("/a%20b.txt", { origin: "https://evil.example" });
  expect(stranger?.headers.get("access-control-allow-origin")).toBeNull();
  const preflight = get(
    "/a%20b.txt",
    {
      origin: "https://mastiff.party",
      "access-control-request-method": "GET",
      "access-control-request-headers": "Range",
    },
    "OPTIONS",
  );
  expect([preflight?.status, preflight?.headers.get("access-control-max-age")]).toEqual([204, "600"]);
  expect(get("/")?.status).toBe(404);
  expect(get("/a%20b.txt", {}, "PUT")?.status).toBe(405);
  expect(getObject(world, "files", "a b.txt")).toMatchObject({ body: "hello", size: 5 });
});
