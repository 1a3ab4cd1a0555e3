/**
 * What a run made at Cloudflare that the engine's state does not know: each kind by its natural key, and only
 * what carries this stack's mark or was made, empty, within the stack's life.
 */
import { cloudflareClient, type Envelope, everyPage } from "../../cloudflare/client.ts";
import type { Community } from "../../config/schema.ts";
import { type CloudClient, orGone } from "../../dynamic/cloud-client.ts";
import { CloudError } from "../../dynamic/cloud-error.ts";

/** A stack as its config and its state describe it. */
export interface StackWorld {
  community: Community;
  /** Full name, which marks what it makes: `mastiff/acme`. */
  stack: string;
  /** Tokens in the order of preference. */
  credentials: string[];
  baseUrl: string | undefined;
  /** Ids that the state knows of a resource type. */
  ids(type: string): ReadonlySet<string>;
  /** When the first resource in the state was made, ISO 8601; undefined: there is none. */
  began: string | undefined;
}

/** Something that nobody wrote down. */
export interface Leftover {
  /** In words: "DNS record CNAME assets.acme.social". */
  what: string;
  cloud: CloudClient;
  /** Where it is deleted. */
  path: string;
  headers?: Record<string, string>;
}

/** R2 does not delete a bucket that holds objects. */
const NOT_EMPTY = 10008;

/** Finds all of it. @throws CloudError when Cloudflare does not answer. */
export async function leftovers(world: StackWorld): Promise<Leftover[]> {
  const cloud = cloudflareClient(world.credentials, world.baseUrl);
  const zones = await everyPage<Zone>(cloud, "/zones", {
    name: world.community.zone,
    "account.id": world.community.cloudflareAccountId,
  });
  const inZones = await Promise.all(zones.map((zone) => inZone(cloud, world, zone)));
  return [...(await inBucket(cloud, world)), ...(await tokens(cloud, world)), ...inZones.flat()];
}

/** Takes it away. @returns what was done, in words. */
export async function takeAway({ what, cloud, path, headers }: Leftover): Promise<string> {
  try {
    await orGone(cloud.request("DELETE", path, { headers }));
    return `${what}: was made, but not written down; deleted, the next up makes it again`;
  } catch (error) {
    if (!(error instanceof CloudError && error.codes.includes(NOT_EMPTY))) throw error;
    return `${what}: holds objects, so it stays. If it is this stack's, import it (pulumi import); if not, name another by mastiff:bucket`;
  }
}

interface Zone {
  id: string;
  name: string;
  created_on: string;
}

async function inZone(cloud: CloudClient, world: StackWorld, zone: Zone): Promise<Leftover[]> {
  const { community, stack, ids } = world;
  const records = await everyPage<{ id: string; type: string; name: string; comment?: string | null }>(
    cloud,
    `/zones/${zone.id}/dns_records`,
  );
  const isNew = world.began !== undefined && zone.created_on > world.began;
  const isKnown = ids("cloudflare:index/zone:Zone").has(zone.id);
  if (community.zoneMode === "created" && !isKnown && isNew && records.length === 0)
    return [{ what: `zone ${zone.name}`, cloud, path: `/zones/${zone.id}` }];

  const known = ids("cloudflare:index/dnsRecord:DnsRecord");
  const found = records
    .filter((one) => one.comment === `Mastiff ${stack}`.slice(0, 100) && !known.has(one.id))
    .map((one) => ({
      what: `DNS record ${one.type} ${one.name}`,
      cloud,
      path: `/zones/${zone.id}/dns_records/${one.id}`,
    }));
  const rulesets = await everyPage<{ id: string; name: string; phase: string }>(
    cloud,
    `/zones/${zone.id}/rulesets`,
  );
  const own = rulesets.filter(
    (one) => one.name === `Mastiff ${stack}` && !ids("cloudflare:index/ruleset:Ruleset").has(one.id),
  );
  return [
    ...found,
    ...own.map((one) => ({
      what: `ruleset of phase ${one.phase}`,
      cloud,
      path: `/zones/${zone.id}/rulesets/${one.id}`,
    })),
  ];
}

/** A token's value is told once: one that is not in the state is of no use to anybody but a thief. */
async function tokens(cloud: CloudClient, { community, stack, ids }: StackWorld): Promise<Leftover[]> {
  const path = `/accounts/${community.cloudflareAccountId}/tokens`;
  const known = ids("cloudflare:index/accountToken:AccountToken");
  return (await everyPage<{ id: string; name: string }>(cloud, path))
    .filter((one) => one.name === `Mastiff ${stack}` && !known.has(one.id))
    .map((one) => ({ what: `token ${one.name}`, cloud, path: `${path}/${one.id}` }));
}

/** The bucket bears no mark. So it must have been made since the stack began; and R2 deletes it only when empty. */
async function inBucket(cloud: CloudClient, { community, ids, began }: StackWorld): Promise<Leftover[]> {
  const { bucket, filesHost, cloudflareAccountId, bucketJurisdiction } = community;
  const path = `/accounts/${cloudflareAccountId}/r2/buckets/${bucket}`;
  // Without it a bucket of another jurisdiction is not seen.
  const headers = { "cf-r2-jurisdiction": bucketJurisdiction };
  const get = <T>(at: string) => cloud.request<Envelope<T>>("GET", at, { headers });
  const there = await orGone(get<{ creation_date: string }>(path));
  if (there === undefined || began === undefined) return [];
  const isKnown = ids("cloudflare:index/r2Bucket:R2Bucket").has(bucket);
  if (!isKnown && there.result.creation_date < began) return [];
  const { result } = await get<{ domains: { domain: string }[] }>(`${path}/domains/custom`);
  const attached = ids("cloudflare:index/r2CustomDomain:R2CustomDomain").size === 0 ? result.domains : [];
  const domains = attached
    .filter(({ domain }) => domain === filesHost)
    .map(({ domain }) => ({ what: `the bucket's host ${domain}`, path: `${path}/domains/custom/${domain}` }));
  const found = isKnown ? domains : [...domains, { what: `bucket ${bucket}`, path }];
  return found.map((one) => ({ ...one, cloud, headers }));
}
