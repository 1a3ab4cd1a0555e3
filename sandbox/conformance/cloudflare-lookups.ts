/** Look-ups and imports against a Cloudflare that has resources. */

import { account, zone } from "./cloudflare-api.ts";
import { changes } from "./cloudflare-inputs.ts";
import { type Asking, make } from "./cloudflare-side.ts";
import type { Fields } from "./plugin-client.ts";

/** Ids of the resources that {@link seed} made, by resource type. */
export type Seeded = Record<string, string>;

/** Makes one resource of each type. */
export async function seed(asking: Asking): Promise<Seeded> {
  const ids: Seeded = {};
  for (const name of ["R2Bucket", "DnsRecord", "ZoneSetting", "Ruleset", "AccountToken"]) {
    const inputs = changes.find(([type]) => type === name)?.[1] ?? {};
    const made = await make(asking, name, inputs);
    ids[name] = made?.id ?? "none";
  }
  return ids;
}

/** Functions with valid and invalid arguments. */
export const lookups: [string, Fields][] = [
  ["getZone", { zoneId: zone }],
  ["getZone", { filter: { name: "mastiff.party" } }],
  ["getZone", { filter: { name: "mastiff.party", match: "all", account: { id: account } } }],
  ["getZone", { filter: { name: "nowhere.example" } }],
  ["getZone", { filter: { status: "active" } }],
  ["getZone", { filter: { status: "asleep" } }],
  ["getZone", { zoneId: zone, filter: { name: "mastiff.party" } }],
  ["getZone", { zoneId: "f".repeat(32) }],
  ["getZone", { zoneId: ["x"] }],
  ["getZone", {}],
  ["getZones", {}],
  ["getZones", { name: "example.org" }],
  ["getZones", { status: "pending", direction: "desc", order: "name" }],
  ["getZones", { maxItems: 1 }],
  ["getZones", { maxItems: -1 }],
  ["getDnsRecords", { zoneId: zone }],
  ["getDnsRecords", { zoneId: zone, type: "A", name: { exact: "www.mastiff.party" } }],
  ["getDnsRecords", { zoneId: zone, name: { startswith: "nothing" } }],
  ["getDnsRecords", { zoneId: zone, type: "ZZ" }],
  ["getDnsRecords", { zoneId: zone, maxItems: 1, order: "name", direction: "desc" }],
  ["getDnsRecords", {}],
  ["getAccountApiTokenPermissionGroupsList", { accountId: account }],
  ["getAccountApiTokenPermissionGroupsList", { accountId: account, name: "Workers R2 Storage Write" }],
  ["getAccountApiTokenPermissionGroupsList", { accountId: account, maxItems: 2 }],
  ["getAccountApiTokenPermissionGroupsList", {}],
  ["getNothing", {}],
];

/** Valid and invalid import ids. */
export function imports(ids: Seeded): [string, string][] {
  return [
    ["R2Bucket", `${account}/media/default`],
    ["R2Bucket", `${account}/media`],
    ["R2Bucket", `${account}/nothing/default`],
    ["DnsRecord", `${zone}/${ids.DnsRecord}`],
    ["DnsRecord", `${zone}/${"f".repeat(32)}`],
    ["DnsRecord", `${ids.DnsRecord}`],
    ["ZoneSetting", `${zone}/ssl`],
    ["Ruleset", `zones/${zone}/${ids.Ruleset}`],
    ["Ruleset", `planets/${zone}/${ids.Ruleset}`],
    ["Ruleset", `${zone}/${ids.Ruleset}`],
    ["AccountToken", `${account}/${ids.AccountToken}`],
    ["Zone", zone],
    ["R2CustomDomain", "files.mastiff.party"],
    ["R2BucketCors", "media"],
    ["R2ManagedDomain", "media"],
    ["R2BucketLifecycle", "media"],
  ];
}
