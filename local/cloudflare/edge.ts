/** Cloudflare's edge: what it does to the answers of proxied hosts. */
import type { World } from "../world.ts";
import { isProxied, zoneFor } from "./dns.ts";
import { type Facts, parseExpression } from "./expression.ts";
import { parseValue } from "./expression-value.ts";
import { bucketForHost, findBucket, objectBytes } from "./r2.ts";
import type { Bucket, CorsRule, Rule } from "./state.ts";

/** One change of a response header. */
export interface HeaderChange {
  name: string;
  operation: "set" | "add" | "remove";
  value: string;
}

/**
 * The header changes that the zone's response-header rules make for a request, in order.
 * None for a host that is not proxied: rules act at the edge (developers.cloudflare.com/rules/transform).
 */
export function headerChanges(world: World, facts: Facts): HeaderChange[] {
  const zone = zoneFor(world, facts.host);
  if (zone === undefined || !isProxied(world, facts.host)) return [];
  const rules = world.state.cloudflare.rulesets
    .filter((r) => r.zoneId === zone.id && r.phase === "http_response_headers_transform")
    .flatMap((r) => r.rules);
  return rules
    .filter((r) => r.enabled && parseExpression(r.expression)(facts))
    .flatMap((r) => changesOf(r, facts));
}

/** The headers that a request to this host gets set by rules; later rules win. */
export function edgeHeaders(world: World, host: string, method: string): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const change of headerChanges(world, { host: host.toLowerCase(), method })) {
    if (change.operation === "remove") delete headers[change.name];
    else headers[change.name] = change.value;
  }
  return headers;
}

/** Does to an answer's headers what the zone's rules say. */
export function transformHeaders(world: World, facts: Facts, headers: Headers): void {
  for (const { name, operation, value } of headerChanges(world, facts)) {
    if (operation === "remove") headers.delete(name);
    else if (operation === "set") headers.set(name, value);
    else headers.append(name, value);
  }
}

/**
 * What a custom domain of R2 answers: objects by GET and HEAD, no listing, CORS headers only when the bucket's rules
 * know the request's `Origin` (developers.cloudflare.com/r2/buckets/cors), preflights included.
 * Undefined: the host shows no bucket.
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
  // The text of the page is Cloudflare's own "Object not found"; only the status is relied on.
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

/** The CORS headers for a request, or none when no rule of the bucket knows its origin and method. */
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

function changesOf(rule: Rule, facts: Facts): HeaderChange[] {
  const headers = (rule.action_parameters?.headers ?? {}) as Record<
    string,
    { operation: HeaderChange["operation"]; value?: string; expression?: string }
  >;
  return Object.entries(headers).map(([name, { operation, value, expression }]) => ({
    name: name.toLowerCase(),
    operation,
    value: expression === undefined ? (value ?? "") : parseValue(expression)(facts),
  }));
}
