import { type CloudClient, orGone } from "../shared/cloud-client.ts";
import { CloudError } from "../shared/cloud-error.ts";
import { type Mark, markIn } from "../shared/mark.ts";
import { type Envelope, everyPage } from "./client.ts";

/** Names under which a community has things at Cloudflare. */
export interface CommunityThings {
  accountId: string;
  zone: string;
  /** Names of DNS records: the hosts, and the names beside them. */
  names: readonly string[];
  /** `ref` of the community's header rule. */
  ref: string;
  bucket: string;
  jurisdiction: string;
}

/** A thing with one of the community's names. */
export interface MarkedThing {
  what: string;
  /** Undefined: the thing carries no mark. */
  owner: Mark | undefined;
}

/**
 * The things at Cloudflare that have a community's names and carry a mark, and the bucket of its name even
 * without a mark. Only reads. The bucket and the tokens are left out where the token may not see them.
 *
 * @throws CloudError when Cloudflare does not answer
 */
export async function markedThings(cloud: CloudClient, things: CommunityThings): Promise<MarkedThing[]> {
  const zones = await everyPage<{ id: string }>(cloud, "/zones", {
    name: things.zone,
    "account.id": things.accountId,
  });
  const inZones = zones.map(({ id }) => Promise.all([records(cloud, id, things), rules(cloud, id, things)]));
  const found = await Promise.all([...inZones, seen(bucket(cloud, things)), seen(tokens(cloud, things))]);
  return found.flat(2);
}

async function records(
  cloud: CloudClient,
  zoneId: string,
  { names }: CommunityThings,
): Promise<MarkedThing[]> {
  type Record = { type: string; name: string; comment?: string | null };
  const all = await everyPage<Record>(cloud, `/zones/${zoneId}/dns_records`);
  return all
    .filter(({ name }) => names.includes(name))
    .map(({ type, name, comment }) => ({ what: `DNS record ${type} ${name}`, owner: markIn(comment) }))
    .filter(({ owner }) => owner !== undefined);
}

async function rules(cloud: CloudClient, zoneId: string, { ref }: CommunityThings): Promise<MarkedThing[]> {
  type Ruleset = { name: string; rules?: { ref?: string; description?: string }[] };
  const path = `/zones/${zoneId}/rulesets/phases/http_response_headers_transform/entrypoint`;
  const ruleset = (await orGone(cloud.get<Envelope<Ruleset>>(path)))?.result;
  const rule = ruleset?.rules?.find((one) => one.ref === ref);
  if (ruleset === undefined || rule === undefined) return [];
  const owner = markIn(rule.description) ?? markIn(ruleset.name);
  return owner === undefined ? [] : [{ what: `the header rule ${ref}`, owner }];
}

async function bucket(
  cloud: CloudClient,
  { accountId, bucket: name, jurisdiction }: CommunityThings,
): Promise<MarkedThing[]> {
  const path = `/accounts/${accountId}/r2/buckets/${name}`;
  const headers = { "cf-r2-jurisdiction": jurisdiction };
  if ((await orGone(cloud.request("GET", path, { headers }))) === undefined) return [];
  const marks = (await corsRuleIds(cloud, path, headers)).map(markIn);
  return [{ what: `the bucket ${name}`, owner: marks.find((mark) => mark !== undefined) }];
}

/**
 * Ids of a bucket's CORS rules. One carries the mark, since R2's buckets have neither labels nor comments.
 */
export async function corsRuleIds(
  cloud: CloudClient,
  path: string,
  headers: Record<string, string>,
): Promise<string[]> {
  type Cors = Envelope<{ rules?: { id?: string }[] }>;
  const cors = await orGone(cloud.request<Cors>("GET", `${path}/cors`, { headers }));
  return (cors?.result.rules ?? []).map(({ id = "" }) => id);
}

async function tokens(cloud: CloudClient, things: CommunityThings): Promise<MarkedThing[]> {
  type Token = { name: string; policies?: { resources?: object }[] };
  const all = await everyPage<Token>(cloud, `/accounts/${things.accountId}/tokens`);
  const resource = `.bucket.${things.accountId}_${things.jurisdiction}_${things.bucket}`;
  return all
    .filter(({ policies = [] }) =>
      policies.some(({ resources = {} }) => Object.keys(resources).some((key) => key.endsWith(resource))),
    )
    .map(({ name }) => ({ what: `the token “${name}”`, owner: markIn(name) }))
    .filter(({ owner }) => owner !== undefined);
}

/** The things; none without the right to see them, as for R2 and tokens (README, “Tokens and rights”). */
async function seen(look: Promise<MarkedThing[]>): Promise<MarkedThing[]> {
  try {
    return await look;
  } catch (error) {
    if (error instanceof CloudError && (error.status === 403 || error.status === 401)) return [];
    throw error;
  }
}
