/**
 * R2's S3 API, path style: `/r2/<bucket>/<key>`, or `/<bucket>/<key>` at R2's real name (r2-place.ts), region `auto`,
 * signed with SigV4. Available operations:
 * developers.cloudflare.com/r2/api/s3/api; codes: developers.cloudflare.com/r2/api/error-codes.
 */
import { createHash } from "node:crypto";
import { Hono } from "hono";
import type { World } from "../world.ts";
import { bucketsNamed, mayTouch, tokenOfKey } from "./r2.ts";
import { type Place, placeOf } from "./r2-place.ts";
import type { S3Call } from "./s3-call.ts";
import * as objects from "./s3-objects.ts";
import * as uploads from "./s3-uploads.ts";
import { S3Refusal, xmlAnswer, xmlError } from "./s3-xml.ts";
import { checkSignature, readSignature } from "./sigv4.ts";
import type { Bucket, Token } from "./state.ts";

type Operation = (call: S3Call) => Response;

/** The S3 API of R2 as an HTTP application. */
export function serveR2(world: World): Hono {
  const app = new Hono();
  app.all("*", async (c) => {
    const request = c.req.raw;
    try {
      return await dispatch(world, request);
    } catch (error) {
      if (error instanceof S3Refusal) return xmlError(error, request.method);
      console.error(error);
      const internal = "We encountered an internal error. Please try again.";
      return xmlError(new S3Refusal(500, "InternalError", internal), request.method);
    }
  });
  return app;
}

/** What a machine learns from an answer of R2. */
export interface MachineAnswer {
  status: number;
  /** S3's code and message of a refusal. */
  refusal?: Pick<S3Refusal, "code" | "message">;
}

/**
 * A request from a machine of the local world, which uses R2's real name.
 *
 * @returns undefined: the host does not exist.
 */
export function askFromMachine(world: World, request: Request, body: Buffer): MachineAnswer | undefined {
  const place = placeOf(new URL(request.url));
  if (place === undefined) return undefined;
  try {
    return { status: answer(world, request, body, place).status };
  } catch (error) {
    if (error instanceof S3Refusal) return { status: error.status, refusal: error };
    throw error;
  }
}

async function dispatch(world: World, request: Request): Promise<Response> {
  return answer(world, request, Buffer.from(await request.arrayBuffer()), placeOf(new URL(request.url)));
}

/** Carries out a request if its signature is valid. Without a place, all buckets are served. @throws S3Refusal */
function answer(world: World, request: Request, body: Buffer, place?: Place): Response {
  const url = new URL(request.url);
  const signed = readSignature(request);
  const token = tokenOfKey(world, signed.accessKeyId);
  // R2 does not use `InvalidAccessKeyId`: its error is 10002, `Unauthorized`.
  if (token === undefined) throw new S3Refusal(401, "Unauthorized", "Unauthorized");
  checkSignature(request, body, signed, token.secret, world.state.cloudflare.dials.clockAheadMs);
  refuseUnsupported(request.headers);
  const md5 = request.headers.get("content-md5");
  if (md5 !== null && md5 !== createHash("md5").update(body).digest("base64")) {
    throw new S3Refusal(400, "BadDigest", "The Content-MD5 you specified did not match what we received.");
  }
  const [, name = "", rest = ""] = /^(?:\/r2)?\/([^/]*)\/?(.*)$/s.exec(url.pathname) ?? [];
  if (name === "") return listBuckets(world, token);
  const key = decodeURIComponent(rest);
  const { operation, how } = operationOf(request.method, key, url.searchParams);
  const bucket = allowedBucket(world, token, name, how, place);
  return operation({ world, bucket, key, query: url.searchParams, headers: request.headers, body });
}

/**
 * R2 has no ACLs and tags, and its refusal names the header (developers.cloudflare.com/r2/api/s3/api,
 * PutObject).
 */
function refuseUnsupported(headers: Headers): void {
  for (const name of ["x-amz-acl", "x-amz-grant-read", "x-amz-grant-full-control", "x-amz-tagging"]) {
    const value = headers.get(name);
    if (value === null) continue;
    throw new S3Refusal(501, "NotImplemented", `Header '${name}' with value '${value}' not implemented`);
  }
}

function operationOf(
  method: string,
  key: string,
  query: URLSearchParams,
): { operation: Operation; how: "read" | "write" } {
  const read = (operation: Operation) => ({ operation, how: "read" as const });
  const write = (operation: Operation) => ({ operation, how: "write" as const });
  if (key === "") {
    if (method === "HEAD") return read(objects.headBucket);
    if (method === "GET" && query.has("uploads")) return read(uploads.list);
    if (method === "GET" && query.has("location")) return read(objects.bucketLocation);
    if (method === "GET" && ![...query.keys()].some((k) => /^[a-z]+$/.test(k) && !listing.includes(k))) {
      return read(objects.list);
    }
    if (method === "POST" && query.has("delete")) return write(objects.removeMany);
  } else if (query.has("uploadId") || query.has("uploads")) {
    if (method === "POST" && query.has("uploads")) return write(uploads.create);
    if (method === "PUT" && query.has("partNumber")) return write(uploads.putPart);
    if (method === "POST") return write(uploads.complete);
    if (method === "DELETE") return write(uploads.abort);
  } else if (method === "PUT" && isPlain(query)) return write(objects.put);
  else if (method === "GET" && !query.has("acl") && !query.has("tagging")) return read(objects.get);
  else if (method === "HEAD") return read(objects.head);
  else if (method === "DELETE") return write(objects.remove);
  throw new S3Refusal(501, "NotImplemented", "The requested operation is not implemented.");
}

/** Whether the query names no subresource: it is empty, or it is a presigned URL's signature. */
function isPlain(query: URLSearchParams): boolean {
  return [...query.keys()].every((name) => name.startsWith("X-Amz-"));
}

const listing = ["prefix", "delimiter", "marker"];

/**
 * The bucket, if the token has this right in it. A token for single buckets gets `AccessDenied` for every
 * other name. Only a token for the whole account learns that a bucket does not exist.
 */
function allowedBucket(
  world: World,
  token: Token,
  name: string,
  how: "read" | "write",
  place: Place | undefined,
): Bucket {
  // The address of the local R2 names no account. The token tells which of several buckets is meant.
  const buckets = bucketsNamed(world, name, place);
  const bucket = buckets.find((one) => mayTouch(token, one, how));
  if (bucket !== undefined) return bucket;
  const account = token.accountId ?? world.state.cloudflare.accounts[0]?.id ?? "";
  const imagined = { accountId: account, jurisdiction: "default", name } as Bucket;
  if (buckets.length === 0 && mayTouch(token, imagined, how)) {
    throw new S3Refusal(404, "NoSuchBucket", "The specified bucket does not exist.");
  }
  throw new S3Refusal(403, "AccessDenied", "Access Denied");
}

/**
 * Needs the account: a token for single buckets may not list them (developers.cloudflare.com/r2/api/tokens).
 */
function listBuckets(world: World, token: Token): Response {
  const buckets = world.state.cloudflare.buckets.filter((b) => mayTouch(token, b, "read"));
  const whole =
    token.allRights || token.policies.some((p) => JSON.stringify(p.resources).includes("account."));
  if (!whole) throw new S3Refusal(403, "AccessDenied", "Access Denied");
  return xmlAnswer("ListAllMyBucketsResult", {
    Buckets: { Bucket: buckets.map((b) => ({ Name: b.name, CreationDate: b.createdOn })) },
  });
}
