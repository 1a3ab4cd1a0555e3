/** For each check of the doctor what breaks it, and what it then says. */
import type { Certificate } from "../../checks/certificate.ts";
import type { Diagnosis } from "../../checks/examine.ts";
import type { Inside } from "../../checks/inside.ts";
import type { World } from "./doctor-world.ts";
import { any, healthy, instance, type Page, released, releases } from "./healthy-community.ts";
import { flyMacaroon } from "./macaroon.ts";
import type { S3Server } from "./s3-server.ts";

/** A check, what breaks it, what it says came, how urgent that is, and words of its advice. */
export type PlantedCause = [
  check: string,
  broken: (world: World, s3: S3Server) => void,
  came: string | RegExp,
  urgency: Diagnosis["urgency"],
  advice: string,
];

export const page = (where: string, what: Page) => (world: World) => {
  world.pages[where] = what;
};
export const records =
  (where: string, ...what: string[]) =>
  (world: World) => {
    world.records[where] = what;
  };
export const certificate = (host: string, what: Partial<Certificate>) => (world: World) => {
  world.certificates[host] = what;
};
const instanceWith = (what: object) =>
  page("https acme.social/api/v2/instance", {
    headers: { "access-control-allow-origin": "*" },
    body: JSON.stringify({ ...instance, ...what }),
  });
const inside = (change: Partial<Inside>) => (world: World) => {
  Object.assign(world.inside, change);
};
/** A part of the report with other values. */
const part = (name: keyof Inside, change: object) => (world: World) => {
  Object.assign(world.inside[name], change);
};
const sendgrid = (path: string, answer: unknown) => (world: World) => {
  world.sendgrid[path] = answer;
};
const cloudflare = (path: string, answer: unknown) => (world: World) => {
  world.cloudflare[path] = answer;
};
const githubHas =
  (...newer: object[]) =>
  (world: World) => {
    const [where, what] = releases(...newer);
    world.pages[where] = what;
  };
const inDays = (days: number) => Date.now() + (days * 24 + 1) * 3_600_000;
const day = (time: number) => new Date(time).toISOString().slice(0, 10);
const bounced = { email: "x@nowhere.example", reason: "550 no such user" };

const securityHeaders = healthy()["https acme.social/"]?.headers ?? {};

export const plantedCauses: readonly PlantedCause[] = [
  [
    "DNS: the domain and its streaming host have IPv4 and IPv6 addresses",
    records("streaming.acme.social AAAA"),
    "streaming.acme.social has no AAAA record",
    "critical",
    "pulumi up --refresh",
  ],
  [
    "DNS: the domain is in a zone at Cloudflare",
    (world) => {
      world.nameServers = [];
    },
    "acme.social has no name servers",
    "critical",
    "Check at the registrar that the domain is paid for",
  ],
  [
    "DNS: the domain is in a zone at Cloudflare",
    (world) => {
      world.nameServers = ["ns1.registrar.example"];
    },
    "acme.social is served by ns1.registrar.example",
    "warning",
    "pulumi stack output nameServers",
  ],
  [
    "DNS: files.acme.social has an address",
    (world) => {
      world.records["files.acme.social A"] = [];
      world.records["files.acme.social AAAA"] = [];
    },
    "files.acme.social has neither an A nor an AAAA record",
    "critical",
    "pulumi up --refresh",
  ],
  [
    "DNS: CAA records allow Let's Encrypt to issue certificates",
    records("acme.social CAA", '0 issue "digicert.com"'),
    'acme.social has 0 issue "digicert.com"',
    "warning",
    'CAA, 0 issue "letsencrypt.org"',
  ],
  [
    "DNS: streaming.acme.social points directly to Fly",
    page("https streaming.acme.social/api/v1/streaming/health", {
      headers: { "access-control-allow-origin": "*", server: "cloudflare" },
      body: "OK",
    }),
    'header server is "cloudflare"',
    "warning",
    "should be DNS only",
  ],
  [
    "certificate: assets.acme.social",
    certificate("assets.acme.social", { problem: "ERR_TLS_CERT_ALTNAME_INVALID" }),
    "a certificate of Let's Encrypt until 2027-01-28: ERR_TLS_CERT_ALTNAME_INVALID",
    "critical",
    "pulumi stack output waitingFor",
  ],
  [
    "certificate: acme.social",
    certificate("acme.social", { daysLeft: 13 }),
    "a certificate of Let's Encrypt until 2027-01-28, 13 days left",
    "warning",
    "fly certs show acme.social",
  ],
  [
    "certificate: acme.social",
    certificate("acme.social", { daysLeft: 3 }),
    "a certificate of Let's Encrypt until 2027-01-28, 3 days left",
    "warning",
    "fly certs show acme.social",
  ],
  [
    "certificate: acme.social",
    certificate("acme.social", { daysLeft: 2 }),
    "a certificate of Let's Encrypt until 2027-01-28, 2 days left",
    "critical",
    "fly certs show acme.social",
  ],
  [
    "web: /health is OK",
    page("https acme.social/health", { status: 503 }),
    "status 503, should be 200",
    "critical",
    "fly logs -a <app>",
  ],
  [
    "web: plain http redirects to https",
    page("http acme.social/", { body: "hello" }),
    "status 200, should be 301 (hello)",
    "warning",
    "pulumi preview",
  ],
  [
    "web: security headers",
    page("https acme.social/", { headers: { ...securityHeaders, "strict-transport-security": "max-age=0" } }),
    'header strict-transport-security is "max-age=0", should be /max-age=63072000;\\s*includeSubDomains/i',
    "warning",
    "find out what changes it in between",
  ],
  [
    "web: security headers",
    page("https acme.social/", {
      headers: { ...securityHeaders, "content-security-policy": "img-src https://assets.acme.social" },
    }),
    'header content-security-policy is "img-src https://assets.acme.social", should be /files\\.acme\\.social/',
    "warning",
    "check that mastiff:env sets none of them",
  ],
  [
    "web: the instance describes itself (/api/v2/instance)",
    page("https acme.social/api/v2/instance", { status: 500 }),
    "status 500, should be 200",
    "critical",
    "pulumi preview",
  ],
  [
    "web: the instance describes itself (/api/v2/instance)",
    instanceWith({ version: "4.5.0" }),
    'version is "4.5.0", should be "4.6.3"',
    "warning",
    "says what is left to do",
  ],
  [
    "web: new accounts need approval",
    instanceWith({ registrations: { enabled: true, approval_required: false } }),
    "registrations.enabled is true, registrations.approval_required is false",
    "info",
    "approval required",
  ],
  [
    "fediverse: the owner is found (webfinger), a stranger is not",
    page("https acme.social/.well-known/webfinger?resource=acct:nobody_of_that_name@acme.social", {}),
    "status 200, should be 404",
    "warning",
    "what Mastodon says to /.well-known/webfinger",
  ],
  [
    "fediverse: the owner's actor has a public key",
    page("https acme.social/users/ada", { body: "{}" }),
    "publicKey.publicKeyPem is not a public key",
    "critical",
    "ACTIVE_RECORD_ENCRYPTION",
  ],
  [
    "fediverse: host-meta and nodeinfo",
    page("https acme.social/.well-known/host-meta", { status: 404 }),
    "status 404, should be 200",
    "warning",
    "what Mastodon says to /.well-known",
  ],
  [
    "fediverse: files.acme.social answers other servers",
    (world) => {
      world.guarded = ["files.acme.social"];
    },
    'status 403, header cf-mitigated is "challenge"',
    "critical",
    "Bot Fight Mode off",
  ],
  [
    "streaming: healthy on its own host",
    page("https streaming.acme.social/api/v1/streaming/health", { status: 502 }),
    "status 502, should be 200",
    "critical",
    "fly logs -a <app>-streaming",
  ],
  [
    "streaming: a WebSocket reaches the host and is asked for a token",
    page("https streaming.acme.social/api/v1/streaming", { status: 400 }),
    "status 400, should be 401",
    "critical",
    "not go through Cloudflare's proxy",
  ],
  [
    "streaming: the web host redirects to the streaming host",
    page("https acme.social/api/v1/streaming/health", { status: 404 }),
    "status 404, should be 301",
    "info",
    "pulumi preview",
  ],
  [
    "assets: a page's scripts come from the cache, readable from any origin",
    page("https assets.acme.social/packs/a.js", {}),
    "header access-control-allow-origin is absent, should be *",
    "critical",
    "pulumi up --refresh",
  ],
  [
    "assets: a page's scripts come from the cache, readable from any origin",
    page("https acme.social/about", { body: "nothing here" }),
    "/about names no /packs/ file",
    "critical",
    "pulumi preview",
  ],
  [
    "files: reachable from any origin, with no listing",
    page("https files.acme.social/", {
      status: 404,
      headers: { "access-control-allow-origin": "*" },
      body: "<ListBucketResult>",
    }),
    "the bucket lists its objects",
    "critical",
    "Custom Domains",
  ],
  [
    "files: media.acme.social still serves the uploads",
    page("https media.acme.social/", { status: 404 }),
    "header access-control-allow-origin is absent, should be *",
    "warning",
    "pulumi up --refresh",
  ],
  [
    "mail: SPF or SendGrid's CNAMEs, DKIM and DMARC are published",
    records("_dmarc.acme.social TXT"),
    "_dmarc.acme.social has no DMARC record",
    "warning",
    "pulumi config set mastiff:dmarcPolicy none",
  ],
  [
    "mail: one SPF record at most, and one where mail needs it",
    records("acme.social TXT", "v=spf1 include:sendgrid.net ~all", "v=spf1 mx -all"),
    "acme.social has 2 SPF records: v=spf1 include:sendgrid.net ~all, v=spf1 mx -all",
    "warning",
    "merge them into one record that says what both say",
  ],
  [
    "mail: SendGrid's DKIM keys can be fetched",
    records("s2._domainkey.acme.social TXT", "k=rsa; t=s; p="),
    "no key at s2._domainkey.acme.social",
    "warning",
    "whether SendGrid has seen its records",
  ],
  [
    "DNS: every name server that the registrar lists answers for the zone",
    (world) => {
      world.lame["bob.ns.cloudflare.com"] = "REFUSED";
    },
    "bob.ns.cloudflare.com: REFUSED",
    "warning",
    "and no others",
  ],
  [
    "DNS: every name server that the registrar lists answers for the zone",
    (world) => {
      for (const server of world.nameServers) world.lame[server] = "its answer is not authoritative";
    },
    "ada.ns.cloudflare.com: its answer is not authoritative, bob.ns.cloudflare.com: its answer is not authoritative",
    "critical",
    "whether the zone is there and active",
  ],
  [
    "DNS: what DNSSEC signs can be verified",
    page("https cloudflare-dns.com/dns-query?name=acme.social&type=A", { body: '{"Status":2}' }),
    "SERVFAIL with the check, an answer without it",
    "critical",
    "exactly this DS record",
  ],
  [
    "files: an upload loads from any origin",
    page("https files.acme.social/accounts/avatars/1.png", { status: 404, headers: any }),
    "status 404 of https://files.acme.social/accounts/avatars/1.png, should be 200",
    "critical",
    "pulumi up --refresh",
  ],
  [
    "files: an upload loads from any origin",
    page("https files.acme.social/accounts/avatars/1.png", {}),
    "header access-control-allow-origin is absent, should be *",
    "warning",
    "pulumi up --refresh",
  ],
  [
    "Mastodon: no newer release closes a hole",
    githubHas(released("v4.6.5", "2026-11-20"), released("v4.6.4", "2026-11-10", "### Security\n\n- CVE-1")),
    "v4.6.3 runs; v4.6.4 is a security release",
    "critical",
    "pulumi config set mastiff:mastodonVersion v4.6.5",
  ],
  [
    "Mastodon: no newer release closes a hole",
    githubHas(released("v4.6.4", "2026-11-10")),
    "v4.6.3 runs; v4.6.4 is out",
    "info",
    "pulumi config set mastiff:mastodonVersion v4.6.4",
  ],
  [
    "Mastodon: no newer release closes a hole",
    githubHas(
      released("v4.8.1", "2026-11-20"),
      released("v4.7.2", "2026-11-20", "This is an important security release."),
      released("v4.7.1", "2026-11-10"),
    ),
    "v4.6.3 runs; v4.7.2, of a later series, is a security release",
    "warning",
    "pulumi config set mastiff:mastodonVersion v4.7.2",
  ],
  [
    "Mastodon: no newer release closes a hole",
    // On the day of our own release, which closes the same hole.
    githubHas(released("v4.7.1", "2026-10-01", "### Security")),
    "v4.6.3 runs; v4.7.1 is out",
    "info",
    "pulumi config set mastiff:mastodonVersion v4.7.1",
  ],
  [
    "backups: the newest is as young as the schedule promises",
    (_world, s3) => s3.objects.clear(),
    "backups-acme-social: there is no backup",
    "critical",
    "npx mastiff backup -s acme",
  ],
  [
    "fediverse: neither Bot Fight Mode nor Under Attack mode keeps servers out",
    cloudflare("/zones/z1/bot_management", { result: { fight_mode: true } }),
    "bot_management.fight_mode is on",
    "critical",
    "Bot Fight Mode off",
  ],
  [
    "fediverse: neither Bot Fight Mode nor Under Attack mode keeps servers out",
    cloudflare("/zones/z1/settings/security_level", { result: { value: "under_attack" } }),
    "settings/security_level is under_attack",
    "critical",
    "ends Under Attack mode",
  ],
  [
    "tokens: CLOUDFLARE_API_TOKEN is valid for some time yet, and has its rights",
    cloudflare("/user/tokens/verify", { result: { status: "active", expires_on: day(inDays(5)) } }),
    /^the token ends on \d{4}-\d\d-\d\d, in [45] days$/,
    "warning",
    "a later end",
  ],
  [
    "tokens: CLOUDFLARE_API_TOKEN is valid for some time yet, and has its rights",
    cloudflare("/user/tokens/verify", { result: { status: "disabled" } }),
    "the token is disabled",
    "critical",
    "Account API Tokens",
  ],
  [
    "tokens: CLOUDFLARE_API_TOKEN is valid for some time yet, and has its rights",
    (world) => {
      delete world.cloudflare["/zones/z1/rulesets"];
    },
    "the token lacks Zone → Transform Rules",
    "warning",
    "README, “Tokens and rights”",
  ],
  [
    "tokens: CLOUDFLARE_API_TOKEN is valid for some time yet, and has its rights",
    cloudflare("/accounts/0123456789abcdef0123456789abcdef/tokens/t1", { result: { policies: [] } }),
    "the token lacks Zone → Config Rules",
    "warning",
    "README, “Tokens and rights”",
  ],
  [
    "tokens: FLY_API_TOKEN is valid for some time yet",
    (world) => {
      world.flyToken = `FlyV1 ${flyMacaroon(inDays(6))},${flyMacaroon(inDays(1), "https://auth.fly.io/v1")}`;
    },
    /^the token ends on .*, in 6 days$/,
    "warning",
    "fly tokens create org",
  ],
  [
    "tokens: FLY_API_TOKEN is valid for some time yet",
    (world) => {
      world.flyToken = flyMacaroon(inDays(-3));
    },
    `the token ended on ${day(inDays(-3))}`,
    "critical",
    "fly tokens create org",
  ],
  [
    "mail: SendGrid's quota is not used up",
    sendgrid("/user/credits", { remain: 0, total: 100, reset_frequency: "daily" }),
    "0 of 100 mails are left (daily)",
    "critical",
    "a larger plan",
  ],
  [
    "mail: mails arrive, as SendGrid sees it",
    sendgrid("/suppression/bounces/ada%40acme.social", [{ email: "ada@acme.social" }]),
    "ada@acme.social is among SendGrid's bounces",
    "warning",
    "take the address off the list",
  ],
  [
    "mail: mails arrive, as SendGrid sees it",
    sendgrid(
      "/suppression/bounces",
      Array.from({ length: 21 }, () => bounced),
    ),
    "21 bounces and 0 blocks in a week; the last: 550 no such user",
    "warning",
    "approval required",
  ],
  [
    "mail: mails arrive, as SendGrid sees it",
    sendgrid("/suppression/spam_reports", [bounced]),
    "1 people reported mails as spam in a week",
    "info",
    "the reason of each",
  ],
  [
    "mail: links in mails open, although HSTS wants https",
    sendgrid("/whitelabel/links", [{ id: 1, domain: "acme.social", subdomain: "url77", valid: true }]),
    "link branding is on: url77.acme.social",
    "critical",
    "who made it",
  ],
  [
    "tokens: SENDGRID_API_KEY is valid, and has its rights",
    sendgrid("/scopes", { scopes: ["mail.send"] }),
    /^the key lacks whitelabel\.create, .*tracking_settings\.click\.update$/,
    "warning",
    "README, “Tokens and rights”",
  ],
  [
    "tokens: SENDGRID_API_KEY is valid, and has its rights",
    (world) => {
      delete world.sendgrid["/scopes"];
    },
    "SendGrid refuses the key",
    "critical",
    "a new key",
  ],
  [
    "Sidekiq: its processes are alive",
    part("sidekiq", { processes: [{ queues: ["default", "pull", "scheduler"], silentSeconds: 75 }] }),
    "1 of 1 processes gave no sign of life for 75 s",
    "critical",
    "what Sidekiq said last",
  ],
  [
    "Sidekiq: exactly one process has the scheduler",
    part("sidekiq", {
      processes: [
        { queues: ["default", "scheduler"], silentSeconds: 1 },
        { queues: ["pull", "scheduler"], silentSeconds: 1 },
      ],
    }),
    "2 processes have the queue scheduler",
    "warning",
    "must not have this queue",
  ],
  [
    "Sidekiq: exactly one process has the scheduler",
    part("sidekiq", { processes: [{ queues: ["default", "pull"], silentSeconds: 1 }] }),
    "none of 1 processes has the queue scheduler",
    "critical",
    "pulumi up",
  ],
  [
    "Sidekiq: every queue is worked off in time",
    part("sidekiq", { queues: [{ name: "ingress", jobs: 20_000, waitSeconds: 900 }] }),
    "the oldest of 20000 jobs in ingress has waited for 15 min",
    "warning",
    "mastiff:sidekiq.threads=<more>",
  ],
  [
    "Sidekiq: every queue is worked off in time",
    part("sidekiq", { queues: [{ name: "push", jobs: 9, waitSeconds: 7_300 }] }),
    "the oldest of 9 jobs in push has waited for 2 h",
    "critical",
    "https://acme.social/sidekiq",
  ],
  [
    "Sidekiq: every queue is worked off in time",
    part("sidekiq", { queues: [{ name: "other", jobs: 2, waitSeconds: 10 }] }),
    "2 jobs wait in other, and no process has this queue",
    "critical",
    "must not set the queues",
  ],
  [
    "database: no migration is pending",
    part("migrations", { pending: ["20261001000000", "20261002000000"] }),
    "2 have not run: 20261001000000, 20261002000000",
    "critical",
    "db:migrate:status",
  ],
  [
    "database: its version and connections suffice",
    part("database", { connections: 250 }),
    "250 of 300 connections are taken",
    "warning",
    "fewer threads or machines",
  ],
  [
    "database: its version and connections suffice",
    part("database", { version: "13.18" }),
    "PostgreSQL 13.18",
    "warning",
    "“Moving house”",
  ],
  [
    "database: its disk has room",
    part("disk", { free: 1.5e9 }),
    "1.5 GB of 10.0 GB are free; it grows by 1.0 MB a day, and is full in 1500 days",
    "warning",
    "mastiff:postgres.volumeGb=<more>",
  ],
  [
    "database: its disk has room",
    part("disk", { free: 0.4e9 }),
    "400.0 MB of 10.0 GB are free; it grows by 1.0 MB a day, and is full in 400 days",
    "critical",
    "mastiff:postgres.volumeGb=<more>",
  ],
  [
    "database: its disk has room",
    (world) => {
      world.growth = 500e6;
    },
    "7.0 GB of 10.0 GB are free; it grows by 500.0 MB a day, and is full in 14 days",
    "warning",
    "what can go",
  ],
  [
    "database: its disk has room",
    inside({ disk: { error: "no machine of acme-social-db is running" } }),
    "no machine of acme-social-db is running",
    "warning",
    "pulumi up",
  ],
  [
    "Redis: its version, memory and connections suffice",
    part("redis", { bytes: 260e6 }),
    "260000000 of 268000000 bytes of memory are taken",
    "critical",
    "mastiff:redis.memoryMb=<more>",
  ],
  [
    "Redis: its version, memory and connections suffice",
    part("redis", { policy: "allkeys-lru" }),
    "maxmemory_policy is allkeys-lru",
    "critical",
    "eviction off",
  ],
  [
    "Redis: its version, memory and connections suffice",
    part("redis", { version: "6.2.6" }),
    "Redis 6.2.6",
    "critical",
    "“Another Redis”",
  ],
  [
    "mail: the mail server accepts the login",
    inside({ mail: { error: "Net::SMTPAuthenticationError: 535 Authentication failed" } }),
    "Net::SMTPAuthenticationError: 535 Authentication failed",
    "critical",
    "mastiff:smtpPassword",
  ],
  [
    "files: an object can be put, read from any origin, and deleted",
    inside({ bucket: { error: "Aws::S3::Errors::AccessDenied: Access Denied" } }),
    "Aws::S3::Errors::AccessDenied: Access Denied",
    "critical",
    "pulumi up --refresh",
  ],
  [
    "files: an object can be put, read from any origin, and deleted",
    part("bucket", { status: 404 }),
    "status 404 of https://files.acme.social/mastiff/doctor-1, should be 200",
    "critical",
    "pulumi up --refresh",
  ],
  [
    "files: an object can be put, read from any origin, and deleted",
    part("bucket", { cors: null }),
    "header access-control-allow-origin of https://files.acme.social/mastiff/doctor-1 is absent, should be *",
    "warning",
    "pulumi up --refresh",
  ],
  [
    "web: the real addresses of visitors arrive",
    part("proxy", { seen: [{ by: "203.0.113.1", client: "203.0.113.1" }] }),
    "a visitor at 203.0.113.1 is taken for 203.0.113.1",
    "critical",
    "TRUSTED_PROXY_IP",
  ],
];
