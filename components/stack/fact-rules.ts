/** Which changes of config are refused once there is data to lose, why, and what to do instead. Pure. */

import { setParts } from "../../providers/rules/config-parts.ts";
import type { CommunitySettings } from "../config/schema.ts";
import type { Sizes } from "../config/sizes.ts";

/** Facts that config decides. bound-facts.ts says when each of them becomes binding. */
export interface Facts {
  /** Accounts' handles and the community's identity at every other server depend on the domain. */
  domain: string;
  /** Public names of the uploads. Other servers keep an upload's address for as long as they keep the post. */
  filesHosts: readonly string[];
  /** Prefix of all apps' names. A changed prefix means another database. */
  app: string;
  /** The organisation that owns the apps and their volumes. */
  flyOrg: string;
  /** Region of the volumes, which cannot move. */
  region: string;
  /** The account that owns the bucket. */
  cloudflareAccountId: string;
  /** Name of the zone that this stack made, with all its records; null: the zone existed before. */
  madeZone: string | null;
  /** Name of the bucket that holds the uploads. */
  bucket: string;
  /** Jurisdiction of that bucket, which is permanent. */
  bucketJurisdiction: string;
  /** Another kind of Redis starts empty, and the jobs that wait in the old one are lost. */
  redisKind: "own" | "upstash";
  /** Size of the database's volume in GB. Volumes grow and never shrink. */
  postgresVolumeGb: number;
  /** Size of an own Redis' volume in GB; null with Upstash. */
  redisVolumeGb: number | null;
}

/** The facts that follow from a config. */
export function factsOf(community: CommunitySettings): Facts {
  const { domain, app, flyOrg, region, cloudflareAccountId, bucket, bucketJurisdiction, sizes } = community;
  return {
    domain,
    filesHosts: [community.filesHost, ...community.oldFilesHosts],
    app,
    flyOrg,
    region,
    cloudflareAccountId,
    madeZone: community.zoneMode === "created" ? community.zone : null,
    bucket,
    bucketJurisdiction,
    redisKind: sizes.redis.kind,
    postgresVolumeGb: sizes.postgres.volumeGb,
    redisVolumeGb: sizes.redis.kind === "own" ? sizes.redis.volumeGb : null,
  };
}

/**
 * Old facts whose data an operator has moved, restored or given up by hand (`mastiff:movedFrom`): they may
 * change.
 */
export interface MovedFrom {
  /** The kind of Redis that the stack has now, once no job waits in it. */
  redisKind?: Facts["redisKind"] | undefined;
  /** A host of the uploads that is given up: all its URLs that other servers have will break. */
  filesHost?: string | undefined;
  /** The release whose data is gone, because a dump from before that release was restored. */
  mastodonVersion?: string | undefined;
}

interface Rule {
  fact: Exclude<keyof Facts, "filesHosts" | "redisKind" | "postgresVolumeGb" | "redisVolumeGb">;
  /** What would be lost; `proper` says what to do instead. */
  because: string;
  proper: (was: string) => string;
}

const move =
  "take a dump, end the community except for its secrets, start it there and restore the dump (docs/operations.md, “Moving house”)";

const rules: readonly Rule[] = [
  {
    fact: "domain",
    because: "every account's handle and its identity at other servers depend on the domain",
    proper: () =>
      "bring up a second stack with the new domain, and let people move their accounts there (Preferences, Account, Move)",
  },
  {
    fact: "app",
    because: "the database and Redis would be deleted and created again, empty",
    proper: (was) =>
      `keep the name, which is visible only at <app>.fly.dev: pulumi config set mastiff:app ${was}`,
  },
  {
    fact: "flyOrg",
    because: "database and Redis cannot move to another organisation: they would be created again, empty",
    proper: () => move,
  },
  {
    fact: "region",
    because: "volumes cannot move between regions: database and Redis would be created again, empty",
    proper: () => move,
  },
  {
    fact: "cloudflareAccountId",
    because: "the bucket with every upload cannot move to another account",
    proper: () => move,
  },
  {
    fact: "madeZone",
    because:
      "this stack created that zone, and would delete it with all its records, including those of others",
    proper: (was) =>
      `keep it: pulumi config set mastiff:zoneMode created && pulumi config set mastiff:zone ${was}`,
  },
  {
    fact: "bucket",
    because: "every upload would be lost with the old bucket, which would be emptied and deleted",
    proper: (was) =>
      `keep the name, visitors see only mastiff:filesHost: pulumi config set mastiff:bucket ${was}`,
  },
  {
    fact: "bucketJurisdiction",
    because: "a bucket cannot change its jurisdiction: it would be emptied, deleted and created again",
    proper: () => move,
  },
];

/** The config key whose `volumeGb` is the volume's size. */
const volumes = [
  { fact: "postgresVolumeGb", key: "postgres" },
  { fact: "redisVolumeGb", key: "redis" },
] as const;

/** What else decides whether a change is allowed. */
export interface Circumstances {
  /** The sizes that config asks for. */
  sizes: Pick<Sizes, "postgres" | "redis">;
  /** Default: nothing was moved by hand. */
  movedFrom?: MovedFrom;
  /** Jobs waiting in the existing Redis; undefined: unknown. */
  waiting?: number | undefined;
}

/**
 * Why config may not change from `old` to `next`; one sentence each, empty when it may.
 *
 * @param old facts that are binding; a fact that it lacks may change freely
 */
export function factProblems(
  old: Partial<Facts>,
  next: Facts,
  { sizes, movedFrom = {}, waiting }: Circumstances,
): string[] {
  const problems = rules
    .filter(({ fact }) => old[fact] !== undefined && old[fact] !== null && old[fact] !== next[fact])
    .map(({ fact, because, proper }) => {
      const was = String(old[fact]);
      return problem(`${fact} would change from ${was} to ${next[fact]}: ${because}`, proper(was));
    });
  problems.push(...filesHostProblems(old.filesHosts ?? [], next, movedFrom));
  if (isRedisReplaced(old, next)) problems.push(...redisProblems(old.redisKind, next, movedFrom, waiting));
  for (const { fact, key } of volumes) {
    const [before, after] = [old[fact], next[fact]];
    if (typeof before !== "number" || typeof after !== "number" || after >= before) continue;
    problems.push(
      problem(
        `${fact} would shrink from ${before} to ${after}: a volume on Fly can only grow`,
        `keep it: ${setParts(`mastiff:${key}`, { ...sizes[key], volumeGb: before })}; or ${move}`,
      ),
    );
  }
  return problems;
}

function filesHostProblems(old: readonly string[], next: Facts, movedFrom: MovedFrom): string[] {
  const gone = old.filter((host) => !next.filesHosts.includes(host) && host !== movedFrom.filesHost);
  return gone.map((host) =>
    problem(
      `filesHost would change from ${host} to ${next.filesHosts[0]}: other servers and apps keep addresses of uploads at ${host}, and all of these would break`,
      `keep both hosts: pulumi config set mastiff:oldFilesHosts '${JSON.stringify([...next.filesHosts.slice(1), host])}' (docs/operations.md, “Another name for uploads”)`,
    ),
  );
}

/** Whether the app, the organisation or the region would change. */
export function isHomeChanged(old: Partial<Facts>, next: Facts): boolean {
  return homeFacts.some((fact) => old[fact] !== undefined && old[fact] !== next[fact]);
}

/** Facts that are binding only because of the database. */
export const homeFacts = ["app", "flyOrg", "region"] as const;

/** Whether another kind of Redis would replace the existing one. */
export function isRedisReplaced(old: Partial<Facts>, next: Facts): boolean {
  return old.redisKind !== undefined && old.redisKind !== next.redisKind;
}

function redisProblems(
  was: Facts["redisKind"] | undefined,
  next: Facts,
  movedFrom: MovedFrom,
  waiting: number | undefined,
): string[] {
  if (movedFrom.redisKind === was && (waiting ?? 0) === 0) return [];
  const count =
    waiting === undefined ? `https://${next.domain}/sidekiq shows how many` : `${waiting} wait now`;
  return [
    problem(
      `redisKind would change from ${was} to ${next.redisKind}: jobs that wait in Redis (deliveries, mails, deletions) would be lost with it; ${count}`,
      `stop web, let Sidekiq empty its queues, then replace Redis with ${setParts("mastiff:movedFrom", { ...movedFrom, redisKind: was })} (docs/operations.md, “Another Redis”)`,
    ),
  ];
}

function problem(what: string, proper: string): string {
  return `${what}.\n    proper way: ${proper}`;
}
