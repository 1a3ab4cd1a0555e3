/** Settings of a bucket: CORS, lifecycle rules, and its r2.dev name. */
import { Hono } from "hono";
import { z } from "zod";
import type { World } from "../world.ts";
import { answer, jsonBody, refusal } from "./answer.ts";
import type { Caller } from "./auth.ts";
import { badJson, bucketOf } from "./bucket-call.ts";
import type { Bucket } from "./state.ts";

/**
 * An origin has a scheme and a host, but no path: developers.cloudflare.com/r2/buckets/cors,
 * "AllowedOrigins".
 */
const origin = z.string().refine((o) => o === "*" || /^[a-z][a-z0-9+.-]*:\/\/[^/?#\s]+$/i.test(o));

/**
 * Shapes: developers.cloudflare.com/api/resources/r2/subresources/buckets/subresources/cors. OPTIONS is not
 * allowed.
 */
const corsBody = z.strictObject({
  rules: z
    .array(
      z.strictObject({
        id: z.string().optional(),
        allowed: z.strictObject({
          methods: z.array(z.enum(["GET", "PUT", "POST", "DELETE", "HEAD"])).min(1),
          origins: z.array(origin).min(1),
          headers: z.array(z.string()).optional(),
        }),
        exposeHeaders: z.array(z.string()).optional(),
        maxAgeSeconds: z.number().int().min(0).max(86400).optional(),
      }),
    )
    // Up to 100 rules, as in S3.
    .max(100),
});

const age = z.strictObject({ type: z.literal("Age"), maxAge: z.number().int().nonnegative() });
const ageOrDate = z.union([age, z.strictObject({ type: z.literal("Date"), date: z.string() })]);

/** Shapes: developers.cloudflare.com/api/resources/r2/subresources/buckets/subresources/lifecycle; seconds. */
const lifecycleBody = z.strictObject({
  rules: z
    .array(
      z.strictObject({
        id: z.string().min(1),
        enabled: z.boolean(),
        conditions: z.strictObject({ prefix: z.string().optional() }),
        abortMultipartUploadsTransition: z.strictObject({ condition: age }).optional(),
        deleteObjectsTransition: z.strictObject({ condition: ageOrDate }).optional(),
        storageClassTransitions: z
          .array(z.strictObject({ condition: ageOrDate, storageClass: z.literal("InfrequentAccess") }))
          .optional(),
      }),
    )
    .max(1000)
    // "Unique identifier for this rule". How R2 refuses a second rule of the same id is a guess.
    .refine((rules) => new Set(rules.map(({ id }) => id)).size === rules.length)
    .default([]),
});

/** CORS, lifecycle and managed domain of `/accounts/:account/r2/buckets/:bucket`. */
export function serveBucketSettings(world: World): Hono<Caller> {
  const app = new Hono<Caller>();

  app.get("/cors", (c) => {
    const bucket = bucketOf(world, c);
    // 10059: alchemy-run/distilled packages/cloudflare/test/r2.test.ts, "cors-get-fresh", against the real API.
    if (bucket.cors === null) throw refusal(404, 10059, "The CORS configuration does not exist.");
    return answer(c, { rules: bucket.cors });
  });
  app.put("/cors", async (c) => {
    const bucket = bucketOf(world, c);
    const body = corsBody.safeParse(await jsonBody(c, badJson));
    if (!body.success) throw badJson();
    bucket.cors = body.data.rules as Bucket["cors"];
    world.changed();
    return answer(c, {});
  });
  // Deleting a missing configuration succeeds, as in S3's DeleteBucketCors.
  app.delete("/cors", (c) => {
    bucketOf(world, c).cors = null;
    world.changed();
    return answer(c, {});
  });

  app.get("/lifecycle", (c) => {
    // In the order of the ids: cloudflare/terraform-provider-cloudflare tests its lifecycle and lock rules
    // against the live API in this order only, while its assertions ignore the order
    // (internal/services/r2_bucket_lifecycle/testdata/r2_lifecycle_multiple_rules.tf). The provider compares
    // lists, so any other order would be a difference after each refresh.
    const rules = [...bucketOf(world, c).lifecycle] as { id: string }[];
    return answer(c, { rules: rules.sort((a, b) => (a.id < b.id ? -1 : 1)) });
  });
  app.put("/lifecycle", async (c) => {
    const bucket = bucketOf(world, c);
    const body = lifecycleBody.safeParse(await jsonBody(c, badJson));
    if (!body.success) throw badJson();
    // Ages are seconds without a lower bound: alchemy-run/distilled packages/cloudflare/test/r2.test.ts puts 7.
    bucket.lifecycle = body.data.rules;
    world.changed();
    return answer(c, {});
  });

  app.get("/domains/managed", (c) => answer(c, managed(bucketOf(world, c))));
  app.put("/domains/managed", async (c) => {
    const bucket = bucketOf(world, c);
    const { enabled } = await jsonBody(c, badJson);
    if (typeof enabled !== "boolean") throw badJson();
    bucket.managed.enabled = enabled;
    world.changed();
    return answer(c, managed(bucket));
  });
  return app;
}

function managed({ managed: { bucketId, enabled } }: Bucket): Record<string, unknown> {
  return { bucketId, domain: `pub-${bucketId}.r2.dev`, enabled };
}
