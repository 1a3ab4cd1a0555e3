/** Zones, buckets and tokens as the page shows them. */

import { withOperatorsRights } from "../cloudflare/operator.ts";
import { permissionGroups } from "../cloudflare/permissions.ts";
import { domainStatus } from "../cloudflare/r2.ts";
import type { Bucket, DnsRecord, Rule, Zone } from "../cloudflare/state.ts";
import type { World } from "../world.ts";

export interface RecordView {
  id: string;
  type: string;
  name: string;
  content: string;
  priority: number | null;
  /** Proxied by Cloudflare (orange cloud). */
  proxied: boolean;
  /** Whether the type can be proxied at all. Only then does a grey cloud mean anything. */
  proxiable: boolean;
  /** R2 created the record for a custom domain. */
  managed: boolean;
  comment: string;
}

export interface RuleView {
  id: string;
  description: string;
  expression: string;
  /** The rule's effect, in a few words. */
  effect: string;
  enabled: boolean;
}

export interface ZoneView {
  id: string;
  name: string;
  status: string;
  nameServers: string[];
  ssl: string;
  /** Settings other than SSL that were changed. */
  settings: { id: string; value: string }[];
  records: RecordView[];
  rulesets: { id: string; phase: string; rules: RuleView[] }[];
}

export interface BucketView {
  name: string;
  jurisdiction: string;
  location: string;
  objects: number;
  /** Bytes of all objects. */
  size: number;
  /** The objects written last, newest first. */
  newest: { key: string; size: number }[];
  /** Origins that the CORS rules allow. */
  origins: string[];
  domains: { host: string; enabled: boolean; ssl: string; ownership: string; minTls: string }[];
}

export interface CloudflareView {
  account: string;
  zones: ZoneView[];
  buckets: BucketView[];
  tokens: { id: string; name: string; status: string; all: boolean; rights: string[] }[];
}

/** The local Cloudflare, without the digests that serve as S3 secrets. */
export function cloudflareView(world: World): CloudflareView {
  const { accounts, zones, buckets, tokens } = world.state.cloudflare;
  return {
    account: accounts[0]?.name ?? "",
    zones: zones.map((zone) => zoneView(world, zone)),
    buckets: buckets.map((bucket) => bucketView(world, bucket)),
    tokens: tokens
      .map((token) => withOperatorsRights(token, world.state.cloudflare))
      .map((token, index) => ({
        // A token's id is the public half of its S3 key. The view does not need it.
        id: `token ${index}`,
        name: token.name,
        status: token.status,
        all: token.allRights,
        rights: [...new Set(token.policies.flatMap((policy) => policy.permission_groups.map(rightName)))],
      })),
  };
}

function rightName({ id, name }: { id: string; name?: string }): string {
  return name ?? permissionGroups.find((group) => group.id === id)?.name ?? id;
}

function zoneView(world: World, zone: Zone): ZoneView {
  const { records, rulesets, settings } = world.state.cloudflare;
  const { ssl, ...others } = settings[zone.id] ?? {};
  return {
    id: zone.id,
    name: zone.name,
    status: zone.status,
    nameServers: zone.nameServers,
    // The mode of a new zone, from settings.ts.
    ssl: String(ssl?.value ?? "full"),
    settings: Object.entries(others).map(([id, { value }]) => ({ id, value: String(value) })),
    records: records.filter((record) => record.zoneId === zone.id).map(recordView),
    rulesets: rulesets
      .filter((ruleset) => ruleset.zoneId === zone.id)
      .map(({ id, phase, rules }) => ({ id, phase, rules: rules.map(ruleView) })),
  };
}

function recordView(record: DnsRecord): RecordView {
  const { id, type, name, content, proxied, comment } = record;
  return {
    id,
    type,
    name,
    content,
    priority: record.priority ?? null,
    proxied,
    proxiable: ["A", "AAAA", "CNAME"].includes(type),
    managed: record.managedByR2,
    comment: comment ?? "",
  };
}

function ruleView({ id, ref, description, expression, action, action_parameters, enabled }: Rule): RuleView {
  return {
    id,
    description: description || ref,
    expression,
    effect: effectOf(action, action_parameters),
    enabled,
  };
}

/** "set access-control-allow-origin: *", "ssl strict"; an unknown action is shown by its name. */
function effectOf(action: string, parameters: Record<string, unknown> = {}): string {
  if (action === "rewrite") {
    const headers = (parameters.headers ?? {}) as Record<string, { operation?: string; value?: string }>;
    return Object.entries(headers)
      .map(([name, { operation, value }]) => `${operation} ${name}${value === undefined ? "" : `: ${value}`}`)
      .join(", ");
  }
  if (action !== "set_config") return action;
  return Object.entries(parameters)
    .map(([name, value]) => `${name} ${typeof value === "object" ? JSON.stringify(value) : value}`)
    .join(", ");
}

function bucketView(world: World, bucket: Bucket): BucketView {
  const objects = Object.entries(bucket.objects);
  const newest = objects.toSorted(([, a], [, b]) => b.uploadedAt.localeCompare(a.uploadedAt)).slice(0, 6);
  return {
    name: bucket.name,
    jurisdiction: bucket.jurisdiction,
    location: bucket.location,
    objects: objects.length,
    size: objects.reduce((sum, [, object]) => sum + object.size, 0),
    newest: newest.map(([key, { size }]) => ({ key, size })),
    origins: [...new Set((bucket.cors ?? []).flatMap((rule) => rule.allowed.origins))],
    domains: bucket.domains.map((domain) => ({
      host: domain.domain,
      enabled: domain.enabled,
      ...(world.state.cloudflare.dials.certificatesDown
        ? { ownership: "unknown", ssl: "unknown" }
        : domainStatus(world, domain)),
      minTls: domain.minTLS,
    })),
  };
}
