/**
 * Sizes of everything that runs, by preset. `guide` has the guide's sizes. `tiny` has sizes that suit about
 * fifty people today. The larger presets follow Mastodon's own advice (docs.joinmastodon.org/admin/scaling).
 */
import type { z } from "zod";
import { setParts } from "../../providers/rules/config-parts.ts";
import type { sizeOverrides } from "./keys/sizes.ts";

/** A machine. Fly allows up to 2 GB of memory for each shared CPU. */
export interface MachineSize {
  /** Shared CPUs: 1, 2, 4, 6 or 8. */
  cpus: number;
  /** Memory in MB, in steps of 256. */
  memoryMb: number;
}
/** The web machines; `workers` are Puma's processes, `threads` the threads of each. */
export interface WebSize extends MachineSize {
  count: number;
  workers: number;
  threads: number;
}
/** The background machines; with more than one, the scheduler gets a machine of its own. */
export interface SidekiqSize extends MachineSize {
  count: number;
  threads: number;
}
/** The streaming machines; `databasePool` is the number of database connections of each machine. */
export interface StreamingSize extends MachineSize {
  count: number;
  databasePool: number;
}
/** The database machine and its disk. */
export interface PostgresSize extends MachineSize {
  /** Size of the volume in GB. A volume grows, but does not shrink. */
  volumeGb: number;
}
/** The stack's own Redis 7 machine, or an Upstash database (plan: `fly redis plans`; null: pay as you go). */
export type RedisSize =
  | (MachineSize & { kind: "own"; volumeGb: number })
  | { kind: "upstash"; plan: string | null };

/** All sizes of one community. */
export interface Sizes {
  web: WebSize;
  sidekiq: SidekiqSize;
  streaming: StreamingSize;
  postgres: PostgresSize;
  redis: RedisSize;
}

/** Name of a set of sizes. */
export type Preset = "tiny" | "guide" | "small" | "medium";

const presets: Record<Preset, Sizes> = {
  tiny: {
    web: { count: 1, cpus: 1, memoryMb: 1024, workers: 1, threads: 5 },
    sidekiq: { count: 1, cpus: 1, memoryMb: 1024, threads: 5 },
    streaming: { count: 1, cpus: 1, memoryMb: 512, databasePool: 5 },
    postgres: { cpus: 1, memoryMb: 1024, volumeGb: 10 },
    redis: { kind: "own", cpus: 1, memoryMb: 256, volumeGb: 1 },
  },
  guide: {
    web: { count: 1, cpus: 1, memoryMb: 1024, workers: 1, threads: 5 },
    sidekiq: { count: 1, cpus: 1, memoryMb: 1024, threads: 5 },
    streaming: { count: 1, cpus: 1, memoryMb: 256, databasePool: 5 },
    postgres: { cpus: 1, memoryMb: 256, volumeGb: 1 },
    redis: { kind: "upstash", plan: null },
  },
  small: {
    web: { count: 1, cpus: 2, memoryMb: 2048, workers: 2, threads: 5 },
    sidekiq: { count: 1, cpus: 2, memoryMb: 2048, threads: 15 },
    streaming: { count: 1, cpus: 1, memoryMb: 512, databasePool: 5 },
    postgres: { cpus: 2, memoryMb: 2048, volumeGb: 20 },
    redis: { kind: "own", cpus: 1, memoryMb: 512, volumeGb: 1 },
  },
  medium: {
    web: { count: 2, cpus: 4, memoryMb: 4096, workers: 3, threads: 5 },
    sidekiq: { count: 2, cpus: 2, memoryMb: 2048, threads: 20 },
    streaming: { count: 2, cpus: 1, memoryMb: 1024, databasePool: 5 },
    postgres: { cpus: 4, memoryMb: 8192, volumeGb: 50 },
    redis: { kind: "own", cpus: 1, memoryMb: 2048, volumeGb: 2 },
  },
};

/** The sizes that config may override; every part is optional. */
export type SizeOverrides = { [K in keyof typeof sizeOverrides]?: z.infer<(typeof sizeOverrides)[K]> };

/** The preset's sizes with the overrides applied. */
export function sizesOf(preset: Preset, overrides: SizeOverrides): Sizes {
  const base = presets[preset];
  return {
    web: merged(base.web, overrides.web),
    sidekiq: merged(base.sidekiq, overrides.sidekiq),
    streaming: merged(base.streaming, overrides.streaming),
    postgres: merged(base.postgres, overrides.postgres),
    redis: redisSize(base.redis, overrides.redis),
  };
}

function redisSize(base: RedisSize, override: SizeOverrides["redis"]): RedisSize {
  if (override === undefined) return base;
  if (override.kind === "upstash") return { kind: "upstash", plan: override.plan ?? null };
  const own = base.kind === "own" ? base : (presets.tiny.redis as Extract<RedisSize, { kind: "own" }>);
  return merged(own, { ...override, kind: "own" as const });
}

/** Ignores properties that are explicitly undefined, so that they do not remove a default. */
function merged<T extends object>(base: T, override: { [K in keyof T]?: T[K] | undefined } | undefined): T {
  const set = Object.entries(override ?? {}).filter(([, value]) => value !== undefined);
  return { ...base, ...Object.fromEntries(set) };
}

/** Connections that all machines, one-offs included, may open. Postgres' default limit is 100, 3 reserved. */
export function connections(sizes: Sizes): number {
  const { web, sidekiq, streaming } = sizes;
  const scheduler = sidekiq.count > 1 ? schedulerThreads : 0;
  return (
    web.count * web.workers * web.threads +
    sidekiq.count * sidekiq.threads +
    scheduler +
    streaming.count * streaming.databasePool +
    5
  );
}

/** Threads of the scheduler's own machine. */
export const schedulerThreads = 5;
/** Size of the scheduler's own machine. */
export const schedulerSize: MachineSize = { cpus: 1, memoryMb: 1024 };

/** With less memory, a postgres-flex database, which is five processes, is killed while migrations run. */
const postgresMemoryMb = 512;

/** Warnings about sizes that will cause trouble; a sentence each. The sizes are not changed. */
export function sizeWarnings({ postgres }: Sizes): string[] {
  if (postgres.memoryMb >= postgresMemoryMb) return [];
  return [
    `mastiff:postgres gives the database ${postgres.memoryMb} MB. It runs five processes (PostgreSQL, its replication manager, a proxy and Fly's own), and is killed during migrations because it runs out of memory.\n  fix  give it what a small community needs:  ${setParts("mastiff:postgres", { ...postgres, memoryMb: presets.tiny.postgres.memoryMb })}`,
  ];
}

/** The problem with the sizes taken together; undefined when there is none. */
export function budgetProblem(sizes: Sizes): string | undefined {
  for (const [name, size] of Object.entries(sizes)) {
    if ("memoryMb" in size && size.memoryMb > size.cpus * 2048) {
      return `${name}: ${size.cpus} shared CPU(s) get at most ${size.cpus * 2048} MB of memory, not ${size.memoryMb}`;
    }
  }
  const wanted = connections(sizes);
  if (wanted <= 97) return undefined;
  return `web, sidekiq and streaming together may open ${wanted} database connections; Postgres accepts 97: lower counts, workers or threads`;
}
