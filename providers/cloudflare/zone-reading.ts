import type { CloudClient } from "../shared/cloud-client.ts";
import { CloudError } from "../shared/cloud-error.ts";
import { type Envelope, everyPage } from "./client.ts";
import type { Rule } from "./entrypoint.ts";

/** A zone as `GET /zones` returns it, as far as it is read here. */
export interface Zone {
  id: string;
  name: string;
  /** `active` once the registrar names Cloudflare's name servers. */
  status: string;
  /** `full`, `partial`, `secondary` or `internal`. */
  type: string;
  paused: boolean;
  name_servers?: string[];
  created_on: string;
  /** Null until the zone was active for the first time. */
  activated_on: string | null;
  plan: { legacy_id: string };
}

/** A DNS record as `GET /zones/{id}/dns_records` returns it. */
export interface ZoneRecord {
  id: string;
  type: string;
  name: string;
  content: string;
  proxied?: boolean;
  comment?: string | null;
}

/** The ruleset of a zone in one phase, with its rules. */
export interface PhaseRuleset {
  id: string;
  name: string;
  description?: string;
  phase: string;
  rules: Rule[];
}

/** Everything that is read in a zone before anything is declared in it. */
export interface ZoneReading {
  zone: Zone;
  records: ZoneRecord[];
  /** The rulesets of the phases that were asked for; a phase without a ruleset is absent. */
  rulesets: PhaseRuleset[];
  /** `under_attack` where every visitor has to show that it is a browser. */
  securityLevel: string;
  /** Whether bot fight mode stops visitors that look automated; undefined where the token may not read it. */
  fightMode: boolean | undefined;
  /** Whether R2's record at the bucket's host belongs to this bucket; undefined without such a record. */
  hostIsOfBucket: boolean | undefined;
}

/** What to read. */
export interface ReadingWish {
  accountId: string;
  zone: string;
  /** Phases whose rules are counted. The token may read each of them. */
  phases: readonly string[];
  /** The bucket and its public host. */
  bucket: BucketHost;
}

/** A bucket and the host that serves it. */
export interface BucketHost {
  accountId: string;
  bucket: string;
  jurisdiction: string;
  host: string;
}

/** Target of the record at a bucket's host. R2 makes the record, so it carries no comment of ours. */
export const r2Target = "public.r2.dev";

/** Reads the zone; undefined when the token sees no zone of this name in the account. Changes nothing. */
export async function readZone(cloud: CloudClient, wish: ReadingWish): Promise<ZoneReading | undefined> {
  const query = { name: wish.zone, "account.id": wish.accountId };
  const { result: zones } = await cloud.get<Envelope<Zone[]>>("/zones", query);
  const zone = zones[0];
  if (zone === undefined) return undefined;
  const path = `/zones/${zone.id}`;
  const [records, rulesets, level, fightMode] = await Promise.all([
    everyPage<ZoneRecord>(cloud, `${path}/dns_records`, {}, 1000),
    rulesetsOf(cloud, path, wish.phases),
    cloud.get<Envelope<{ value: string }>>(`${path}/settings/security_level`),
    unlessForbidden(cloud.get<Envelope<{ fight_mode?: boolean }>>(`${path}/bot_management`)),
  ]);
  const { bucket } = wish;
  const isShown = records.some(({ name, content }) => name === bucket.host && content === r2Target);
  const hostIsOfBucket = isShown ? (await customDomain(cloud, bucket)) !== undefined : undefined;
  const securityLevel = level.result.value;
  return {
    zone,
    records,
    rulesets,
    securityLevel,
    fightMode: fightMode && fightMode.result.fight_mode === true,
    hostIsOfBucket,
  };
}

async function rulesetsOf(
  cloud: CloudClient,
  zonePath: string,
  phases: readonly string[],
): Promise<PhaseRuleset[]> {
  type Listed = Omit<PhaseRuleset, "rules"> & { kind: string };
  const { result } = await cloud.get<Envelope<Listed[]>>(`${zonePath}/rulesets`);
  const wanted = result.filter(({ kind, phase }) => kind === "zone" && phases.includes(phase));
  return Promise.all(
    wanted.map(async ({ id, name, description, phase }) => {
      // The list does not contain the rules, and an empty ruleset has none.
      const found = await cloud.get<Envelope<{ rules?: Rule[] }>>(`${zonePath}/rulesets/${id}`);
      const rules = found.result.rules ?? [];
      return { id, name, ...(description !== undefined && { description }), phase, rules };
    }),
  );
}

/** A custom domain of a bucket, as R2 returns it. */
export interface CustomDomain {
  enabled: boolean;
  status?: { ownership?: string; ssl?: string };
}

/** The bucket's custom domain; undefined when the host does not belong to this bucket. */
export async function customDomain(cloud: CloudClient, where: BucketHost): Promise<CustomDomain | undefined> {
  try {
    const headers = { "cf-r2-jurisdiction": where.jurisdiction };
    const answer = await cloud.request<Envelope<CustomDomain>>("GET", customDomainPath(where), { headers });
    return answer.result;
  } catch (error) {
    if (error instanceof CloudError && error.status === 404) return undefined;
    throw error;
  }
}

/** Path of a bucket's custom domain. */
export function customDomainPath({ accountId, bucket, host }: BucketHost): string {
  return `/accounts/${accountId}/r2/buckets/${bucket}/domains/custom/${host}`;
}

/** The answer, or undefined where the token lacks the right. */
async function unlessForbidden<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof CloudError && error.status === 403) return undefined;
    throw error;
  }
}
