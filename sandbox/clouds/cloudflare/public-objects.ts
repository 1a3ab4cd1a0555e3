/** The public side of a bucket: objects by their name, and CORS. */
import type { World } from "../world.ts";
import { bucketForHost, findBucket, objectBytes } from "./r2.ts";
import type { Bucket, CorsRule } from "./state.ts";

/**
 * The answer of an R2 custom domain: objects by GET and HEAD, without a listing. CORS headers, also for
 * preflights, are present only when the bucket's rules match the request's `Origin`
 * (developers.cloudflare.com/r2/buckets/cors). Undefined: the host does not serve a bucket.
 */
export function servePublicObject(world: World, request: Request): Response | undefined {
  const url = new URL(request.url);
  const host = (request.headers.get("host") ?? url.host).replace(/:\d+$/, "").toLowerCase();
  const name = bucketForHost(world, host);
  const bucket = name === undefined ? undefined : findBucket(world, name);
  if (bucket === undefined) return undefined;
  const cors = corsHeaders(bucket, request);
  if (request.method === "OPTIONS")
    return new Response(null, { status: cors ? 204 : 403, headers: cors ?? {} });
  if (request.method !== "GET" && request.method !== "HEAD") {
    return new Response("Method not allowed", { status: 405, headers: { allow: "GET, HEAD" } });
  }
  const object = bucket.objects[decodeURIComponent(url.pathname.slice(1))];
  // The text is that of Cloudflare's own "Object not found" page. Only the status is relied on.
  if (object === undefined) return new Response("Object not found", { status: 404, headers: cors ?? {} });
  return new Response(request.method === "HEAD" ? null : objectBytes(object), {
    headers: {
      ...object.headers,
      "content-type": object.contentType,
      "content-length": String(object.size),
      etag: `"${object.etag}"`,
      "last-modified": new Date(object.uploadedAt).toUTCString(),
      ...(cors ?? {}),
    },
  });
}

/** The CORS headers for a request; undefined when no rule of the bucket matches its origin and method. */
export function corsHeaders(bucket: Bucket, request: Request): Record<string, string> | undefined {
  const origin = request.headers.get("origin");
  if (origin === null) return undefined;
  const preflight = request.method === "OPTIONS";
  const method = preflight ? request.headers.get("access-control-request-method") : request.method;
  const asked = (request.headers.get("access-control-request-headers") ?? "")
    .split(",")
    .map((h) => h.trim().toLowerCase())
    .filter((h) => h !== "");
  const rule = bucket.cors?.find(
    (r) =>
      r.allowed.methods.includes(method ?? "") &&
      r.allowed.origins.some((o) => originMatches(o, origin)) &&
      asked.every((h) => headerAllowed(r, h)),
  );
  if (rule === undefined) return undefined;
  return {
    "access-control-allow-origin": rule.allowed.origins.includes("*") ? "*" : origin,
    vary: "Origin",
    ...(rule.exposeHeaders && { "access-control-expose-headers": rule.exposeHeaders.join(", ") }),
    ...(preflight && {
      "access-control-allow-methods": rule.allowed.methods.join(", "),
      ...(asked.length > 0 && { "access-control-allow-headers": asked.join(", ") }),
      ...(rule.maxAgeSeconds !== undefined && { "access-control-max-age": String(rule.maxAgeSeconds) }),
    }),
  };
}

function originMatches(pattern: string, origin: string): boolean {
  if (pattern === "*") return true;
  const [before, after] = pattern.split("*");
  if (after === undefined) return pattern === origin;
  return origin.startsWith(before ?? "") && origin.endsWith(after);
}

function headerAllowed(rule: CorsRule, header: string): boolean {
  return (rule.allowed.headers ?? []).some((h) => h === "*" || h.toLowerCase() === header);
}
