/** A request from outside to a community's host: DNS, then Cloudflare's edge or Fly's proxy. */
import { isProxied, lookup, recordsAt } from "./cloudflare/dns.ts";
import { transformHeaders } from "./cloudflare/edge.ts";
import { throughCache } from "./cloudflare/edge-cache.ts";
import { challenge } from "./cloudflare/edge-challenge.ts";
import { edgeRefusal, originScheme } from "./cloudflare/edge-tls.ts";
import { servePublicObject } from "./cloudflare/public-objects.ts";
import { serveHost } from "./fly/edge.ts";
import { resolverHost, serveResolver } from "./resolver.ts";
import type { World } from "./world.ts";

type Scheme = "http" | "https";

/** Answers as the real internet would for the request's Host. The scheme comes from `X-Forwarded-Proto`. */
export async function serveInternet(world: World, request: Request): Promise<Response> {
  const url = new URL(request.url);
  if (url.hostname === resolverHost) return serveResolver(world, url);
  const scheme = request.headers.get("x-forwarded-proto") === "https" ? "https" : "http";
  return isProxied(world, url.hostname)
    ? serveEdge(world, url, scheme, request)
    : serveDirect(world, url.hostname, scheme, request);
}

/**
 * Cloudflare's edge: an R2 custom domain, or the origin of the proxied record, plus the zone's header rules.
 */
async function serveEdge(world: World, url: URL, scheme: Scheme, request: Request): Promise<Response> {
  const facts = { host: url.hostname, method: request.method, path: url.pathname, scheme };
  const refusal = edgeRefusal(world, facts) ?? challenge(world, facts, request);
  if (refusal !== undefined) return refusal;
  const origin =
    servePublicObject(world, request) ??
    (await throughCache(world, request, () =>
      serveOrigin(world, url.hostname, originScheme(world, facts), request),
    ));
  const answer = new Response(origin.body, origin);
  transformHeaders(world, { ...facts, status: origin.status }, answer.headers);
  answer.headers.set("server", "cloudflare");
  return answer;
}

/**
 * The edge connects to the record's target, with the visitor's Host and the scheme that the SSL mode
 * prescribes.
 */
async function serveOrigin(world: World, host: string, scheme: Scheme, request: Request): Promise<Response> {
  const record = recordsAt(world, host).find((r) => ["A", "AAAA", "CNAME"].includes(r.type));
  const address = record?.type === "CNAME" ? addressOf(world, record.content) : record?.content;
  if (address === undefined) return new Response("error code: 530", { status: 530 });
  return serveHost(world, address, host, scheme, request);
}

async function serveDirect(world: World, host: string, scheme: Scheme, request: Request): Promise<Response> {
  const address = addressOf(world, host);
  if (address === undefined) {
    return new Response(`could not resolve host: ${host}`, {
      status: 502,
      headers: { "x-local-error": "NXDOMAIN" },
    });
  }
  return serveHost(world, address, host, scheme, request);
}

function addressOf(world: World, host: string): string | undefined {
  return lookup(world, host, "A")[0] ?? lookup(world, host, "AAAA")[0];
}
