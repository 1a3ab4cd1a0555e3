/** A bucket in a driver world's local R2, with a key that may write to it. */
import { createHash } from "node:crypto";
import { expect } from "vitest";
import { operator } from "../clients/local-clouds.ts";
import type { DriverWorld } from "./driver.ts";

/** A key of R2's S3 API. */
export interface BucketKey {
  accessKeyId: string;
  secretAccessKey: string;
}

/** URL of a bucket as machines reach it. */
export const bucketUrl = (name: string) => `https://${operator.accountId}.r2.cloudflarestorage.com/${name}`;

/** Makes the bucket, and a token for it alone. */
export async function makeBucket(world: DriverWorld, name: string): Promise<BucketKey> {
  await cloudflare(world, "r2/buckets", { name });
  const { id, value } = await cloudflare(world, "tokens", {
    name,
    policies: [
      {
        effect: "allow",
        permission_groups: [{ id: "2efd5506f9c8494dacb1fa10a3e7d5b6" }],
        resources: { [`com.cloudflare.edge.r2.bucket.${operator.accountId}_default_${name}`]: "*" },
      },
    ],
  });
  return { accessKeyId: id, secretAccessKey: createHash("sha256").update(value).digest("hex") };
}

/** Puts texts into the bucket, by key. */
export async function fillBucket(
  world: DriverWorld,
  name: string,
  texts: Readonly<Record<string, string>>,
): Promise<void> {
  const url = `${world.url}/_local/state`;
  const state = (await (await fetch(url)).json()) as { cloudflare: { buckets: StoredBucket[] } };
  const bucket = state.cloudflare.buckets.find((one) => one.name === name);
  if (bucket === undefined) throw new Error(`there is no bucket ${name}`);
  for (const [key, body] of Object.entries(texts)) {
    bucket.objects[key] = {
      body,
      encoding: "utf8",
      contentType: "text/plain",
      etag: createHash("md5").update(body).digest("hex"),
      size: body.length,
      uploadedAt: new Date().toISOString(),
      metadata: {},
      headers: {},
    };
  }
  await fetch(url, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(state),
  });
}

interface StoredBucket {
  name: string;
  objects: Record<string, object>;
}

/** The objects in the bucket, by key. */
export async function objectsIn(
  world: DriverWorld,
  name: string,
): Promise<Record<string, { body: string; size: number }>> {
  const answer = await fetch(`${world.url}/_local/state`);
  const { cloudflare } = (await answer.json()) as {
    cloudflare: { buckets: { name: string; objects: Record<string, { body: string; size: number }> }[] };
  };
  return cloudflare.buckets.find((one) => one.name === name)?.objects ?? {};
}

async function cloudflare(
  world: DriverWorld,
  path: string,
  body: object,
): Promise<{ id: string; value: string }> {
  const answer = await fetch(`${world.url}/client/v4/accounts/${operator.accountId}/${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${operator.cloudflare}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  expect(answer.status, `POST ${path}`).toBe(200);
  return ((await answer.json()) as { result: { id: string; value: string } }).result;
}
