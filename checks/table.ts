/**
 * What must hold of a community that is up, as a visitor, another server of the fediverse and a mail server see it.
 * Sources: Mastodon's controllers and its dist/nginx.conf, https://docs.joinmastodon.org/spec/webfinger/ and
 * https://docs.joinmastodon.org/admin/prerequisites/.
 */
import type { Community } from "./community.ts";
import { at, field, header, json, must, status } from "./expect.ts";
import type { Visitor } from "./visitor.ts";

/** One thing that must hold. */
export interface Check {
  /** Shown as it is. */
  name: string;
  /** @throws Finding, or any error that kept the check from finding out. */
  run(visitor: Visitor, community: Community): Promise<void>;
}

/** The header that browsers send when a page of another origin asks. */
const crossOrigin = { origin: "https://elsewhere.example" };

/** All checks, in the order of a visit: names, the site, the fediverse, streaming, assets, files, mail. */
export const checks: Check[] = [
  {
    name: "DNS: the domain and its streaming host have IPv4 and IPv6 addresses",
    async run({ resolve }, { domain, streamingHost }) {
      for (const host of [domain, streamingHost]) {
        must((await resolve(host, "A")).length > 0, `${host} has no A record`);
        must((await resolve(host, "AAAA")).length > 0, `${host} has no AAAA record`);
      }
    },
  },
  {
    name: "web: /health is OK",
    async run({ ask }, { domain }) {
      const answer = await ask(`https://${domain}/health`);
      status(answer, 200);
      must(/OK|"UP"/.test(answer.body), `/health says ${answer.body.slice(0, 60)}`);
    },
  },
  {
    name: "web: plain http is sent to https",
    async run({ ask }, { domain }) {
      const answer = await ask(`http://${domain}/`);
      status(answer, 301);
      header(answer, "location", `https://${domain}/`);
    },
  },
  {
    name: "web: security headers",
    async run({ ask }, { domain, assetsHost, filesHost, streamingHost }) {
      const answer = await ask(`https://${domain}/`);
      header(answer, "strict-transport-security", /max-age=63072000;\s*includeSubDomains/i);
      header(answer, "x-frame-options", "DENY");
      header(answer, "x-content-type-options", "nosniff");
      header(answer, "referrer-policy", "same-origin");
      for (const host of [assetsHost, filesHost, streamingHost]) {
        if (host !== undefined)
          header(answer, "content-security-policy", new RegExp(host.replaceAll(".", "\\.")));
      }
    },
  },
  {
    name: "web: the instance describes itself (/api/v2/instance)",
    async run({ ask }, { domain, streamingHost, version, vapidPublicKey }) {
      const answer = await ask(`https://${domain}/api/v2/instance`, crossOrigin);
      status(answer, 200);
      header(answer, "access-control-allow-origin", "*");
      const instance = json(answer);
      field(instance, "domain", domain);
      field(instance, "configuration.urls.streaming", `wss://${streamingHost}`);
      if (version !== undefined) field(instance, "version", version);
      if (vapidPublicKey !== undefined) field(instance, "configuration.vapid.public_key", vapidPublicKey);
    },
  },
  {
    name: "fediverse: the owner is found (webfinger), a stranger is not",
    async run({ ask }, { domain, owner }) {
      const answer = await ask(webfinger(domain, owner));
      status(answer, 200);
      header(answer, "content-type", /^application\/jrd\+json/);
      const found = json(answer);
      field(found, "subject", `acct:${owner}@${domain}`);
      must(selfLink(found) !== undefined, "links has no self of type application/activity+json");
      status(await ask(webfinger(domain, "nobody_of_that_name")), 404);
    },
  },
  {
    name: "fediverse: the owner's actor has a public key",
    async run({ ask }, { domain, owner }) {
      const href = selfLink(json(await ask(webfinger(domain, owner))));
      must(href !== undefined, "webfinger names no actor");
      const answer = await ask(href, { accept: "application/activity+json" });
      status(answer, 200);
      const pem = at(json(answer), "publicKey.publicKeyPem");
      must(typeof pem === "string" && pem.includes("BEGIN PUBLIC KEY"), "publicKey.publicKeyPem is no key");
    },
  },
  {
    name: "fediverse: host-meta and nodeinfo",
    async run({ ask }, { domain }) {
      const meta = await ask(`https://${domain}/.well-known/host-meta`);
      status(meta, 200);
      header(meta, "content-type", /^application\/xrd\+xml/);
      must(
        meta.body.includes("/.well-known/webfinger?resource={uri}"),
        "host-meta names no webfinger template",
      );
      const links = at(json(await ask(`https://${domain}/.well-known/nodeinfo`)), "links");
      const href = (links as { href?: string }[] | undefined)?.[0]?.href;
      must(href !== undefined, "nodeinfo has no links");
      field(json(await ask(href)), "software.name", "mastodon");
    },
  },
  {
    name: "streaming: healthy on its own host",
    async run({ ask }, { streamingHost }) {
      const answer = await ask(`https://${streamingHost}/api/v1/streaming/health`, crossOrigin);
      status(answer, 200);
      header(answer, "access-control-allow-origin", "*");
      must(answer.body.trim() === "OK", `health says ${answer.body.slice(0, 60)}`);
    },
  },
  {
    name: "streaming: a WebSocket reaches it and is asked for a token",
    async run({ ask }, { streamingHost }) {
      const answer = await ask(`wss://${streamingHost}/api/v1/streaming`, {
        connection: "Upgrade",
        upgrade: "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
      });
      status(answer, 401);
      header(answer, "x-error-message", /./);
    },
  },
  {
    name: "streaming: the web host sends it to its own",
    async run({ ask }, { domain, streamingHost }) {
      const answer = await ask(`https://${domain}/api/v1/streaming/health`);
      status(answer, 301);
      header(answer, "location", `https://${streamingHost}/api/v1/streaming/health`);
    },
  },
  {
    name: "assets: a page's scripts come from the cache, readable from any origin",
    async run({ ask }, { domain, assetsHost }) {
      const page = await ask(`https://${domain}/about`);
      const url = /https:\/\/[^"'\s]+\/packs\/[^"'\s]+/.exec(page.body)?.[0];
      must(url !== undefined, "/about names no /packs/ file");
      const { hostname } = new URL(url);
      must(
        assetsHost === undefined || hostname === assetsHost,
        `packs come from ${hostname}, not ${assetsHost}`,
      );
      const first = await ask(url, crossOrigin);
      status(first, 200);
      header(first, "access-control-allow-origin", "*");
      header(await ask(url, crossOrigin), "cf-cache-status", "HIT");
    },
  },
  {
    name: "files: reachable from any origin, with no listing",
    async run({ ask }, { filesHost }) {
      const answer = await ask(`https://${filesHost}/`, crossOrigin);
      status(answer, 404);
      header(answer, "access-control-allow-origin", "*");
      must(!/<ListBucketResult/.test(answer.body), "the bucket lists its objects");
    },
  },
  {
    name: "mail: SPF or SendGrid's CNAMEs, DKIM and DMARC are published",
    async run({ resolve }, { domain, sendgrid }) {
      const dmarc = await resolve(`_dmarc.${domain}`, "TXT");
      must(
        dmarc.some((text) => text.startsWith("v=DMARC1")),
        `_dmarc.${domain} has no DMARC record`,
      );
      if (!sendgrid) return;
      for (const selector of ["s1", "s2"]) {
        const name = `${selector}._domainkey.${domain}`;
        const [target = "nothing"] = await resolve(name, "CNAME");
        must(/\.sendgrid\.net$/.test(target), `${name} leads to ${target}, not to SendGrid`);
      }
    },
  },
];

function webfinger(domain: string, user: string): string {
  return `https://${domain}/.well-known/webfinger?resource=acct:${user}@${domain}`;
}

/** The address of the ActivityPub actor that a webfinger answer names. */
function selfLink(found: Record<string, unknown>): string | undefined {
  const links = (found.links ?? []) as { rel?: string; type?: string; href?: string }[];
  return links.find((link) => link.rel === "self" && link.type === "application/activity+json")?.href;
}
