/** A request from outside to a community's host: DNS, then Cloudflare's edge or Fly's proxy. */
import { lookup, recordsAt } from "./cloudflare/dns.ts";
import { edgeHeaders } from "./cloudflare/edge.ts";
import { bucketForHost, getObject } from "./cloudflare/r2.ts";
import { serveHost } from "./fly/edge.ts";
import { resolverHost, serveResolver } from "./resolver.ts";
import type { World } from "./world.ts";

type Scheme = "http" | "https";

/** Answers as the real internet would for the request's Host; the scheme is that of `X-Forwarded-Proto`. */
export async function serveInternet(world: World, request: Request): Promise<Response> {
  const url = new URL(request.url);
  if (url.hostname === resolverHost) return serveResolver(world, url);
  const scheme = request.headers.get("x-forwarded-proto") === "https" ? "https" : "http";
  const proxied = recordsAt(world, url.hostname).some((record) => record.proxied);
  return proxied ? serveEdge(world, url, scheme, request) : serveDirect(world, url.hostname, scheme, request);
}

/** Cloudflare's edge: an R2 custom domain, or the origin behind the proxied record, plus the zone's header rules. */
async function serveEdge(world: World, url: URL, scheme: Scheme, request: Request): Promise<Response> {
  const bucket = bucketForHost(world, url.hostname);
  const origin =
    bucket === undefined
      ? await serveOrigin(world, url.hostname, scheme, request)
      : serveObject(world, bucket, decodeURIComponent(url.pathname.slice(1)));
  const answer = new Response(origin.body, origin);
  for (const [name, value] of Object.entries(edgeHeaders(world, url.hostname, request.method))) {
    answer.headers.set(name, value);
  }
  answer.headers.set("server", "cloudflare");
  return answer;
}

/** A custom domain shows objects and no listing: its root is a 404. developers.cloudflare.com/r2/buckets/public-buckets */
function serveObject(world: World, bucket: string, key: string): Response {
  const object = key === "" ? undefined : getObject(world, bucket, key);
  if (object === undefined) return new Response("Object not found", { status: 404 });
  return new Response(object.body, { headers: { "content-type": object.contentType } });
}

/** The edge dials the record's target and asks it for the visitor's host, by the visitor's scheme (Full, strict or not). */
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
