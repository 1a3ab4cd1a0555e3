/** R2's buckets and objects, for the other parts of the local world. */
import { createHash } from "node:crypto";
import type { World } from "../world.ts";
import { liveToken } from "./auth.ts";
import { mayDo } from "./permissions.ts";
import type { Place } from "./r2-place.ts";
import type { Bucket, StoredObject, Token } from "./state.ts";

/**
 * Groups that allow a token to read objects, and groups that allow it to write them (which includes reading
 * and listing).
 */
export const objectRights = {
  write: ["Workers R2 Storage Bucket Item Write", "Workers R2 Storage Write"],
  read: [
    "Workers R2 Storage Bucket Item Write",
    "Workers R2 Storage Write",
    "Workers R2 Storage Bucket Item Read",
    "Workers R2 Storage Read",
  ],
} as const;

/** An object as a reader gets it. `body` is text; a binary body is Latin-1, one character per byte. */
export interface ReadObject {
  body: string;
  contentType: string;
  etag: string;
  size: number;
  uploadedAt: string;
}

/**
 * The owner of S3 credentials. They are the id of a valid token, and the SHA-256 of its value in hex.
 * developers.cloudflare.com/r2/api/tokens, "Get S3 API credentials from an API token"
 *
 * @returns the account and the buckets that the token may write; undefined: R2 would answer `Unauthorized`.
 */
export function authenticate(
  world: World,
  accessKeyId: string,
  secretAccessKey: string,
): { accountId: string; buckets: string[] } | undefined {
  const token = tokenOfKey(world, accessKeyId);
  if (token === undefined || token.secret !== secretAccessKey.toLowerCase()) return undefined;
  const buckets = world.state.cloudflare.buckets.filter((b) => mayTouch(token, b, "write"));
  const accountId = token.accountId ?? buckets[0]?.accountId ?? world.state.cloudflare.accounts[0]?.id ?? "";
  return { accountId, buckets: buckets.map((b) => b.name) };
}

/** The valid token whose id is this access key. */
export function tokenOfKey(world: World, accessKeyId: string): Token | undefined {
  const token = world.state.cloudflare.tokens.find((t) => t.id === accessKeyId);
  return token && liveToken(world, token.secret);
}

/** Whether a token may read or write the objects of a bucket. */
export function mayTouch(token: Token, bucket: Bucket, how: keyof typeof objectRights): boolean {
  const { accountId, jurisdiction, name } = bucket;
  return (
    mayDo(token, objectRights[how], { kind: "bucket", accountId, jurisdiction, name }) ||
    mayDo(token, objectRights[how], { kind: "account", accountId })
  );
}

/** The bucket with this name, anywhere or in this place, after its lifecycle rules were applied. */
export function findBucket(world: World, name: string, place?: Place): Bucket | undefined {
  return bucketsNamed(world, name, place)[0];
}

/** As {@link findBucket}: each account may have one of this name in each jurisdiction. */
export function bucketsNamed(world: World, name: string, place?: Place): Bucket[] {
  const isThere = (b: Bucket) =>
    place === undefined || (b.accountId === place.accountId && b.jurisdiction === place.jurisdiction);
  const buckets = world.state.cloudflare.buckets.filter((b) => b.name === name && isThere(b));
  for (const bucket of buckets) applyLifecycle(world, bucket);
  return buckets;
}

/**
 * Stores an object.
 *
 * @throws Error when the bucket does not exist.
 */
export function putObject(
  world: World,
  bucket: string,
  key: string,
  body: string,
  contentType: string,
): void {
  storeObject(world, mustFind(world, bucket), key, Buffer.from(body, "utf8"), { contentType });
}

/** The object; undefined when bucket or key do not exist. */
export function getObject(world: World, bucket: string, key: string): ReadObject | undefined {
  const object = findBucket(world, bucket)?.objects[key];
  if (object === undefined) return undefined;
  const { contentType, etag, size, uploadedAt } = object;
  const body = object.encoding === "utf8" ? object.body : objectBytes(object).toString("latin1");
  return { body, contentType, etag, size, uploadedAt };
}

/** Removes an object. Removing a missing object is not an error, as in S3. */
export function deleteObject(world: World, bucket: string, key: string): void {
  delete mustFind(world, bucket).objects[key];
  world.changed();
}

/** The keys of a bucket that begin with `prefix`, sorted by their UTF-8 bytes, as S3 lists them. */
export function listObjects(world: World, bucket: string, prefix = ""): string[] {
  return sortedKeys(mustFind(world, bucket)).filter((key) => key.startsWith(prefix));
}

/**
 * The bucket that a host serves to the public: by an enabled and active custom domain, or by its r2.dev name.
 * A custom domain needs the zone's DNS to answer: in a pending zone it does not serve.
 */
export function bucketForHost(world: World, host: string): string | undefined {
  const name = host.toLowerCase();
  const bucket = world.state.cloudflare.buckets.find(
    (b) =>
      (b.managed.enabled && name === `pub-${b.managed.bucketId}.r2.dev`) ||
      b.domains.some((d) => d.domain === name && d.enabled && domainStatus(world, d).ssl === "active"),
  );
  return bucket?.name;
}

/**
 * The status of a custom domain: `initializing`, `pending`, `active`. It needs an active zone and a few
 * minutes (developers.cloudflare.com/r2/buckets/public-buckets: "the status … will change to Active").
 */
export function domainStatus(
  world: World,
  domain: { zoneId: string; attachedAt: string },
): { ownership: string; ssl: string } {
  const { zones, dials } = world.state.cloudflare;
  const zone = zones.find((z) => z.id === domain.zoneId);
  const age = world.now().getTime() - Date.parse(domain.attachedAt);
  if (zone?.status !== "active") return { ownership: "pending", ssl: "pending" };
  if (age >= dials.domainActivationMs) return { ownership: "active", ssl: "active" };
  return age * 2 < dials.domainActivationMs
    ? { ownership: "pending", ssl: "initializing" }
    : { ownership: "active", ssl: "pending" };
}

/** What an upload can set on an object besides its bytes. */
export interface ObjectFacts {
  contentType?: string;
  metadata?: Record<string, string>;
  headers?: Record<string, string>;
}

export function storeObject(
  world: World,
  bucket: Bucket,
  key: string,
  bytes: Buffer,
  facts: ObjectFacts = {},
): StoredObject {
  const text = bytes.toString("utf8");
  const readable = Buffer.from(text, "utf8").equals(bytes);
  const object: StoredObject = {
    body: readable ? text : bytes.toString("base64"),
    encoding: readable ? "utf8" : "base64",
    contentType: facts.contentType ?? "application/octet-stream",
    etag: etagOf(bytes),
    size: bytes.length,
    uploadedAt: world.now().toISOString(),
    metadata: facts.metadata ?? {},
    headers: facts.headers ?? {},
  };
  bucket.objects[key] = object;
  world.changed();
  return object;
}

/** The entity tag of bytes: their MD5 in hex. */
export function etagOf(bytes: Buffer): string {
  return createHash("md5").update(bytes).digest("hex");
}

export function objectBytes(object: StoredObject): Buffer<ArrayBuffer> {
  return Buffer.from(object.body, object.encoding);
}

/** The keys of a bucket in S3's order. */
export function sortedKeys(bucket: Bucket): string[] {
  return Object.keys(bucket.objects).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

interface LifecycleRule {
  enabled: boolean;
  conditions?: { prefix?: string };
  deleteObjectsTransition?: { condition: Expiry };
  abortMultipartUploadsTransition?: { condition: Expiry };
}
type Expiry = { type: "Age"; maxAge: number } | { type: "Date"; date: string };

/**
 * Removes expired objects and uploads. The real R2 takes up to 24 hours
 * (developers.cloudflare.com/r2/buckets/object-lifecycles).
 */
function applyLifecycle(world: World, bucket: Bucket): void {
  const now = world.now().getTime();
  const over = (expiry: Expiry | undefined, since: string) =>
    expiry !== undefined &&
    (expiry.type === "Age"
      ? now - Date.parse(since) >= expiry.maxAge * 1000
      : now >= Date.parse(expiry.date));
  for (const rule of bucket.lifecycle as LifecycleRule[]) {
    if (!rule.enabled) continue;
    const prefix = rule.conditions?.prefix ?? "";
    for (const [key, object] of Object.entries(bucket.objects)) {
      if (!key.startsWith(prefix) || !over(rule.deleteObjectsTransition?.condition, object.uploadedAt))
        continue;
      delete bucket.objects[key];
      world.changed();
    }
    bucket.uploads = bucket.uploads.filter(
      (u) =>
        !(u.key.startsWith(prefix) && over(rule.abortMultipartUploadsTransition?.condition, u.initiatedAt)),
    );
  }
}

function mustFind(world: World, name: string): Bucket {
  const bucket = findBucket(world, name);
  if (bucket === undefined) throw new Error(`R2 has no bucket ${name}`);
  return bucket;
}
