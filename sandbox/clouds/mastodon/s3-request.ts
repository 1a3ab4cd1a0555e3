/** Requests from a machine to a bucket, signed as `curl --aws-sigv4` signs them. */
import { createHash, createHmac } from "node:crypto";
import { askFromMachine, type MachineAnswer } from "../cloudflare/serve-r2.ts";
import type { World } from "../world.ts";

/** A bucket and the key to it. */
export interface BucketAccess {
  /** Path-style, without a slash at the end. */
  url: string;
  region: string;
  keyId: string;
  keySecret: string;
}

/**
 * Asks a bucket. The signature's time is the machine's own, which is not the world's.
 *
 * @param path what follows the bucket's URL: `/<key>`, `?<query>` or both
 * @returns undefined: the host does not exist
 */
export function askBucket(
  world: World,
  access: BucketAccess,
  method: string,
  path: string,
  body: Buffer = Buffer.alloc(0),
): MachineAnswer | undefined {
  const url = new URL(access.url + path);
  const time = new Date().toISOString().replace(/[:-]|\.\d{3}/g, "");
  const scope = `${time.slice(0, 8)}/${access.region}/s3/aws4_request`;
  const payload = sha256(body);
  const headers = { host: url.host, "x-amz-content-sha256": payload, "x-amz-date": time };
  const names = Object.keys(headers).join(";");
  const query = [...url.searchParams].map((pair) => pair.map(encodeURIComponent).join("=")).sort();
  const canonical = [
    method,
    url.pathname,
    query.join("&"),
    ...Object.entries(headers).map((pair) => pair.join(":")),
    "",
    names,
    payload,
  ].join("\n");
  const key = [...scope.split("/")].reduce<Buffer | string>(hmac, `AWS4${access.keySecret}`);
  const signature = hmac(key, ["AWS4-HMAC-SHA256", time, scope, sha256(canonical)].join("\n"));
  const authorization = `AWS4-HMAC-SHA256 Credential=${access.keyId}/${scope}, SignedHeaders=${names}, Signature=${signature.toString("hex")}`;
  const request = new Request(url, { method, headers: { ...headers, authorization } });
  return askFromMachine(world, request, body);
}

function sha256(data: Buffer | string): string {
  return createHash("sha256").update(data).digest("hex");
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
