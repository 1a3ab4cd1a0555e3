/**
 * What must hold of a community that is up, as a visitor, another server of the fediverse and a mail server see it.
 * Sources: Mastodon's controllers and its dist/nginx.conf, https://docs.joinmastodon.org/spec/webfinger/ and
 * https://docs.joinmastodon.org/admin/prerequisites/.
 */
import { type Check, check } from "./check.ts";
import type { Community } from "./community.ts";
import { at, field, header, json, must, parsed, status } from "./expect.ts";
import { look, lookAgain, unknownDns } from "./repairs.ts";
import type { Answer } from "./visitor.ts";

/** The header that browsers send when a page of another origin asks. */
export const crossOrigin = { origin: "https://elsewhere.example" };

const atDomain = ({ domain }: Community) => domain;
const atStreaming = ({ streamingHost }: Community) => streamingHost;

/** All checks, in the order of a visit: names, the site, the fediverse, streaming, assets, files, mail. */
export const checks: Check[] = [
  check({
    name: "DNS: the domain and its streaming host have IPv4 and IPv6 addresses",
    at: ({ domain }) => `DNS of ${domain}`,
    asked: ({ domain, streamingHost }) => `A and AAAA of ${domain} and ${streamingHost}`,
    async ask({ resolve }, { domain, streamingHost }) {
      const hosts = [domain, streamingHost];
      return Promise.all(
        hosts.map(async (host) => {
          const [v4, v6] = await Promise.all([resolve(host, "A"), resolve(host, "AAAA")]);
          return { host, v4, v6 };
        }),
      );
    },
    judge(addresses) {
      for (const { host, v4, v6 } of addresses) {
        must(v4.length > 0, `${host} has no A record`);
        must(v6.length > 0, `${host} has no AAAA record`);
      }
    },
    means: "Some or all visitors and other servers cannot find the host.",
    repair:
      "pulumi preview --refresh   (compares the zone with the state)\npulumi up --refresh        (recreates missing records)",
    urgency: "critical",
    unanswered: unknownDns,
  }),
  check({
    name: "web: /health is OK",
    at: atDomain,
    asked: ({ domain }) => `https://${domain}/health`,
    ask: ({ ask }, { domain }) => ask(`https://${domain}/health`),
    judge(answer) {
      status(answer, 200);
      must(/OK|"UP"/.test(answer.body), `/health says ${answer.body.slice(0, 60)}`);
    },
    means: "The site is down.",
    repair: `${look}\nfly logs -a <app>     (the log of the web machines)\nhttps://status.flyio.net`,
    urgency: "critical",
  }),
  check({
    name: "web: plain http redirects to https",
    at: atDomain,
    asked: ({ domain }) => `http://${domain}/`,
    ask: ({ ask }, { domain }) => ask(`http://${domain}/`),
    judge(answer, { domain }) {
      status(answer, 301);
      header(answer, "location", `https://${domain}/`);
    },
    means: "People who type the bare name reach no page, or an unencrypted one.",
    repair: `${look}\nA host behind Cloudflare's proxy redirects in a loop: its record must be unproxied (DNS only).`,
    urgency: "warning",
  }),
  check({
    name: "web: security headers",
    at: atDomain,
    asked: ({ domain }) => `the headers of https://${domain}/`,
    ask: ({ ask }, { domain }) => ask(`https://${domain}/`),
    judge(answer, { assetsHost, filesHost, streamingHost }) {
      header(answer, "strict-transport-security", /max-age=63072000;\s*includeSubDomains/i, {
        means: "Browsers do not insist on https: a network in between can read the first visit.",
      });
      header(answer, "x-frame-options", "DENY");
      header(answer, "x-content-type-options", "nosniff");
      header(answer, "referrer-policy", "same-origin");
      for (const host of [assetsHost, filesHost, streamingHost]) {
        if (host !== undefined)
          header(answer, "content-security-policy", new RegExp(host.replaceAll(".", "\\.")), {
            means: `Browsers block what the pages load from ${host}.`,
            repair:
              "the policy is built from CDN_HOST, S3_ALIAS_HOST and STREAMING_API_BASE_URL: check that mastiff:env sets none of them\n" +
              look,
          });
      }
    },
    means: "Browsers protect visitors less than Mastodon intends.",
    repair: `Mastodon sends this header: find out what changes it in between (a rule in the zone, a proxy)\n${look}`,
    urgency: "warning",
  }),
  check({
    name: "web: the instance describes itself (/api/v2/instance)",
    at: atDomain,
    asked: ({ domain }) => `https://${domain}/api/v2/instance`,
    ask: ({ ask }, { domain }) => ask(`https://${domain}/api/v2/instance`, crossOrigin),
    judge(answer, { domain, streamingHost, version, vapidPublicKey }) {
      status(answer, 200);
      header(answer, "access-control-allow-origin", "*");
      const instance = json(answer);
      field(instance, "domain", domain, {
        means: "The server believes that it has another domain, so handles and signatures are wrong.",
        repair:
          "LOCAL_DOMAIN is wrong in the machines: see pulumi preview, and leave the community's domain as it was",
      });
      field(instance, "configuration.urls.streaming", `wss://${streamingHost}`, {
        urgency: "warning",
        means: "Apps ask the wrong address for live updates: timelines change only when they are reloaded.",
      });
      if (version !== undefined)
        field(instance, "version", version, {
          urgency: "warning",
          means: "The running version is not the configured one: an upgrade was not finished.",
          repair: "pulumi preview   (says what is left to do)\npulumi up",
        });
      if (vapidPublicKey !== undefined)
        field(instance, "configuration.vapid.public_key", vapidPublicKey, {
          means: "Push notifications do not reach the browsers that have subscribed.",
        });
    },
    means: "Apps cannot log in: this is the first address that they ask.",
    repair: look,
    urgency: "critical",
  }),
  check({
    name: "fediverse: the owner is found (webfinger), a stranger is not",
    at: atDomain,
    asked: ({ domain, owner }) => webfinger(domain, owner ?? domain),
    async ask({ ask }, { domain, owner }) {
      const [answer, stranger] = await Promise.all([
        ask(webfinger(domain, owner ?? domain)),
        ask(webfinger(domain, "nobody_of_that_name")),
      ]);
      return { answer, stranger };
    },
    judge({ answer, stranger }, { domain, owner }) {
      status(answer, 200);
      header(answer, "content-type", /^application\/jrd\+json/);
      const found = json(answer);
      // The server's own account has a name that depends on Mastodon's version.
      if (owner !== undefined) field(found, "subject", `acct:${owner}@${domain}`);
      must(selfLink(found) !== undefined, "links has no self link of type application/activity+json");
      status(stranger, 404, {
        urgency: "warning",
        means: "Every name seems to have an account: something other than Mastodon answers.",
      });
    },
    means: "Other servers cannot find this server's accounts: nobody here can be followed or mentioned.",
    repair: `${look}\nfly logs -a <app>     (what Mastodon says to /.well-known/webfinger)`,
    urgency: "critical",
  }),
  check({
    name: "fediverse: the owner's actor has a public key",
    at: atDomain,
    asked: ({ domain, owner }) => `the self link of ${webfinger(domain, owner ?? domain)}`,
    async ask({ ask }, { domain, owner }) {
      const found = await ask(webfinger(domain, owner ?? domain));
      const href = selfLink(parsed(found));
      const actor = href === undefined ? undefined : await ask(href, { accept: "application/activity+json" });
      return { found, actor };
    },
    judge({ found, actor }) {
      must(selfLink(json(found)) !== undefined && actor !== undefined, "webfinger names no actor");
      status(actor, 200);
      const pem = at(json(actor), "publicKey.publicKeyPem");
      must(
        typeof pem === "string" && pem.includes("BEGIN PUBLIC KEY"),
        "publicKey.publicKeyPem is not a public key",
      );
    },
    means: "Other servers refuse what this server sends, because they cannot verify its signatures.",
    repair: `${look}\nfly logs -a <app>     (a decryption error means that the ACTIVE_RECORD_ENCRYPTION keys have changed)`,
    urgency: "critical",
  }),
  check({
    name: "fediverse: host-meta and nodeinfo",
    at: atDomain,
    asked: ({ domain }) =>
      `https://${domain}/.well-known/host-meta and https://${domain}/.well-known/nodeinfo`,
    async ask({ ask }, { domain }) {
      const [meta, links] = await Promise.all([
        ask(`https://${domain}/.well-known/host-meta`),
        ask(`https://${domain}/.well-known/nodeinfo`),
      ]);
      const href = nodeinfoLink(parsed(links));
      return { meta, links, nodeinfo: href === undefined ? undefined : await ask(href) };
    },
    judge({ meta, links, nodeinfo }) {
      status(meta, 200);
      header(meta, "content-type", /^application\/xrd\+xml/);
      must(
        meta.body.includes("/.well-known/webfinger?resource={uri}"),
        "host-meta names no webfinger template",
      );
      must(nodeinfoLink(json(links)) !== undefined && nodeinfo !== undefined, "nodeinfo has no links");
      field(json(nodeinfo), "software.name", "mastodon");
    },
    means: "Some servers and directories do not recognise this server as a Mastodon server.",
    repair: `${look}\nfly logs -a <app>     (what Mastodon says to /.well-known)`,
    urgency: "warning",
  }),
  check({
    name: "streaming: healthy on its own host",
    at: atStreaming,
    asked: ({ streamingHost }) => `https://${streamingHost}/api/v1/streaming/health`,
    ask: ({ ask }, { streamingHost }) => ask(`https://${streamingHost}/api/v1/streaming/health`, crossOrigin),
    judge(answer) {
      status(answer, 200);
      header(answer, "access-control-allow-origin", "*");
      must(answer.body.trim() === "OK", `health says ${answer.body.slice(0, 60)}`);
    },
    means: "Timelines and notifications do not arrive by themselves: people have to reload.",
    repair: `${look}\nfly logs -a <app>-streaming     (the log of streaming, which needs the database and Redis)`,
    urgency: "critical",
  }),
  check({
    name: "streaming: a WebSocket reaches the host and is asked for a token",
    at: atStreaming,
    asked: ({ streamingHost }) => `wss://${streamingHost}/api/v1/streaming, without a token`,
    ask: ({ ask }, { streamingHost }) => ask(`wss://${streamingHost}/api/v1/streaming`),
    judge(answer) {
      status(answer, 401);
      header(answer, "x-error-message", /./);
    },
    means: "Apps cannot open a stream, although the host answers: something in between stops WebSockets.",
    repair: `${look}\nThe streaming host must point directly to Fly, not go through Cloudflare's proxy (DNS only).`,
    urgency: "critical",
  }),
  check({
    name: "streaming: the web host redirects to the streaming host",
    at: atDomain,
    asked: ({ domain }) => `https://${domain}/api/v1/streaming/health`,
    ask: ({ ask }, { domain }) => ask(`https://${domain}/api/v1/streaming/health`),
    judge(answer, { streamingHost }) {
      status(answer, 301);
      header(answer, "location", `https://${streamingHost}/api/v1/streaming/health`);
    },
    means: "Old apps, which do not read the address of the streaming host, get no live updates.",
    repair: look,
    urgency: "info",
  }),
  check({
    name: "assets: a page's scripts come from the cache, readable from any origin",
    at: ({ assetsHost, domain }) => assetsHost ?? domain,
    asked: ({ domain }) => `a script that https://${domain}/about names, twice`,
    async ask({ ask }, { domain }) {
      const page = await ask(`https://${domain}/about`);
      const url = packIn(page);
      if (url === undefined) return { page, first: undefined, second: undefined };
      const first = await ask(url, crossOrigin);
      return { page, first, second: await ask(url, crossOrigin) };
    },
    judge({ page, first, second }, { assetsHost }) {
      const url = packIn(page);
      must(url !== undefined && first !== undefined && second !== undefined, "/about names no /packs/ file");
      const { hostname } = new URL(url);
      must(
        assetsHost === undefined || hostname === assetsHost,
        `packs come from ${hostname}, not ${assetsHost}`,
        {
          urgency: "warning",
          means: "Scripts and styles do not come from the cache: every page costs the web machines more.",
          repair: `CDN_HOST sets this host: check that mastiff:env does not set it\n${look}`,
        },
      );
      status(first, 200);
      header(first, "access-control-allow-origin", "*", {
        means: "Browsers refuse scripts from another host without this header: pages stay blank.",
        repair: lookAgain,
      });
      header(second, "cf-cache-status", "HIT", {
        urgency: "info",
        means: "Cloudflare does not cache the scripts: every page costs the web machines more.",
        repair:
          "ask again in a minute: the first visit from a region fills its cache\n" +
          "Cloudflare dashboard, Caching: a rule that bypasses the cache, or Development Mode",
      });
    },
    means: "Pages stay blank: their scripts do not load.",
    repair: look,
    urgency: "critical",
  }),
  filesCheck("files: reachable from any origin, with no listing", ({ filesHost }) => filesHost),
  check({
    name: "mail: SPF or SendGrid's CNAMEs, DKIM and DMARC are published",
    at: ({ domain }) => `DNS of ${domain}`,
    asked: ({ domain, sendgrid }) =>
      `TXT of _dmarc.${domain}${sendgrid ? `, CNAME of s1._domainkey.${domain} and s2._domainkey.${domain}` : ""}`,
    async ask({ resolve }, { domain, sendgrid }) {
      const selectors = sendgrid ? ["s1", "s2"] : [];
      const [dmarc, keys] = await Promise.all([
        dmarcOf(resolve, domain),
        Promise.all(
          selectors.map(async (selector) => {
            const name = `${selector}._domainkey.${domain}`;
            const [target = "nothing"] = await resolve(name, "CNAME");
            return { name, target };
          }),
        ),
      ]);
      return { dmarc, keys };
    },
    judge({ dmarc, keys }, { domain }) {
      must(dmarc.length > 0, `_dmarc.${domain} has no DMARC record`);
      for (const { name, target } of keys) {
        must(/\.sendgrid\.net$/.test(target), `${name} points to ${target}, not to SendGrid`, {
          means: "SendGrid does not sign the mails for the domain: they end in spam folders or are refused.",
          repair: "pulumi up --refresh   (recreates missing records)\npulumi stack output waitingFor",
        });
      }
    },
    means:
      "Large mail providers distrust a domain without DMARC: confirmations and password mails go missing.",
    repair:
      "pulumi config set mastiff:dmarcPolicy none\npulumi up\nIf you keep the record by hand: add a TXT record that begins with v=DMARC1.",
    urgency: "warning",
    unanswered: unknownDns,
  }),
];

/** A host of uploads serves them, and does not list them. */
export function filesCheck(name: string, host: (community: Community) => string): Check {
  return check({
    name,
    at: host,
    asked: (community) => `https://${host(community)}/`,
    ask: ({ ask }, community) => ask(`https://${host(community)}/`, crossOrigin),
    judge(answer) {
      status(answer, 404);
      header(answer, "access-control-allow-origin", "*", {
        urgency: "warning",
        means: "Web apps of other origins cannot read the uploads: audio, video and cropped pictures fail.",
        repair: lookAgain,
      });
      must(!/<ListBucketResult/.test(answer.body), "the bucket lists its objects", {
        means: "Anybody can list every upload, including those of private posts.",
        repair:
          "the host must be the bucket's own domain at R2 (Cloudflare dashboard, R2, the bucket, Settings, Custom Domains)\n" +
          lookAgain,
      });
    },
    means: "Pictures and other uploads do not load, on this server and on all servers that show them.",
    repair: `pulumi preview   (looks at the bucket's host and switches it on again)\npulumi up\npulumi stack output waitingFor`,
    urgency: "critical",
  });
}

/** The DMARC records of the name, or of the next name above it that has one (RFC 7489 6.6.3). */
async function dmarcOf(
  resolve: (name: string, type: "TXT") => Promise<string[]>,
  domain: string,
): Promise<string[]> {
  for (let name = domain; name.includes("."); name = name.slice(name.indexOf(".") + 1)) {
    const texts = await resolve(`_dmarc.${name}`, "TXT");
    const records = texts.filter((text) => text.startsWith("v=DMARC1"));
    if (records.length > 0) return records;
  }
  return [];
}

/** Webfinger's address for an account. The domain as its name is the server's own account. */
function webfinger(domain: string, user: string): string {
  return `https://${domain}/.well-known/webfinger?resource=acct:${user}@${domain}`;
}

/** The address of the ActivityPub actor that a webfinger answer names. */
function selfLink(found: unknown): string | undefined {
  return linksOf(found).find((link) => link.rel === "self" && link.type === "application/activity+json")
    ?.href;
}

function nodeinfoLink(found: unknown): string | undefined {
  return linksOf(found)[0]?.href;
}

function linksOf(found: unknown): { rel?: string; type?: string; href?: string }[] {
  const links = at(found, "links");
  return Array.isArray(links) ? links : [];
}

/** The first script or style of a page. */
function packIn(page: Answer): string | undefined {
  return /https:\/\/[^"'\s]+\/packs\/[^"'\s]+/.exec(page.body)?.[0];
}
