/** Which change of config is refused once there is something to lose, why, and the proper way. Pure. */

import { setParts } from "../../providers/rules/config-parts.ts";
import type { Community } from "../config/schema.ts";
import type { Sizes } from "../config/sizes.ts";

/** Facts that config decides. When each of them binds: bound-facts.ts. */
export interface Facts {
  /** Handles and every other server's memory of the community hang on it. */
  domain: string;
  /** Public names of the uploads. Other servers keep an upload's address for as long as they keep the post. */
  filesHosts: readonly string[];
  /** Prefix of all apps: another one is another database. */
  app: string;
  /** Apps and their volumes belong to it. */
  flyOrg: string;
  /** Where volumes are; they do not move. */
  region: string;
  /** Whose the bucket is. */
  cloudflareAccountId: string;
  /** Name of the zone that this stack made, with all its records; null: it was there before. */
  madeZone: string | null;
  bucket: string;
  bucketJurisdiction: string;
  redisKind: "own" | "upstash";
  /** Volumes grow and never shrink. */
  postgresVolumeGb: number;
  redisVolumeGb: number | null;
}

/** The facts that a config would make. */
export function factsOf(community: Community): Facts {
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

/** What an operator has moved away by hand, by the fact that was (`mastiff:movedFrom`): that change is let through. */
export interface MovedFrom {
  redisKind?: Facts["redisKind"] | undefined;
  /** A name of the uploads that is given up, with every address that other servers have of it. */
  filesHost?: string | undefined;
  /** The release whose writings are gone: a dump from before it was restored. */
  mastodonVersion?: string | undefined;
}

interface Rule {
  fact: Exclude<keyof Facts, "filesHosts" | "redisKind" | "postgresVolumeGb" | "redisVolumeGb">;
  /** What would be lost, and the proper way. */
  because: string;
  proper: (was: string) => string;
}

const move =
  "take a dump, end the community but for its secrets, begin there and restore it (docs/operations.md, “Moving house”)";

const rules: readonly Rule[] = [
  {
    fact: "domain",
    because: "every account's handle and its identity at other servers hang on the domain",
    proper: () =>
      "bring up a second stack with the new domain, and let people move their accounts there (Preferences, Account, Move)",
  },
  {
    fact: "app",
    because: "the database and Redis would be made anew, empty, and the old ones deleted",
    proper: (was) =>
      `keep the name, it is seen nowhere but at <app>.fly.dev: pulumi config set mastiff:app ${was}`,
  },
  {
    fact: "flyOrg",
    because: "database and Redis stay in the organisation that has them: they would be made anew, empty",
    proper: () => move,
  },
  {
    fact: "region",
    because: "volumes do not move between regions: database and Redis would be made anew, empty",
    proper: () => move,
  },
  {
    fact: "cloudflareAccountId",
    because: "the bucket with every upload stays in the account that has it",
    proper: () => move,
  },
  {
    fact: "madeZone",
    because: "this stack made that zone, and would delete it with all its records, those of others too",
    proper: (was) =>
      `keep it: pulumi config set mastiff:zoneMode created && pulumi config set mastiff:zone ${was}`,
  },
  {
    fact: "bucket",
    because: "every upload would stay behind in the old bucket, which would be emptied and deleted",
    proper: (was) =>
      `keep the name, visitors see the one of mastiff:filesHost alone: pulumi config set mastiff:bucket ${was}`,
  },
  {
    fact: "bucketJurisdiction",
    because: "a bucket never changes its jurisdiction: it would be emptied, deleted and made anew",
    proper: () => move,
  },
];

/** Which key of config has a volume's size as its `volumeGb`. */
const volumes = [
  { fact: "postgresVolumeGb", key: "postgres" },
  { fact: "redisVolumeGb", key: "redis" },
] as const;

/** What else bears on a change. */
export interface Circumstances {
  /** The sizes that config asks for. */
  sizes: Pick<Sizes, "postgres" | "redis">;
  /** Default: nothing was moved by hand. */
  movedFrom?: MovedFrom;
  /** Jobs in the Redis that is there; undefined: nobody has looked. */
  waiting?: number | undefined;
}

/**
 * Why config may not change from `old` to `next`; one sentence each, empty when it may.
 *
 * @param old facts that bind; what is not in it is free
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
        `${fact} would shrink from ${before} to ${after}: a volume of Fly's only grows`,
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
      `filesHost would change from ${host} to ${next.filesHosts[0]}: other servers and apps have addresses of uploads at ${host}, and all of them would break`,
      `let both serve: pulumi config set mastiff:oldFilesHosts '${JSON.stringify([...next.filesHosts.slice(1), host])}' (docs/operations.md, “Another name for uploads”)`,
    ),
  );
}

/** Whether another app, organisation or region would take the place of the ones that are there. */
export function isHomeChanged(old: Partial<Facts>, next: Facts): boolean {
  return homeFacts.some((fact) => old[fact] !== undefined && old[fact] !== next[fact]);
}

/** Facts that bind because of the database alone. */
export const homeFacts = ["app", "flyOrg", "region"] as const;

/** Whether another kind of Redis would take the place of the one that is there. */
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
    waiting === undefined ? `how many is on https://${next.domain}/sidekiq` : `${waiting} wait now`;
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
