import { createServer, type Server } from "node:http";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { communityOf } from "../../checks/community.ts";
import { runChecks } from "../../checks/run.ts";
import { checks } from "../../checks/table.ts";
import { openVisitor } from "../../checks/visitor.ts";
import { any, community, dns, healthy, instance, type Page } from "../support/healthy-community.ts";

let pages: Record<string, Page>;
let server: Server;
let base: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    const page = pages[`${request.headers["x-forwarded-proto"]} ${request.headers.host}${request.url}`];
    const headers = page === undefined ? { "x-asked": "unknown" } : page.headers;
    response.writeHead(page === undefined ? 404 : (page.status ?? 200), headers).end(page?.body ?? "");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  base = `http://127.0.0.1:${address.port}`;
});
afterAll(() => server.close());
beforeEach(() => {
  pages = healthy();
});

async function problems(): Promise<Record<string, string>> {
  const results = await runChecks(openVisitor({ local: base }), community);
  const red = results.filter(({ problem }) => problem !== undefined);
  return Object.fromEntries(red.map(({ name, problem }) => [name, problem ?? ""]));
}

test("a healthy community is green throughout", async () => {
  expect(await problems()).toEqual({});
});

const page = (key: string, change: Page): [string, Page] => [key, change];
const webfinger = "https acme.social/.well-known/webfinger?resource=acct:ada@acme.social";

/** A broken page, the check that must notice it, and the message of this check. */
const breakages: [string, [string, Page], string][] = [
  ["DNS", dns("streaming.acme.social", "AAAA"), "streaming.acme.social has no AAAA record"],
  ["web: /health", page("https acme.social/health", { status: 503 }), "status 503, should be 200"],
  ["web: plain http", page("http acme.social/", { body: "hello" }), "status 200, should be 301 (hello)"],
  [
    "web: security headers",
    page("https acme.social/", {}),
    "header strict-transport-security is absent, should be /max-age=63072000;\\s*includeSubDomains/i",
  ],
  [
    "web: the instance",
    page("https acme.social/api/v2/instance", {
      headers: any,
      body: JSON.stringify({ ...instance, version: "4.5.0" }),
    }),
    'version is "4.5.0", should be "4.6.3"',
  ],
  [
    "fediverse: the owner is found",
    page("https acme.social/.well-known/webfinger?resource=acct:nobody_of_that_name@acme.social", {}),
    "status 200, should be 404",
  ],
  [
    "fediverse: the owner's actor",
    page("https acme.social/users/ada", { body: "{}" }),
    "publicKey.publicKeyPem is not a public key",
  ],
  [
    "fediverse: host-meta",
    page("https acme.social/nodeinfo/2.0", { body: '{"software":{"name":"pleroma"}}' }),
    'software.name is "pleroma", should be "mastodon"',
  ],
  [
    "streaming: healthy",
    page("https streaming.acme.social/api/v1/streaming/health", { body: "OK" }),
    "header access-control-allow-origin is absent, should be *",
  ],
  [
    "streaming: a WebSocket",
    page("https streaming.acme.social/api/v1/streaming", { status: 404 }),
    "status 404, should be 401",
  ],
  [
    "streaming: the web host",
    page("https acme.social/api/v1/streaming/health", { status: 301, headers: { location: "/elsewhere" } }),
    'header location is "/elsewhere", should be https://streaming.acme.social/api/v1/streaming/health',
  ],
  [
    "assets:",
    page("https assets.acme.social/packs/a.js", { headers: { ...any, "cf-cache-status": "MISS" } }),
    'header cf-cache-status is "MISS", should be HIT',
  ],
  [
    "files:",
    page("https files.acme.social/", { status: 404, headers: any, body: "<ListBucketResult>" }),
    "the bucket lists its objects",
  ],
  [
    "mail:",
    dns("s2._domainkey.acme.social", "CNAME", "elsewhere.example."),
    "s2._domainkey.acme.social points to elsewhere.example, not to SendGrid",
  ],
];

test.each(breakages)(
  "%s… notices what is broken, and no other check is red",
  async (start, [key, broken], seen) => {
    pages[key] = broken;
    const found = await problems();
    expect(Object.values(found)).toEqual([seen]);
    expect(Object.keys(found)[0]).toMatch(new RegExp(`^${start.replaceAll(/[()]/g, "\\$&")}`));
  },
);

test("no check is without a breakage", () => {
  for (const { name } of checks)
    expect(
      breakages.filter(([start]) => name.startsWith(start)),
      name,
    ).toHaveLength(1);
});

test("a webfinger without an actor reddens both checks that read it", async () => {
  pages[webfinger] = { body: JSON.stringify({ subject: "acct:ada@acme.social", links: [] }) };
  expect(Object.values(await problems())).toEqual([
    "header content-type is absent, should be /^application\\/jrd\\+json/",
    "webfinger names no actor",
  ]);
});

test("a host that nobody answers for is a finding, not a crash", async () => {
  const results = await runChecks(openVisitor({ local: "http://127.0.0.1:1" }), community);
  expect(results.every(({ problem }) => problem?.includes("ECONNREFUSED"))).toBe(true);
});

test("what a stack put out says what to look for", () => {
  expect(
    communityOf({
      url: "https://acme.social",
      streamingUrl: "wss://streaming.acme.social",
      filesUrl: "https://files.acme.social",
      ownerUsername: "ada",
      secrets: { VAPID_PUBLIC_KEY: "BPUBLIC" },
      flyToml:
        'image = "ghcr.io/mastodon/mastodon:v4.6.3"\n[env]\n  CDN_HOST = "https://assets.acme.social"\n  SMTP_SERVER = "smtp.sendgrid.net"\n',
    }),
  ).toEqual(community);
  expect(() => communityOf({})).toThrow("the stack has no output url: has pulumi up been run?");
});
