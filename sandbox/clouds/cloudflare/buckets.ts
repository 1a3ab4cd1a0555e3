/** `/accounts/:account/r2/buckets`: the buckets themselves. */
import { Hono } from "hono";
import type { World } from "../world.ts";
import { answer, jsonBody, newId, refusal } from "./answer.ts";
import { type Caller, need } from "./auth.ts";
import { badJson, bucketOf, jurisdictionOf, noSuchBucket } from "./bucket-call.ts";
import { serveBucketSettings } from "./bucket-settings.ts";
import { serveCustomDomains } from "./custom-domains.ts";
import type { Bucket } from "./state.ts";

const reading = ["Workers R2 Storage Read", "Workers R2 Storage Write"];
const writing = ["Workers R2 Storage Write"];

export function serveBuckets(world: World): Hono<Caller> {
  const app = new Hono<Caller>();
  const slot = () => world.state.cloudflare;

  app.use("*", async (c, next) => {
    const accountId = c.req.param("account") ?? "";
    need(c, c.req.method === "GET" ? reading : writing, { kind: "account", accountId });
    if (!slot().dials.r2Enabled) {
      throw refusal(403, 10042, "Please enable R2 through the Cloudflare Dashboard.");
    }
    await next();
  });

  app.get("/", (c) => {
    const query = c.req.query();
    const size = Math.min(1000, Math.max(1, Number(query.per_page ?? 20) || 20));
    const after = query.cursor ?? query.start_after ?? "";
    const found = slot()
      .buckets.filter((b) => b.accountId === c.req.param("account") && b.jurisdiction === jurisdictionOf(c))
      .filter((b) => b.name.includes(query.name_contains ?? "") && b.name > after)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    if (query.direction === "desc") found.reverse();
    const page = found.slice(0, size);
    const cursor = found.length > size ? { cursor: page.at(-1)?.name } : {};
    return c.json({
      success: true,
      errors: [],
      messages: [],
      result: { buckets: page.map(({ name, createdOn }) => ({ name, creation_date: createdOn })) },
      result_info: { per_page: size, ...cursor },
    });
  });

  app.post("/", async (c) => {
    const { name, locationHint, storageClass = "Standard", ...rest } = await jsonBody(c, badJson);
    const typed =
      typeof name === "string" &&
      (locationHint === undefined || typeof locationHint === "string") &&
      typeof storageClass === "string" &&
      Object.keys(rest).length === 0;
    if (!typed) throw badJson();
    // developers.cloudflare.com/r2/buckets/create-buckets and /r2/api/error-codes
    if (!/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(name)) {
      throw refusal(400, 10005, "The specified bucket name is not valid.");
    }
    if (
      locationHint !== undefined &&
      !["apac", "eeur", "enam", "weur", "wnam", "oc"].includes(locationHint.toLowerCase())
    ) {
      throw refusal(400, 10044, "The specified location constraint is not valid.");
    }
    checkStorageClass(storageClass);
    const accountId = c.req.param("account") ?? "";
    const jurisdiction = jurisdictionOf(c);
    // 10004: alchemy-run/distilled packages/cloudflare/test/r2.test.ts, "create-dup";
    // developers.cloudflare.com/r2/api/error-codes lists 10073 for it.
    if (
      slot().buckets.some(
        (b) => b.accountId === accountId && b.jurisdiction === jurisdiction && b.name === name,
      )
    ) {
      throw refusal(409, 10004, "The bucket you tried to create already exists, and you own it.");
    }
    const bucket: Bucket = {
      accountId,
      name,
      jurisdiction,
      location: (locationHint ?? "weur").toUpperCase(),
      storageClass,
      createdOn: world.now().toISOString(),
      cors: null,
      lifecycle: [multipartAbortRule],
      managed: { bucketId: newId(), enabled: false },
      domains: [],
      objects: {},
      uploads: [],
    };
    slot().buckets.push(bucket);
    world.changed();
    return answer(c, wire(bucket));
  });

  app.get("/:bucket", (c) => answer(c, wire(bucketOf(world, c))));

  // The new class is in a header, and the body is empty:
  // developers.cloudflare.com/api/resources/r2/…/buckets/methods/edit.
  app.patch("/:bucket", (c) => {
    const bucket = bucketOf(world, c);
    const storageClass = c.req.header("cf-r2-storage-class");
    if (storageClass === undefined) throw badJson();
    checkStorageClass(storageClass);
    bucket.storageClass = storageClass;
    world.changed();
    return answer(c, wire(bucket));
  });

  app.delete("/:bucket", (c) => {
    const bucket = bucketOf(world, c);
    if (Object.keys(bucket.objects).length > 0 || bucket.uploads.length > 0) {
      throw refusal(409, 10008, "The bucket you tried to delete is not empty.");
    }
    const hosts = bucket.domains.map((d) => d.domain);
    slot().records = slot().records.filter((r) => !(r.managedByR2 && hosts.includes(r.name)));
    slot().buckets = slot().buckets.filter((b) => b !== bucket);
    world.changed();
    return answer(c, {});
  });

  // A new bucket can be visible before its sub-resources accept it. Until then they answer 10006:
  // alchemy-run/alchemy packages/alchemy/src/Cloudflare/R2, r2BucketEndpointConsistencySchedule.
  app.use("/:bucket/*", async (c, next) => {
    const age = world.now().getTime() - Date.parse(bucketOf(world, c).createdOn);
    if (age < slot().dials.bucketSettleMs) throw noSuchBucket();
    await next();
  });
  app.route("/:bucket/domains/custom", serveCustomDomains(world));
  app.route("/:bucket", serveBucketSettings(world));
  return app;
}

/** The rule that every new bucket has: developers.cloudflare.com/r2/buckets/object-lifecycles. */
export const multipartAbortRule = {
  id: "Default Multipart Abort Rule",
  enabled: true,
  conditions: {},
  abortMultipartUploadsTransition: { condition: { type: "Age", maxAge: 604800 } },
};

function checkStorageClass(storageClass: string): void {
  if (!["Standard", "InfrequentAccess"].includes(storageClass)) {
    throw refusal(400, 10062, "The storage class you specified is not valid.");
  }
}

function wire(bucket: Bucket): Record<string, unknown> {
  return {
    name: bucket.name,
    creation_date: bucket.createdOn,
    location: bucket.location,
    storage_class: bucket.storageClass,
    jurisdiction: bucket.jurisdiction,
  };
}
