/** The hosts of the communities in this world: names that lead to an app on Fly or to a bucket. */
import { recordsAt } from "../cloudflare/dns.ts";
import { domainStatus } from "../cloudflare/r2.ts";
import { publicAddresses } from "../fly/addresses.ts";
import { findImage } from "../fly/images.ts";
import { checkStates } from "../fly/machines.ts";
import { diskOf } from "../fly/situation.ts";
import type { App } from "../fly/state.ts";
import type { World } from "../world.ts";

/** A host and its condition. */
export interface HostView {
  host: string;
  /** App or bucket that answers for the host. */
  behind: string;
  kind: "app" | "bucket";
  proxied: boolean;
  /** What the host waits for; empty when it is ready. */
  waitsFor: string;
  /** Paths to try. */
  paths: string[];
}

/**
 * Hosts whose address record leads to an app, hosts with a certificate, and hosts of buckets; apexes first.
 */
export function hostsView(world: World): HostView[] {
  const { apps } = world.state.fly;
  const found = new Map<string, HostView>();
  for (const app of Object.values(apps)) {
    const names = app.certificates.map((c) => c.hostname).filter((name) => !name.startsWith("*."));
    for (const host of [...namesOf(world, app), ...names]) {
      if (!found.has(host)) found.set(host, appHost(world, app, host));
    }
  }
  for (const bucket of world.state.cloudflare.buckets) {
    for (const domain of bucket.domains) {
      const { ssl } = domainStatus(world, domain);
      found.set(domain.domain, {
        host: domain.domain,
        behind: bucket.name,
        kind: "bucket",
        proxied: true,
        waitsFor: !domain.enabled ? "to be enabled" : ssl === "active" ? "" : "its certificate at the edge",
        paths: [
          "/",
          ...Object.keys(bucket.objects)
            .slice(0, 5)
            .map((key) => `/${encodeURI(key)}`),
        ],
      });
    }
  }
  return [...found.values()].sort(
    (a, b) => depth(a.host) - depth(b.host) || a.kind.localeCompare(b.kind) || a.host.localeCompare(b.host),
  );
}

/** Names whose address records are the app's addresses, or a CNAME to its fly.dev name. */
function namesOf(world: World, app: App): string[] {
  const { a, aaaa } = publicAddresses(app);
  const own = new Set([...a, ...aaaa]);
  // All apps share the shared IPv4. So a name belongs to this app only by its other records or its
  // certificate.
  if (app.sharedV4 !== null) own.delete(app.sharedV4);
  const names = world.state.cloudflare.records
    .filter(({ content }) => own.has(content) || content.endsWith(`${app.name}.fly.dev`))
    .map((record) => record.name)
    .filter((name) => !name.startsWith("*."));
  return [...new Set(names)];
}

function appHost(world: World, app: App, host: string): HostView {
  const records = recordsAt(world, host).filter((r) => ["A", "AAAA", "CNAME"].includes(r.type));
  const certificate = app.certificates.find((c) => covers(c.hostname, host));
  const serving = Object.values(app.machines).some(
    (machine) =>
      machine.state === "started" &&
      machine.ready &&
      (machine.config.services ?? []).length > 0 &&
      checkStates(world, app, machine).every((check) => check.status === "passing"),
  );
  return {
    host,
    behind: app.name,
    kind: "app",
    proxied: records.some((record) => record.proxied),
    waitsFor:
      records.length === 0
        ? "a DNS record in an active zone"
        : certificate === undefined || certificate.issuedAt === null
          ? "its certificate"
          : serving
            ? ""
            : "a healthy machine",
    paths: pathsOf(world, app, host),
  };
}

function pathsOf(world: World, app: App, host: string): string[] {
  const programs = Object.values(app.machines).map((m) => findImage(m.config.image)?.program);
  if (programs.includes("mastodon-streaming")) return ["/api/v1/streaming/health", "/api/v1/streaming"];
  if (!programs.includes("mastodon")) return ["/"];
  const owner = firstAccount(world, app);
  return [
    "/",
    "/health",
    "/api/v2/instance",
    "/nodeinfo/2.0",
    ...(owner === undefined
      ? []
      : [`/.well-known/webfinger?resource=acct:${owner}@${host}`, `/users/${owner}`]),
  ];
}

/**
 * The first account in a Postgres app whose name begins with this app's name, as `acme-db` does with `acme`.
 */
function firstAccount(world: World, app: App): string | undefined {
  for (const other of Object.values(world.state.fly.apps)) {
    if (other.orgSlug !== app.orgSlug || !other.name.startsWith(app.name)) continue;
    for (const machine of Object.values(other.machines)) {
      const databases = Object.values(diskOf(other, machine).postgres?.databases ?? {});
      const account = databases.flatMap((database) => database.mastodon?.accounts ?? [])[0];
      if (account !== undefined) return account.username;
    }
  }
  return undefined;
}

function covers(pattern: string, host: string): boolean {
  if (!pattern.startsWith("*.")) return pattern === host;
  return host.endsWith(pattern.slice(1)) && !host.slice(0, -pattern.length + 1).includes(".");
}

function depth(host: string): number {
  return host.split(".").length;
}
