/**
 * The public side of the zones: what public resolvers answer.
 *
 * Only zones with status `active` and full setup answer. Before that, the registrar names other name servers;
 * with a partial setup it continues to do so (developers.cloudflare.com/dns/zone-setups/partial-setup). A
 * proxied record answers with addresses of Cloudflare's edge, never with its target. A CNAME at the apex is
 * flattened. In a paused zone every record answers as if it were not proxied
 * (developers.cloudflare.com/fundamentals/manage-domains/pause-cloudflare).
 */
import type { World } from "../world.ts";
import { unquotedText } from "./dns-name.ts";
import type { DnsRecord } from "./state.ts";

/** Types that {@link lookup} answers. */
export type LookupType = "A" | "AAAA" | "CNAME" | "TXT" | "MX";

/** Addresses of the edge: ranges of cloudflare.com/ips. */
const edge: Record<"A" | "AAAA", readonly string[]> = {
  A: ["104.21.13.9", "172.67.13.9"],
  AAAA: ["2606:4700:3030::6815:d09", "2606:4700:3034::ac43:d09"],
};

/**
 * The public answers for a name, like `dig +short`. For A and AAAA, CNAMEs are followed. TXT is unquoted. MX
 * is `<priority> <host>`. Empty: the name or the type does not exist.
 */
export function lookup(world: World, name: string, type: LookupType): string[] {
  return resolve(world, normal(name), type, 8);
}

/**
 * The records that answer for a host in an active zone: those at its name, otherwise those of the closest
 * wildcard.
 */
export function recordsAt(world: World, host: string): DnsRecord[] {
  const name = normal(host);
  const zone = zoneFor(world, name);
  if (zone === undefined) return [];
  const records = world.state.cloudflare.records.filter((r) => r.zoneId === zone.id);
  const exact = records.filter((r) => r.name === name);
  if (exact.length > 0) return exact;
  // A name that exists, or that has names below it, ends wildcard matching (RFC 4592).
  const exists = (at: string) => records.some((r) => r.name === at || r.name.endsWith(`.${at}`));
  for (let parent = name; parent !== zone.name; ) {
    if (exists(parent)) return [];
    parent = parent.slice(parent.indexOf(".") + 1);
    const wild = records.filter((r) => r.name === `*.${parent}`);
    if (wild.length > 0) return wild;
  }
  return [];
}

/** Whether a host is proxied: one proxied address record at a name makes all of them proxied. */
export function isProxied(world: World, host: string): boolean {
  return zoneFor(world, normal(host))?.paused === false && recordsAt(world, host).some((r) => r.proxied);
}

/**
 * The active zone with full setup that a name belongs to. The longest match counts. `notexample.org` does not
 * belong to `example.org`.
 */
export function zoneFor(world: World, name: string) {
  return world.state.cloudflare.zones
    .filter(
      (z) => z.status === "active" && z.type === "full" && (name === z.name || name.endsWith(`.${z.name}`)),
    )
    .sort((a, b) => b.name.length - a.name.length)[0];
}

function resolve(world: World, name: string, type: LookupType, hops: number): string[] {
  if (hops === 0) return [];
  if (zoneFor(world, name) === undefined) return elsewhere(world, name, type, hops);
  const records = recordsAt(world, name);
  const proxied = isProxied(world, name);
  const addressed = records.some((r) => ["A", "AAAA", "CNAME"].includes(r.type));
  if (type === "A" || type === "AAAA") {
    if (proxied && addressed) return [...edge[type]];
    const alias = records.find((r) => r.type === "CNAME");
    if (alias !== undefined) return resolve(world, alias.content, type, hops - 1);
    return records.filter((r) => r.type === type).map((r) => r.content);
  }
  if (type === "CNAME") {
    // A proxied CNAME is never visible, and one at the apex is flattened into addresses.
    const apex = world.state.cloudflare.zones.some((z) => z.name === name);
    return records.filter((r) => r.type === "CNAME" && !proxied && !apex).map((r) => r.content);
  }
  // A name without own records of the type answers with those of its visible CNAME's target.
  const alias = records.find((r) => r.type === "CNAME" && !proxied);
  const own = records.filter((r) => r.type === type);
  if (alias !== undefined && own.length === 0) return resolve(world, alias.content, type, hops - 1);
  if (type === "TXT") return own.map((r) => unquotedText(r.content));
  return own.map((r) => `${r.priority ?? 0} ${r.content}`);
}

function elsewhere(world: World, name: string, type: LookupType, hops: number): string[] {
  const answers = world.state.cloudflare.elsewhere[name];
  if (answers === undefined) return [];
  const alias = answers.CNAME?.[0];
  if (alias !== undefined && type !== "CNAME") return resolve(world, normal(alias), type, hops - 1);
  return answers[type] ?? [];
}

function normal(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}
