import { backUpBefore } from "../backup/backup-now.ts";
import { direct } from "../call/direct.ts";
import { DriverError, retry } from "../call/errors.ts";
import type { Fly } from "../call/flyctl.ts";
import { say, tell } from "../call/progress.ts";
import type { ReleaseSpec } from "../spec.ts";
import type { Secret } from "../things/listed-secrets.ts";
import { groupOf, isGone, lastExitOf, type Machine, parseImage, sharedSize } from "../things/machines.ts";
import { upgradeProblem } from "./mastodon-version.ts";
import * as step from "./minor-step.ts";
import {
  answerOf,
  awaitEnd,
  failed,
  leftOver,
  mustRun,
  type OneOff,
  removeMachine,
  runOneOff,
} from "./one-off.ts";
import { railsRunner } from "./rails.ts";
import type { Plan } from "./release-plan.ts";

/**
 * What a release does to the database, each step a one-off in Mastodon's image.
 *
 * Migrations may take hours and must never run twice at once. A migration that an earlier run left running is
 * waited for and never killed. If it succeeds and is the one needed now, it is not run again.
 */
export type Migration = "db-prepare" | "db-migrate-pre" | "db-migrate-post";

export interface ReleaseWork {
  fly: Fly;
  spec: ReleaseSpec;
  /** The declared environment, since the new image may need a new variable to boot. */
  env: Readonly<Record<string, string>>;
}

const doing: Record<Migration, string> = {
  "db-prepare": "preparing",
  "db-migrate-pre": "migrating, before the release",
  "db-migrate-post": "migrating, after the release",
};

/** Throws when Mastodon must not change from the running version to the declared one. */
export function refuseVersion(spec: ReleaseSpec, machines: readonly Machine[]): void {
  if (spec.database === null) return;
  for (const machine of machines) {
    if (isGone(machine) || groupOf(machine) === undefined) continue;
    const problem = upgradeProblem(machine.config?.image ?? "", spec.image);
    if (problem === undefined) continue;
    throw new DriverError({
      what: `Mastodon ${problem}.`,
      setIn: "mastiff:mastodonVersion",
      fix: "see the upgrade path:  https://docs.joinmastodon.org/admin/upgrading/",
      retry: retry.no,
    });
  }
}

/**
 * Throws when the machines serve another domain: every handle contains it, and other servers know the
 * community by nothing else.
 */
export function refuseDomain({ spec, env }: ReleaseWork, machines: readonly Machine[]): void {
  const released = machines.filter((one) => !isGone(one) && groupOf(one) !== undefined);
  const domains = new Set(released.map((one) => one.config?.env?.LOCAL_DOMAIN));
  const [was] = domains;
  const next = env.LOCAL_DOMAIN;
  // When only some machines differ, they were changed by hand, and the release repairs them.
  if (spec.database === null || domains.size !== 1 || was === undefined || was === next) return;
  throw new DriverError({
    what: `${spec.app} serves ${was} and cannot serve ${next} instead: every account's handle depends on the domain.`,
    setIn: "mastiff:domain",
    fix: [
      `keep it:  pulumi config set mastiff:domain ${was}`,
      "or bring up a second stack with the new domain, and let people move their accounts there",
    ],
    retry: retry.no,
  });
}

/** Migrations that have already succeeded, named by {@link done}. */
export type Done = ReadonlySet<string>;

function done(job: string, image: string): string {
  return `${job} ${image}`;
}

/**
 * Waits for migrations that an earlier run started, or a preparation before this release. Then it removes their machines.
 * One that has prepared the database stays until the first release has machines: it says that this is done.
 *
 * @param target region and image of the release that comes. Default: none comes
 * @returns those that succeeded
 */
export async function awaitMigrations(
  { fly, spec: { app } }: { fly: Fly; spec: Pick<ReleaseSpec, "app"> },
  machines: readonly Machine[],
  target?: Pick<ReleaseSpec, "region" | "image">,
): Promise<Done> {
  const well = new Set<string>();
  for (const machine of leftOver(machines, Object.keys(doing))) {
    const { mastiff_job: job = "", mastiff_image: image = "" } = machine.config?.metadata ?? {};
    const { exitCode, left } = await endOf(fly, app, machine);
    if (exitCode !== 0) tell("database", `it ended with exit code ${exitCode}`);
    // In another region was another database: until the first release, config may move the community.
    else if (target === undefined || machine.region === target.region) well.add(done(job, image));
    const isOfFirst = job === "db-prepare" && image === target?.image && !hasReleased(machines);
    const stays = isOfFirst && well.has(done(job, image));
    if (left && !stays) await removeMachine(fly, app, machine.id);
  }
  return well;
}

/** How a migration ended, and whether its machine is left. One that is gone must not be removed again ({@link removeMachine}). */
async function endOf(fly: Fly, app: string, machine: Machine): Promise<{ exitCode: number; left: boolean }> {
  const exit = machine.state === "stopped" ? lastExitOf(machine) : undefined;
  if (exit !== undefined) return { exitCode: exit.exitCode, left: true };
  const job = machine.config?.metadata?.mastiff_job as Migration;
  say("database", `${doing[job]}: an earlier run started this, waiting for it to end`);
  const { exitCode, machine: last } = await awaitEnd(fly, app, machine.id);
  return { exitCode, left: last !== undefined && !isGone(last) };
}

/** Whether a release has made machines. */
export function hasReleased(machines: readonly Machine[]): boolean {
  return machines.some((one) => !isGone(one) && groupOf(one) !== undefined);
}

/** Sets up the database, unless that is done, and asks Redis for its version, side by side. */
export async function prepare(work: ReleaseWork, well: Done): Promise<void> {
  // A new database may be set up whatever Redis answers.
  const both = [migrate(work, "db-prepare", well), work.spec.redisGate ? redisGate(work) : undefined];
  // Waits for the end of each, so that no error leaves a machine that nobody watches.
  await Promise.allSettled(both);
  await Promise.all(both);
}

/** What earlier runs of the release have left. */
export interface Earlier {
  /** Migrations that have succeeded. */
  well: Done;
  /** Secrets of the app, some of which are notes of what has begun. */
  secrets: readonly Secret[];
}

/** Does what must be done before any machine gets the new image or the new secrets. */
export async function beforeDeploy(work: ReleaseWork, todo: Plan, earlier: Earlier): Promise<void> {
  const { spec } = work;
  const { first, imageChanged, secretsChanged } = todo;
  // A preparation has asked Redis, and so has a release that began to set up the database.
  const isPrepared = first && earlier.well.has(done("db-prepare", spec.image));
  if (spec.redisGate && !isPrepared && (first || imageChanged || secretsChanged)) await redisGate(work);
  if (spec.database !== null && first) await migrate(work, "db-prepare", earlier.well);
  if (spec.database !== null && todo.imageChanged) {
    await backUpFirst(work, todo, earlier);
    await migrate(work, "db-migrate-pre", earlier.well);
  }
}

/**
 * Takes a backup before the migration to another minor version, whose way back is a backup (docs/operations.md,
 * “Going back”). Once the migration has begun, it would be too late.
 */
async function backUpFirst(
  { fly, spec }: ReleaseWork,
  { otherMinor }: Plan,
  { well, secrets }: Earlier,
): Promise<void> {
  if (spec.backup === undefined || otherMinor === undefined) return;
  if (well.has(done("db-migrate-pre", spec.image))) return;
  const to = parseImage(spec.image).tag ?? spec.image;
  if (step.hasBegun(secrets, to, Date.now())) {
    say("backup", `an earlier run took one before ${to}, and has begun to migrate since: it is the way back`);
    return;
  }
  await backUpBefore(fly, spec.backup, { from: otherMinor, to });
  await step.begin(fly, spec.app, to);
}

/** Runs the migration, unless it has already succeeded. */
export async function migrate(work: ReleaseWork, job: Migration, well: Done): Promise<void> {
  if (well.has(done(job, work.spec.image))) return;
  // Only the variable's presence counts: "false" would skip as well (mastodon: lib/mastodon/database.rb).
  const env = job === "db-migrate-pre" ? { ...work.env, SKIP_POST_DEPLOYMENT_MIGRATIONS: "true" } : work.env;
  const task = job === "db-prepare" ? "db:prepare" : "db:migrate";
  await mustRun(work.fly, {
    ...oneOff(work, job, "database", doing[job]),
    env,
    command: direct(["bundle", "exec", "rails", task]),
    ...(job === "db-prepare" && { stays: true }),
  });
}

/** A one-off with this release's image and environment, and enough memory to boot Rails and migrate. */
export function oneOff({ spec, env }: ReleaseWork, job: string, subject: string, doing: string): OneOff {
  return {
    app: spec.app,
    job,
    region: spec.region,
    image: spec.image,
    size: sharedSize(spec.database?.memoryMb ?? 1024),
    // Set in components/fly/plan.ts: as much memory as Sidekiq has, and at least 1 GB.
    sizedBy: {
      key: "mastiff:sidekiq",
      ...(spec.database?.sidekiq && { parts: spec.database.sidekiq }),
    },
    env,
    command: [],
    subject,
    doing,
  };
}

/** Exit code by which the script says that Redis is too old. */
const tooOld = 69;

/**
 * Refuses Redis below 7.0: Sidekiq 8 does not start with it (sidekiq: lib/sidekiq/cli.rb); web boots green.
 */
async function redisGate(work: ReleaseWork): Promise<void> {
  const job = {
    ...oneOff(work, "redis-version", "Redis", "asking for its version"),
    command: railsRunner("redis-version"),
  };
  const ended = await runOneOff(work.fly, job);
  if (ended.exitCode === 0) return;
  if (ended.exitCode !== tooOld) throw failed(work.fly, job, ended);
  const version = answerOf(ended)?.redis;
  throw new DriverError({
    what: `Redis is ${typeof version === "string" ? `version ${version}` : "too old"}, but Sidekiq refuses to start below 7.0.0: nothing was released.`,
    setIn: "mastiff:redis",
    fix: `use the stack's own Redis:  pulumi config rm mastiff:redis && pulumi config set --path mastiff:redis.kind own`,
    retry: retry.no,
  });
}
