/**
 * Which facts are binding already. Nothing is stored for this: a fact is binding if the state has the
 * resource that holds the data. So there is never data to lose without a binding fact. Pure.
 *
 *   database in the state ─► app, organisation, region, size of its volume
 *   bucket in the state ───► name, account, jurisdiction
 *   zone in the state ─────► the zone (the state has only a zone that the stack made)
 *   release in the state ──► domain, names of the uploads, kind of Redis: now people and other servers know them
 */
import type { Facts } from "./fact-rules.ts";
import { type LastState, specIn, variableIn } from "./last-state.ts";
import { type ComponentNames, resourceNames } from "./logical-names.ts";

/** A community in the state that the last run left. */
export interface CommunityInState {
  last: LastState;
  /** Logical names of the community's components. */
  names: ComponentNames;
}

/** Whether machines were ever released. Before that, nobody can have signed up or uploaded anything. */
export function isReleased({ last, names }: CommunityInState): boolean {
  return last[resourceNames.release(names.webMachines)] !== undefined;
}

/**
 * The facts that follow from the state.
 *
 * @param wanted kind of Redis in config. If a run stopped between two kinds and both exist, the other counts
 */
export function factsIn(community: CommunityInState, wanted: Facts["redisKind"]): Partial<Facts> {
  const { last, names } = community;
  const facts: Partial<Facts> = {
    ...databaseFacts(specIn(last, resourceNames.postgres(names.database))),
    ...bucketFacts(last[resourceNames.bucket(names.media)]),
  };
  const zone = last[resourceNames.zone(names.zone)]?.name;
  if (typeof zone === "string") facts.madeZone = zone;
  const ownRedis = resourceNames.ownRedis(names.redis);
  const redis = specIn(last, ownRedis);
  if (typeof redis?.volumeGb === "number") facts.redisVolumeGb = redis.volumeGb;
  if (!isReleased(community)) return facts;

  const flyToml = variableIn(last, resourceNames.release(names.webMachines), "FLY_TOML");
  const domain = valueIn(flyToml, "LOCAL_DOMAIN");
  if (domain !== undefined) facts.domain = domain;
  facts.filesHosts = filesHostsIn(community);
  const kinds = [
    ...(last[ownRedis] === undefined ? [] : ["own" as const]),
    ...(last[resourceNames.upstash(names.redis)] === undefined ? [] : ["upstash" as const]),
  ];
  const kind = kinds.find((one) => one !== wanted) ?? kinds[0];
  if (kind !== undefined) facts.redisKind = kind;
  return facts;
}

/** App of the own Redis in the state. */
export function redisAppIn({ last, names }: CommunityInState): string | undefined {
  return text(specIn(last, resourceNames.ownRedis(names.redis))?.app);
}

/** App and name of the database, by which the driver finds it to count its accounts. */
export function databaseIn({ last, names }: CommunityInState): { app: string; database: string } | undefined {
  const { app, database } = specIn(last, resourceNames.postgres(names.database)) ?? {};
  return typeof app === "string" && typeof database === "string" ? { app, database } : undefined;
}

function databaseFacts(spec: Record<string, unknown> | undefined): Partial<Facts> {
  if (spec === undefined) return {};
  const { app, org, region, volumeGb } = spec;
  return known({
    app: text(app)?.replace(/-db$/, ""),
    flyOrg: text(org),
    region: text(region),
    postgresVolumeGb: typeof volumeGb === "number" ? volumeGb : undefined,
  });
}

function bucketFacts(bucket: Readonly<Record<string, unknown>> | undefined): Partial<Facts> {
  if (bucket === undefined) return {};
  return known({
    bucket: text(bucket.name),
    cloudflareAccountId: text(bucket.accountId),
    bucketJurisdiction: text(bucket.jurisdiction),
  });
}

/** Every name under which R2 serves the bucket. */
function filesHostsIn({ last, names }: CommunityInState): string[] {
  return Object.entries(last)
    .filter(([name]) => name.startsWith(resourceNames.publicHost(names.media)))
    .flatMap(([, { domain }]) => text(domain) ?? [])
    .sort();
}

/** Value of a variable in a rendered fly.toml. */
function valueIn(flyToml: string | undefined, variable: string): string | undefined {
  return new RegExp(`^\\s*${variable} = "([^"]+)"`, "m").exec(flyToml ?? "")?.[1];
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function known(facts: { [Key in keyof Facts]?: Facts[Key] | undefined }): Partial<Facts> {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}
