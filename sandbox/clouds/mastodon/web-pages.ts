/** The routes of the web application that an outside check, another server or a browser requests first. */
import { createHash } from "node:crypto";
import { canDecrypt } from "./accounts.ts";
import type { HttpAnswer, HttpRequest, Situation } from "./behaviour.ts";
import type { Account, Schema } from "./database.ts";
import { database, misfitOf } from "./migrations.ts";
import { assetHost, localDomain, streamingUrl, webDomain } from "./web-rules.ts";

const json = (body: unknown, type = "application/json; charset=utf-8", status = 200): HttpAnswer => ({
  status,
  headers: { "content-type": type },
  body: JSON.stringify(body),
});
const html = (status: number, body: string): HttpAnswer => ({
  status,
  headers: { "content-type": "text/html; charset=utf-8" },
  body,
});
const notFound = () => html(404, page("404", "The page you were looking for doesn't exist here."));

/** Answers a request for an allowed host over https. */
export function pages(seen: Situation, request: HttpRequest): HttpAnswer {
  const { path } = request;
  const { env } = seen;
  if (path.startsWith("/packs/")) return asset(seen, path);
  if (path === "/api/v1/streaming" || path.startsWith("/api/v1/streaming/")) {
    // config/routes/api.rb: a redirect to the streaming server, with http in place of ws.
    const query = request.query.size > 0 ? `?${request.query}` : "";
    return {
      status: 301,
      headers: { location: `${streamingUrl(env).replace(/^ws/, "http")}${path}${query}` },
      body: "",
    };
  }
  if (path === "/.well-known/host-meta") return hostMeta(env);
  if (path === "/.well-known/nodeinfo") {
    const href = `https://${webDomain(env)}/nodeinfo/2.0`;
    return json({ links: [{ rel: "http://nodeinfo.diaspora.software/ns/schema/2.0", href }] });
  }
  const open = openSchema(seen);
  if (open === undefined)
    return html(500, page("500", "This page is not correct: something went wrong on our end."));
  return dynamic(seen, request, open);
}

/** The schema, if the code can work with it. */
function openSchema(seen: Situation): Schema | undefined {
  const connection = database(seen);
  if (!connection.ok) return undefined;
  const found = connection.catalogue.mastodon;
  return found === undefined || misfitOf(found, seen.image.version) !== undefined ? undefined : found;
}

function dynamic(seen: Situation, request: HttpRequest, found: Schema): HttpAnswer {
  const { env } = seen;
  const { path } = request;
  const version = seen.image.version;
  if (path === "/" || path === "/about" || path === "/explore") return html(200, shell(seen));
  if (path === "/api/v2/instance") return json(instance(seen, found));
  if (path === "/api/v1/instance") {
    return json({
      uri: localDomain(env),
      title: "Mastodon",
      version,
      urls: { streaming_api: streamingUrl(env) },
      stats: { user_count: found.accounts.length, status_count: 0, domain_count: 0 },
      registrations: false,
    });
  }
  if (path === "/nodeinfo/2.0") {
    return json({
      version: "2.0",
      software: { name: "mastodon", version },
      protocols: ["activitypub"],
      services: { outbound: [], inbound: [] },
      usage: { users: { total: found.accounts.length, activeMonth: 0, activeHalfyear: 0 }, localPosts: 0 },
      openRegistrations: false,
      metadata: {},
    });
  }
  if (path === "/.well-known/webfinger") return webfinger(env, found, request.query.get("resource"));
  const actor = /^\/(?:users\/|@)([A-Za-z0-9_]+)$/.exec(path);
  const account = found.accounts.find((a) => a.username.toLowerCase() === actor?.[1]?.toLowerCase());
  if (account === undefined) return notFound();
  if (!/application\/(activity|ld)\+json/.test(request.headers.get("accept") ?? "")) {
    return path.startsWith("/@")
      ? html(200, shell(seen))
      : { status: 302, headers: { location: `https://${webDomain(env)}/@${account.username}` }, body: "" };
  }
  // Since 4.7 an account's signing key is also encrypted: other encryption keys cannot read it.
  if (!canDecrypt(seen, found)) return html(500, page("500", "This page is not correct."));
  return json(actorBody(env, account), "application/activity+json; charset=utf-8");
}

/**
 * app/controllers/well_known/webfinger_controller.rb: 400 without a resource, 404 for an account that is not
 * local.
 */
function webfinger(env: Record<string, string>, found: Schema, resource: string | null): HttpAnswer {
  if (resource === null) return { status: 400, headers: { "content-type": "text/html" }, body: "" };
  const acct = /^(?:acct:)?@?([A-Za-z0-9_]+)@(.+)$/.exec(resource);
  const url = new RegExp(`^https://${webDomain(env)}/(?:users/|@)([A-Za-z0-9_]+)$`).exec(resource);
  const ours = acct !== null && [localDomain(env), webDomain(env)].includes(acct[2] ?? "");
  const username = url?.[1] ?? (ours ? acct?.[1] : undefined);
  const account = found.accounts.find((a) => a.username.toLowerCase() === username?.toLowerCase());
  if (account === undefined) return { status: 404, headers: {}, body: "" };
  const self = `https://${webDomain(env)}/users/${account.username}`;
  const profile = `https://${webDomain(env)}/@${account.username}`;
  return json(
    {
      subject: `acct:${account.username}@${localDomain(env)}`,
      aliases: [profile, self],
      links: [
        { rel: "http://webfinger.net/rel/profile-page", type: "text/html", href: profile },
        { rel: "self", type: "application/activity+json", href: self },
        {
          rel: "http://ostatus.org/schema/1.0/subscribe",
          template: `https://${webDomain(env)}/authorize_interaction?uri={uri}`,
        },
      ],
    },
    "application/jrd+json; charset=utf-8",
  );
}

/** app/serializers/activitypub/actor_serializer.rb, as far as another server needs it. */
function actorBody(env: Record<string, string>, account: Account): Record<string, unknown> {
  const id = `https://${webDomain(env)}/users/${account.username}`;
  return {
    "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
    id,
    webfinger: `${account.username}@${localDomain(env)}`,
    type: "Person",
    following: `${id}/following`,
    followers: `${id}/followers`,
    inbox: `${id}/inbox`,
    outbox: `${id}/outbox`,
    featured: `${id}/collections/featured`,
    preferredUsername: account.username,
    name: account.username,
    summary: "",
    url: `https://${webDomain(env)}/@${account.username}`,
    published: `${account.createdAt.slice(0, 10)}T00:00:00Z`,
    publicKey: { id: `${id}#main-key`, owner: id, publicKeyPem: account.publicKeyPem },
    endpoints: { sharedInbox: `https://${webDomain(env)}/inbox` },
  };
}

/** app/serializers/rest/instance_serializer.rb, as far as an operator needs it. */
function instance(seen: Situation, found: Schema): Record<string, unknown> {
  const { env } = seen;
  return {
    domain: localDomain(env),
    title: "Mastodon",
    version: seen.image.version,
    source_url: "https://github.com/mastodon/mastodon",
    description: "",
    usage: { users: { active_month: 0 } },
    thumbnail: { url: `${assetHost(env)}/packs/preview.png` },
    languages: [env.DEFAULT_LOCALE ?? "en"],
    configuration: {
      urls: { streaming: streamingUrl(env), status: null, about: `https://${webDomain(env)}/about` },
      vapid: { public_key: env.VAPID_PUBLIC_KEY ?? null },
      statuses: { max_characters: 500, max_media_attachments: 4, characters_reserved_per_url: 23 },
      limited_federation: env.LIMITED_FEDERATION_MODE === "true",
    },
    registrations: { enabled: false, approval_required: false, message: null, url: null },
    api_versions: { mastodon: 7 },
    contact: {
      email: "",
      account: found.accounts[0] === undefined ? null : { username: found.accounts[0].username },
    },
    rules: [],
  };
}

function hostMeta(env: Record<string, string>): HttpAnswer {
  const template = `https://${webDomain(env)}/.well-known/webfinger?resource={uri}`;
  return {
    status: 200,
    headers: { "content-type": "application/xrd+xml; charset=utf-8" },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0"><Link rel="lrdd" template="${template}"/></XRD>\n`,
  };
}

/** Names of the built files. They change with every version. */
function assetNames(version: string): { script: string; style: string } {
  const hash = createHash("sha256").update(`packs ${version}`).digest("hex").slice(0, 8);
  return { script: `/packs/application-${hash}.js`, style: `/packs/themes/default-${hash}.css` };
}

/**
 * lib/mastodon/middleware/public_file_server.rb: files are served when RAILS_SERVE_STATIC_FILES is on, which
 * is the image's default.
 */
function asset(seen: Situation, path: string): HttpAnswer {
  const { script, style } = assetNames(seen.image.version);
  if (
    seen.env.RAILS_SERVE_STATIC_FILES === "false" ||
    ![script, style, "/packs/preview.png"].includes(path)
  ) {
    return notFound();
  }
  const type = path.endsWith(".js") ? "text/javascript" : path.endsWith(".css") ? "text/css" : "image/png";
  return {
    status: 200,
    headers: { "content-type": type, "cache-control": "public, max-age=2419200, must-revalidate" },
    body: `/* ${path} of Mastodon ${seen.image.version} */\n`,
  };
}

/** The page that loads the web interface. */
function shell(seen: Situation): string {
  const { script, style } = assetNames(seen.image.version);
  const host = assetHost(seen.env);
  return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Mastodon</title><link rel="stylesheet" crossorigin="anonymous" href="${host}${style}"><script src="${host}${script}" crossorigin="anonymous" type="module"></script></head><body><div id="mastodon"></div></body></html>`;
}

export function page(title: string, text: string): string {
  return `<!DOCTYPE html><html lang="en"><head><title>${title} - Mastodon</title></head><body><p>${text.replaceAll("<", "&lt;")}</p></body></html>`;
}
