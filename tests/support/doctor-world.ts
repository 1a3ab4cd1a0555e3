/** A community and what everybody says of it, as a test plays it to the doctor. All is well until a cause is planted. */
import type { Certificate } from "../../checks/certificate.ts";
import type { Check } from "../../checks/check.ts";
import type { Community } from "../../checks/community.ts";
import { checksOf } from "../../checks/examine.ts";
import { type Inside, insideChecks } from "../../checks/inside.ts";
import type { Inspection, Inspector } from "../../checks/inspector.ts";
import { guardCheck, mailChecks } from "../../cli/doctor/account-checks.ts";
import { backupCheck } from "../../cli/doctor/backup-check.ts";
import { type Connect, cloudflareToken, flyToken, sendgridToken } from "../../cli/doctor/token-checks.ts";
import { resizeOf } from "../../cli/doctor/whom.ts";
import { sizesOf } from "../../components/config/sizes.ts";
import type { CloudClient } from "../../providers/shared/cloud-client.ts";
import { CloudError } from "../../providers/shared/cloud-error.ts";
import { backupsOutput } from "./backups.ts";
import { community, healthy, type Page } from "./healthy-community.ts";
import { flyMacaroon } from "./macaroon.ts";

/** What a test changes. */
export interface World {
  /** By `<scheme> <host><path and query>`. */
  pages: Record<string, Page>;
  /** By name and type. */
  records: Record<string, string[]>;
  certificates: Record<string, Partial<Certificate>>;
  zone: string;
  nameServers: string[];
  /** What is wrong with the answers of a name server. */
  lame: Record<string, string>;
  /** Hosts at which Cloudflare treats other servers as bots. */
  guarded: string[];
  /** Hosts that never answer. */
  silent: string[];
  /** Hosts that refuse every connection. */
  closed: string[];
  /** Whether name servers can be asked. */
  dns: boolean;
  inside: Inside;
  /** Growth of the database in bytes a day; undefined: unknown. */
  growth: number | undefined;
  /** What the clouds answer to GET, by path. Anything else is refused with 403. */
  sendgrid: Record<string, unknown>;
  cloudflare: Record<string, unknown>;
  flyToken: string;
}

export const everything: Community = { ...community, oldFilesHosts: ["media.acme.social"] };

const key = JSON.stringify({ publicKey: { publicKeyPem: "-----BEGIN PUBLIC KEY-----" } });
const actor = { rel: "self", type: "application/activity+json", href: "https://acme.social/actor" };
const hosts = ["", "streaming.", "assets.", "files.", "media."].map((start) => `${start}acme.social`);
const zone = { accountId: "0123456789abcdef0123456789abcdef", zone: "acme.social", isShared: true };
const queues = ["default", "push", "ingress", "mailers", "pull", "scheduler", "fasp"];

const wellInside = (): Inside => ({
  sidekiq: {
    processes: [{ queues, silentSeconds: 4 }],
    queues: [
      { name: "default", jobs: 3, waitSeconds: 1 },
      { name: "pull", jobs: 0, waitSeconds: 0 },
    ],
  },
  migrations: { pending: [] },
  mail: { server: "smtp.sendgrid.net" },
  bucket: {
    bucket: "acme-social",
    same: true,
    url: "https://files.acme.social/mastiff/doctor-1",
    status: 200,
    cors: "*",
  },
  redis: {
    version: "7.4.6",
    bytes: 20e6,
    mostBytes: 268e6,
    policy: "noeviction",
    clients: 24,
    mostClients: 10_000,
  },
  database: { version: "17.2", bytes: 2e9, connections: 20, mostConnections: 300 },
  proxy: { client: "198.51.100.7", seen: [{ by: "203.0.113.1", client: "198.51.100.7" }] },
  disk: { size: 10e9, free: 7e9 },
});

/** A world in which the doctor finds nothing. */
export function wellWorld(): World {
  const crud = (name: string) => ["create", "read", "update", "delete"].map((verb) => `${name}.${verb}`);
  return {
    pages: {
      ...healthy(),
      "https media.acme.social/": { status: 404, headers: { "access-control-allow-origin": "*" } },
      // The server's own account, for whom the Owner is not known.
      "https acme.social/.well-known/webfinger?resource=acct:acme.social@acme.social": {
        headers: { "content-type": "application/jrd+json; charset=utf-8" },
        body: JSON.stringify({ subject: "acct:mastodon.internal@acme.social", links: [actor] }),
      },
      "https acme.social/actor": { body: key },
    },
    records: {
      ...Object.fromEntries(hosts.map((host) => [`${host} A`, ["203.0.113.1"]])),
      ...Object.fromEntries(hosts.map((host) => [`${host} AAAA`, ["2001:db8::1"]])),
      "_dmarc.acme.social TXT": ["v=DMARC1; p=none"],
      "s1._domainkey.acme.social CNAME": ["s1.domainkey.u1.wl1.sendgrid.net"],
      "s2._domainkey.acme.social CNAME": ["s2.domainkey.u1.wl1.sendgrid.net"],
      "s1._domainkey.acme.social TXT": ["k=rsa; t=s; p=MIGf"],
      "s2._domainkey.acme.social TXT": ["k=rsa; t=s; p=MIGf"],
    },
    certificates: {},
    zone: "acme.social",
    nameServers: ["ada.ns.cloudflare.com", "bob.ns.cloudflare.com"],
    lame: {},
    guarded: [],
    silent: [],
    closed: [],
    dns: true,
    inside: wellInside(),
    growth: 1e6,
    sendgrid: {
      "/user/credits": { remain: 900, total: 1000, reset_frequency: "monthly" },
      ...Object.fromEntries(
        ["bounces", "blocks", "spam_reports"].flatMap((list) => [
          [`/suppression/${list}`, []],
          [`/suppression/${list}/ada%40acme.social`, []],
        ]),
      ),
      "/whitelabel/domains": [],
      "/whitelabel/links": [],
      "/tracking_settings/click": { enabled: false, enable_text: false },
      "/scopes": {
        scopes: [
          ...crud("whitelabel"),
          ...crud("api_keys"),
          "tracking_settings.click.read",
          "tracking_settings.click.update",
          "mail.send",
        ],
      },
    },
    cloudflare: {
      "/user/tokens/verify": { result: { id: "t1", status: "active" } },
      [`/accounts/${zone.accountId}/tokens/t1`]: {
        // Config Settings Write.
        result: {
          policies: [{ effect: "allow", permission_groups: [{ id: "06f0526e6e464647bd61b63c54935235" }] }],
        },
      },
      "/zones": { result: [{ id: "z1" }] },
      "/zones/z1/bot_management": { result: { fight_mode: false } },
      "/zones/z1/settings/security_level": { result: { value: "medium" } },
      "/zones/z1/settings/ssl": { result: { value: "strict" } },
      "/zones/z1/dns_records?per_page=5": { result: [] },
      "/zones/z1/rulesets": { result: [] },
      [`/accounts/${zone.accountId}/r2/buckets?per_page=1`]: { result: [] },
    },
    flyToken: flyMacaroon(undefined),
  };
}

/** The world as the checks ask for it. */
export function inspectionOf(world: World): Inspection {
  const never = new Promise<never>(() => {});
  const reached = async (host: string) => {
    if (world.silent.includes(host)) await never;
    if (world.closed.includes(host)) throw new Error(`connect ECONNREFUSED ${host}`);
  };
  const asked = async () => {
    if (!world.dns) throw new Error("ada.ns.cloudflare.com: ETIMEOUT");
  };
  return {
    limitMs: 10_000,
    open: (signal) => ({
      signal,
      async ask(url, headers = {}) {
        const { host } = new URL(url);
        await reached(host);
        return pageOf(world, url, headers);
      },
      async resolve(name, type) {
        await asked();
        return world.records[`${name} ${type}`] ?? [];
      },
      async nameServers() {
        await asked();
        return { zone: world.zone, servers: world.nameServers };
      },
      async lameness() {
        await asked();
        return world.nameServers.map((server) => ({ server, problem: world.lame[server] }));
      },
      async certificate(host) {
        await reached(host);
        return {
          daysLeft: 60,
          until: "2027-01-28T10:00:00.000Z",
          issuer: "Let's Encrypt",
          problem: undefined,
          ...world.certificates[host],
        };
      },
    }),
  };
}

/** What a request gets. */
export function pageOf(
  { guarded, pages }: Pick<World, "guarded" | "pages">,
  url: string,
  headers: Readonly<Record<string, unknown>>,
): Required<Page> {
  const { protocol, host, pathname, search } = new URL(url);
  if (String(headers["user-agent"]).startsWith("Mastodon/") && guarded.includes(host))
    return { status: 403, headers: { "cf-mitigated": "challenge" }, body: "Just a moment" };
  const scheme = protocol === "http:" ? "http" : "https";
  const page: Page = pages[`${scheme} ${host}${pathname}${search}`] ?? { status: 404 };
  return { status: page.status ?? 200, headers: page.headers ?? {}, body: page.body ?? "" };
}

/** Every check that the doctor has for a stack, of this world. @param s3 address of the bucket of the backups */
export function allChecks(world: World, s3: string): Check<unknown, Inspector>[] {
  const bucket = "backups-acme-social";
  const access = JSON.parse(backupsOutput(s3, { bucket }));
  const stack = { name: "acme", pulumi: async () => Promise.reject(new Error("nobody asks pulumi")) };
  const backup = { schedule: "daily", bucket } as Parameters<typeof backupCheck>[2];
  const toSendgrid = connectTo("SendGrid", () => world.sendgrid);
  const toCloudflare = connectTo("Cloudflare", () => world.cloudflare);
  return [
    ...checksOf(everything),
    backupCheck({ stack, named: "acme" }, "acme.social", backup, Promise.resolve(access)),
    guardCheck(toCloudflare, zone),
    cloudflareToken(toCloudflare, zone),
    flyToken(world.flyToken),
    ...mailChecks(toSendgrid, { domain: "acme.social", owner: "ada@acme.social" }),
    sendgridToken(toSendgrid),
    ...insideChecks({
      ask: async () => world.inside,
      growth: async () => world.growth,
      domain: "acme.social",
      named: "acme",
      app: "acme-social",
      resize: resizeOf(sizesOf("small", {})),
    }),
  ];
}

function connectTo(cloud: string, answers: () => Record<string, unknown>): Connect {
  const get = async (path: string) => {
    if (path in answers()) return answers()[path];
    throw new CloudError({ cloud, call: `GET ${path}`, status: 403, messages: ["access forbidden"] });
  };
  return () => ({ get }) as unknown as CloudClient;
}
