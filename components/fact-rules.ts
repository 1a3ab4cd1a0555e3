/** What is for good once a community has been up: which change of config is refused, why, and the proper way. Pure. */

import type { Community } from "../config/schema.ts";

/** Facts that config alone decides. */
export interface Facts {
  /** Handles and every other server's memory of the community hang on it. */
  domain: string;
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
  /** The release whose writings are gone: a dump from before it was restored. */
  mastodonVersion?: string | undefined;
}

interface Rule {
  fact: Exclude<keyof Facts, "redisKind" | "postgresVolumeGb" | "redisVolumeGb">;
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

/** Which key of config a volume's size is set by. */
const volumes = [
  { fact: "postgresVolumeGb", key: "mastiff:postgres.volumeGb" },
  { fact: "redisVolumeGb", key: "mastiff:redis.volumeGb" },
] as const;

/**
 * Why config may not change from `old` to `next`; one sentence each, empty when it may.
 *
 * Only facts that both sides have are compared, so that a stack of an older Mastiff is not refused.
 *
 * @param waiting jobs in the Redis that is there, as far as somebody has looked
 */
export function factProblems(
  old: Partial<Facts>,
  next: Facts,
  movedFrom: MovedFrom = {},
  waiting?: number,
): string[] {
  const problems = rules
    .filter(({ fact }) => old[fact] !== undefined && old[fact] !== null && old[fact] !== next[fact])
    .map(({ fact, because, proper }) => {
      const was = String(old[fact]);
      return problem(`${fact} would change from ${was} to ${next[fact]}: ${because}`, proper(was));
    });
  if (isRedisReplaced(old, next)) problems.push(...redisProblems(old.redisKind, next, movedFrom, waiting));
  for (const { fact, key } of volumes) {
    const [before, after] = [old[fact], next[fact]];
    if (typeof before !== "number" || typeof after !== "number" || after >= before) continue;
    problems.push(
      problem(
        `${fact} would shrink from ${before} to ${after}: a volume of Fly's only grows`,
        `keep it: pulumi config set --path ${key} ${before}; or ${move}`,
      ),
    );
  }
  return problems;
}

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
      `stop web, let Sidekiq empty its queues, then replace Redis with pulumi config set --path mastiff:movedFrom.redisKind ${was} (docs/operations.md, “Another Redis”)`,
    ),
  ];
}

function problem(what: string, proper: string): string {
  return `${what}.\n    proper way: ${proper}`;
}
