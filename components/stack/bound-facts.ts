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

/** Logical names of the resources that hold data, as index.ts gives them. */
const names = {
  database: "database-postgres",
  bucket: "media-bucket",
  zone: "zone-zone",
  release: "web-machines-release",
  ownRedis: "redis-machine",
  upstash: "redis-upstash",
} as const;

/** Whether machines were ever released. Before that, nobody can have signed up or uploaded anything. */
export function isReleased(last: LastState): boolean {
  return last[names.release] !== undefined;
}

/**
 * The facts that follow from the state.
 *
 * @param wanted kind of Redis in config. If a run stopped between two kinds and both exist, the other counts
 */
export function factsIn(last: LastState, wanted: Facts["redisKind"]): Partial<Facts> {
  const facts: Partial<Facts> = {
    ...databaseFacts(specIn(last, names.database)),
    ...bucketFacts(last[names.bucket]),
  };
  const zone = last[names.zone]?.name;
  if (typeof zone === "string") facts.madeZone = zone;
  const redis = specIn(last, names.ownRedis);
  if (typeof redis?.volumeGb === "number") facts.redisVolumeGb = redis.volumeGb;
  if (!isReleased(last)) return facts;

  const domain = valueIn(variableIn(last, names.release, "FLY_TOML"), "LOCAL_DOMAIN");
  if (domain !== undefined) facts.domain = domain;
  facts.filesHosts = filesHostsIn(last);
  const kinds = [
    ...(last[names.ownRedis] === undefined ? [] : ["own" as const]),
    ...(last[names.upstash] === undefined ? [] : ["upstash" as const]),
  ];
  const kind = kinds.find((one) => one !== wanted) ?? kinds[0];
  if (kind !== undefined) facts.redisKind = kind;
  return facts;
}

/** App of the own Redis in the state. */
export function redisAppIn(last: LastState): string | undefined {
  return text(specIn(last, names.ownRedis)?.app);
}

/** App and name of the database, by which the driver finds it to count its accounts. */
export function databaseIn(last: LastState): { app: string; database: string } | undefined {
  const { app, database } = specIn(last, names.database) ?? {};
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
function filesHostsIn(last: LastState): string[] {
  return Object.entries(last)
    .filter(([name]) => name.startsWith("media-domain"))
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
