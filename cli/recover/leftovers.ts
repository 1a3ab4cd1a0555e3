/**
 * Leftovers: things that a run made at Cloudflare and the engine's state does not know. They are not found by
 * name. A leftover carries the identity of this state, no state entry has its id, and it was made within the
 * state's life. A thing that is older than the community, or carries another identity, is
 * somebody else's, whatever its name.
 *
 *   made ──────┬── before the community ─────────► stays, whatever mark it bears
 *              ├── long after the state's last entry ► stays: this state is an older one
 *              ├── with another identity, or none ─► stays (a bucket or zone bears none: only when empty and unnamed)
 *              ├── and its id is in the state ─────► stays
 *              └── else ───────────────────────────► a cut-off run's: deleted, the next up makes it again
 */

import type { CommunitySettings } from "../../components/config/schema.ts";
import { cloudflareClient, type Envelope, everyPage } from "../../providers/cloudflare/client.ts";
import { corsRuleIds } from "../../providers/cloudflare/marked-things.ts";
import { type CloudClient, orGone } from "../../providers/shared/cloud-client.ts";
import { CloudError } from "../../providers/shared/cloud-error.ts";
import { bears } from "../../providers/shared/mark.ts";

/** A community of a stack, as config and state describe it. */
export interface StackWorld {
  community: CommunitySettings;
  /** The community's identity in the state; undefined: it has none, and nothing in the clouds is the community's. */
  identity: string | undefined;
  /** Tokens in the order of preference. */
  credentials: string[];
  baseUrl: string | undefined;
  /** The ids in the state, by type of resource. A thing of another community of the stack is known too. */
  ids(type: string): ReadonlySet<string>;
  /** The ids of the community's own resources, by type. */
  ownIds(type: string): ReadonlySet<string>;
  /** When the community's first resource in the state was made, ISO 8601; undefined: there is none. */
  began: string | undefined;
  /** When a run last wrote something into the state, before recovery did; ISO 8601. */
  ended: string | undefined;
}

/** A thing that no state records. */
export interface Leftover {
  /** In words: "DNS record CNAME assets.acme.social". */
  what: string;
  cloud: CloudClient;
  /** Path of the call that deletes it. */
  path: string;
  headers?: Record<string, string>;
}

/** A thing that may be a leftover. */
export interface Candidate {
  id: string;
  /** The text that contains its mark. */
  text: string | null | undefined;
  /** When it was made, or last changed where Cloudflare says no more than that; ISO 8601. */
  made: string | undefined;
}

/** R2 does not delete a bucket that holds objects. */
const NOT_EMPTY = 10008;

/** Whether a marked thing is this stack's and missing from its state. Pure. */
export function isLeftover(
  { id, text, made }: Candidate,
  { identity, began, ended }: Pick<StackWorld, "identity" | "began" | "ended">,
  known: ReadonlySet<string>,
): boolean {
  if (identity === undefined || began === undefined || !bears(text, identity) || known.has(id)) return false;
  if (made === undefined) return true;
  const isYoung = Date.parse(made) >= Date.parse(began) - clocksApart;
  return isYoung && Date.parse(made) <= Date.parse(ended ?? began) + oneCreate;
}

/** How far the clocks may differ: the state's times are this machine's, those of things are Cloudflare's. */
const clocksApart = 5 * 60_000;

/**
 * How long after the state's last entry a run may have made something without recording it: one create with
 * all of the provider's retries, and a margin. Anything later was made by runs that this state has not seen.
 * Then the state is an older export, and things that it does not know may be in use.
 */
const oneCreate = 60 * 60_000;

/**
 * Finds all leftovers.
 *
 * @param unseen called with what the tokens of the operator may not list, in a sentence without its full stop
 * @throws CloudError when Cloudflare does not answer
 */
export async function leftovers(world: StackWorld, unseen: (words: string) => void): Promise<Leftover[]> {
  if (world.identity === undefined || world.began === undefined) return [];
  const cloud = cloudflareClient(world.credentials, world.baseUrl);
  const zones = await everyPage<Zone>(cloud, "/zones", {
    name: world.community.zone,
    "account.id": world.community.cloudflareAccountId,
  });
  const inZones = await Promise.all(zones.map((zone) => inZone(cloud, world, zone)));
  return [
    ...(await inBucket(cloud, world)),
    ...(await leftoverTokens(cloud, world, unseen)),
    ...inZones.flat(),
  ];
}

/** Deletes a leftover. @returns false when it is a bucket that holds objects, which stays. */
export async function takeAway({ cloud, path, headers }: Leftover): Promise<boolean> {
  try {
    await orGone(cloud.request("DELETE", path, { headers }));
    return true;
  } catch (error) {
    if (error instanceof CloudError && error.codes.includes(NOT_EMPTY)) return false;
    throw error;
  }
}

interface Zone {
  id: string;
  name: string;
  created_on: string;
}

async function inZone(cloud: CloudClient, world: StackWorld, zone: Zone): Promise<Leftover[]> {
  const { community, ids, began } = world;
  type Record = { id: string; type: string; name: string; comment?: string | null; created_on?: string };
  const records = await everyPage<Record>(cloud, `/zones/${zone.id}/dns_records`);
  const isNew = began !== undefined && Date.parse(zone.created_on) > Date.parse(began);
  const isKnown = ids("cloudflare:index/zone:Zone").has(zone.id);
  if (community.zoneMode === "created" && !isKnown && isNew && records.length === 0)
    return [{ what: `zone ${zone.name}`, cloud, path: `/zones/${zone.id}` }];

  const known = ids("cloudflare:index/dnsRecord:DnsRecord");
  const found = records
    .filter(({ id, comment, created_on }) =>
      isLeftover({ id, text: comment, made: created_on }, world, known),
    )
    .map((one) => ({
      what: `DNS record ${one.type} ${one.name}`,
      cloud,
      path: `/zones/${zone.id}/dns_records/${one.id}`,
    }));
  type Ruleset = { id: string; name: string; phase: string; last_updated?: string };
  const knownRulesets = ids("cloudflare:index/ruleset:Ruleset");
  const rulesets = (await everyPage<Ruleset>(cloud, `/zones/${zone.id}/rulesets`)).filter(
    ({ id, name, last_updated }) => isLeftover({ id, text: name, made: last_updated }, world, knownRulesets),
  );
  return [
    ...found,
    ...rulesets.map((one) => ({
      what: `ruleset of phase ${one.phase}`,
      cloud,
      path: `/zones/${zone.id}/rulesets/${one.id}`,
    })),
  ];
}

/**
 * Leftover tokens: the first one, those of rotated keys, of the last dump, of the backups and of the mirror, which differ by the
 * words after the mark. Backups and mirror may be in an account of their own. Cloudflare returns a token's value only once: a token that is
 * not in the state is useful only to a thief.
 *
 * @param unseen called when the account of the backups is another one, and may not be looked at: the token of a person
 *   who recovers the community may have no right there
 */
export async function leftoverTokens(
  cloud: CloudClient,
  world: Pick<StackWorld, "community" | "identity" | "began" | "ended" | "ids">,
  unseen: (words: string) => void,
): Promise<Leftover[]> {
  const { cloudflareAccountId: account, backup, uploadsMirror } = world.community;
  const known = world.ids("cloudflare:index/accountToken:AccountToken");
  type Token = { id: string; name: string; issued_on?: string };
  const inAccount = async (id: string): Promise<Leftover[]> => {
    const path = `/accounts/${id}/tokens`;
    return (await everyPage<Token>(cloud, path))
      .filter((one) => isLeftover({ id: one.id, text: one.name, made: one.issued_on }, world, known))
      .map((one) => ({ what: `token ${one.name}`, cloud, path: `${path}/${one.id}` }));
  };
  const inOtherAccount = async (id: string): Promise<Leftover[]> => {
    try {
      return await inAccount(id);
    } catch (error) {
      if (!(error instanceof CloudError) || (error.status !== 401 && error.status !== 403)) throw error;
      const setIn = id === backup?.account ? "mastiff:backup.account" : "mastiff:uploadsMirror.account";
      unseen(
        `tokens in the account ${id} (${setIn}) were not looked at: CLOUDFLARE_API_TOKEN may not list them`,
      );
      return [];
    }
  };
  const others = new Set([backup?.account ?? account, uploadsMirror?.account ?? account]);
  others.delete(account);
  return (await Promise.all([inAccount(account), ...[...others].map(inOtherAccount)])).flat();
}

/**
 * A bucket's mark is in its CORS rule, which is set one call later than the bucket is made. A bucket without
 * a mark has to be younger than the stack and without any setting. R2 deletes only an empty bucket.
 */
async function inBucket(cloud: CloudClient, world: StackWorld): Promise<Leftover[]> {
  const { community, identity, ids, ownIds, began = "" } = world;
  const { bucket, filesHost, cloudflareAccountId, bucketJurisdiction } = community;
  const path = `/accounts/${cloudflareAccountId}/r2/buckets/${bucket}`;
  // Without this header, R2 does not show a bucket of another jurisdiction.
  const headers = { "cf-r2-jurisdiction": bucketJurisdiction };
  const get = <T>(at: string) => cloud.request<Envelope<T>>("GET", at, { headers });
  const there = await orGone(get<{ creation_date: string }>(path));
  if (there === undefined) return [];
  const isKnown = ids("cloudflare:index/r2Bucket:R2Bucket").has(bucket);
  const { result } = await get<{ domains: { domain: string }[] }>(`${path}/domains/custom`);
  const rules = await corsRuleIds(cloud, path, headers);
  const knowsHost = ownIds("cloudflare:index/r2CustomDomain:R2CustomDomain").size > 0;
  const isOurs = identity !== undefined && rules.length > 0 && rules.every((id) => bears(id, identity));
  const isBare = rules.length === 0 && (result.domains.length === 0 || knowsHost);
  const isYoung = Date.parse(there.result.creation_date) >= Date.parse(began);
  if (!isKnown && !(isYoung && (isOurs || isBare))) return [];
  const attached = knowsHost ? [] : result.domains;
  const domains = attached
    .filter(({ domain }) => domain === filesHost)
    .map(({ domain }) => ({ what: `the bucket's host ${domain}`, path: `${path}/domains/custom/${domain}` }));
  const found = isKnown ? domains : [...domains, { what: `bucket ${bucket}`, path }];
  return found.map((one) => ({ ...one, cloud, headers }));
}
