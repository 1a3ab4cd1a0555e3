/** What a healthy community answers to visitors: pages, for a server or an inspector to play. */
import type { Community } from "../../checks/community.ts";

/** A page by `<scheme> <host><path and query>`. */
export interface Page {
  status?: number;
  headers?: Record<string, string>;
  body?: string;
}

export const community: Community = {
  domain: "acme.social",
  streamingHost: "streaming.acme.social",
  filesHost: "files.acme.social",
  assetsHost: "assets.acme.social",
  owner: "ada",
  version: "4.6.3",
  vapidPublicKey: "BPUBLIC",
  sendgrid: true,
};

/** The header of answers that pages of any origin may read. */
export const any = { "access-control-allow-origin": "*" };

const self = { rel: "self", type: "application/activity+json", href: "https://acme.social/users/ada" };

/** What /api/v2/instance says. */
export const instance = {
  domain: "acme.social",
  version: "4.6.3",
  contact: { account: { avatar: "https://files.acme.social/accounts/avatars/1.png" } },
  configuration: {
    urls: { streaming: "wss://streaming.acme.social" },
    vapid: { public_key: "BPUBLIC" },
  },
};

/** A release as GitHub lists it. */
export function released(tag: string, day: string, notes = "## Changelog\n\n### Fixed"): object {
  return { tag_name: tag, published_at: `${day}T12:00:00Z`, draft: false, prerelease: false, body: notes };
}

/** Where GitHub lists the releases, and the releases among which the community's is the newest. */
export function releases(...newer: object[]): [string, Page] {
  const list = [...newer, released("v4.6.3", "2026-10-01"), released("v4.5.9", "2026-10-01", "### Security")];
  const preview = { ...released("v4.7.0-rc.1", "2026-11-01"), prerelease: true };
  return [
    "https api.github.com/repos/mastodon/mastodon/releases?per_page=40",
    { body: JSON.stringify([preview, ...list]) },
  ];
}

/** An answer of DNS over HTTPS. @param data undefined: there is no such name */
export function dns(name: string, type: string, data?: string): [string, Page] {
  const numbers: Record<string, number> = { A: 1, AAAA: 28, CNAME: 5, TXT: 16 };
  const answer =
    data === undefined ? { Status: 3 } : { Status: 0, Answer: [{ name, type: numbers[type], data }] };
  return [`https cloudflare-dns.com/dns-query?name=${name}&type=${type}`, { body: JSON.stringify(answer) }];
}

/** The pages of a healthy community. */
export function healthy(): Record<string, Page> {
  return Object.fromEntries([
    ...["acme.social", "streaming.acme.social"].flatMap((host) => [
      dns(host, "A", "203.0.113.1"),
      dns(host, "AAAA", "2001:db8::1"),
    ]),
    ["https cloudflare-dns.com/dns-query?name=acme.social&type=A&cd=1", { body: '{"Status":0}' }],
    releases(),
    ["https files.acme.social/accounts/avatars/1.png", { headers: any }],
    dns("_dmarc.acme.social", "TXT", '"v=DMARC1; " "p=none"'),
    dns("s1._domainkey.acme.social", "CNAME", "s1.domainkey.u1.wl1.sendgrid.net."),
    dns("s2._domainkey.acme.social", "CNAME", "s2.domainkey.u1.wl1.sendgrid.net."),
    ["https acme.social/health", { body: "OK" }],
    ["http acme.social/", { status: 301, headers: { location: "https://acme.social/" } }],
    [
      "https acme.social/",
      {
        headers: {
          "strict-transport-security": "max-age=63072000; includeSubDomains",
          "x-frame-options": "DENY",
          "x-content-type-options": "nosniff",
          "referrer-policy": "same-origin",
          "content-security-policy":
            "img-src https://assets.acme.social https://files.acme.social; connect-src wss://streaming.acme.social",
        },
      },
    ],
    ["https acme.social/api/v2/instance", { headers: any, body: JSON.stringify(instance) }],
    [
      "https acme.social/.well-known/webfinger?resource=acct:ada@acme.social",
      {
        headers: { "content-type": "application/jrd+json; charset=utf-8" },
        body: JSON.stringify({ subject: "acct:ada@acme.social", links: [self] }),
      },
    ],
    [
      "https acme.social/users/ada",
      { body: JSON.stringify({ publicKey: { publicKeyPem: "-----BEGIN PUBLIC KEY-----" } }) },
    ],
    [
      "https acme.social/.well-known/host-meta",
      {
        headers: { "content-type": "application/xrd+xml" },
        body: '<Link template="https://acme.social/.well-known/webfinger?resource={uri}"/>',
      },
    ],
    [
      "https acme.social/.well-known/nodeinfo",
      { body: JSON.stringify({ links: [{ href: "https://acme.social/nodeinfo/2.0" }] }) },
    ],
    ["https acme.social/nodeinfo/2.0", { body: JSON.stringify({ software: { name: "mastodon" } }) }],
    ["https streaming.acme.social/api/v1/streaming/health", { headers: any, body: "OK" }],
    [
      "https streaming.acme.social/api/v1/streaming",
      { status: 401, headers: { "x-error-message": "token" } },
    ],
    [
      "https acme.social/api/v1/streaming/health",
      { status: 301, headers: { location: "https://streaming.acme.social/api/v1/streaming/health" } },
    ],
    ["https acme.social/about", { body: '<script src="https://assets.acme.social/packs/a.js">' }],
    ["https assets.acme.social/packs/a.js", { headers: { ...any, "cf-cache-status": "HIT" } }],
    ["https files.acme.social/", { status: 404, headers: any }],
  ] satisfies [string, Page][]);
}
