import { jobs as backupJobs } from "../backup/backup-machine.ts";
import * as argv from "../call/argv.ts";
import { direct } from "../call/direct.ts";
import { DriverError, retry } from "../call/errors.ts";
import type { Fly } from "../call/flyctl.ts";
import { say } from "../call/progress.ts";
import * as step from "../release/minor-step.ts";
import { awaitEnd, leftOver, mustRun } from "../release/one-off.ts";
import { clone, model } from "../release/rails.ts";
import { awaitMigrations } from "../release/release-database.ts";
import { awaitHealthy } from "../release/release-machines.ts";
import type { RestoreSpec } from "../spec.ts";
import {
  groupOf,
  isGone,
  isRunning,
  lastExitOf,
  type Machine,
  machinesIn,
  machinesOf,
  sharedSize,
  sizeOf,
} from "../things/machines.ts";
import { syncSecrets } from "../things/secrets-version.ts";
import { atWork, jobOf, workOf } from "./at-work.ts";
import {
  databasesOn,
  type Exchange,
  exchange,
  isBehind,
  programsOn,
  reopen,
  type Server,
  schemaOf,
  shut,
} from "./databases.ts";

/**
 * The way of a community from one database to another.
 *
 *   nothing else at work ─► machines stopped ─► databases closed ─► names exchanged ─► migrated, when Mastodon is newer
 *            ▲                                        │               ─► machines started ─► healthy
 *            └── machines started, databases open ◄───┘ a backup or a job has begun meanwhile
 *
 * An exchange ends all sessions with the database. A backup that has one would be lost. A job would connect again, and
 * go on with the other database. So both are waited for before the machines stop, and looked for again once nobody can
 * come in any more. Each step looks first, so a run that was killed is completed by the next one. Until the exchange,
 * all is as it was.
 *
 * @returns when the names were exchanged, in ISO 8601: what is waited for may take hours
 */
export async function cross(server: Server, spec: RestoreSpec, way: Exchange): Promise<string> {
  const { fly } = server;
  await awaitOthers(server, spec, way);
  try {
    await close(server, spec, way);
    while (await hasOthers(server, spec, way)) {
      say("restore", "a backup or a job has begun meanwhile: the community goes on until its end");
      await goOn(server, spec);
      await awaitOthers(server, spec, way);
      await close(server, spec, way);
    }
    say("restore", `giving the name ${server.database} to ${way.next}`);
    return await exchange(server, way);
  } catch (error) {
    if (!fly.stopped) await goOn(server, spec).catch(() => undefined);
    throw error;
  }
}

/** Stops the machines, and closes the databases to all others. */
async function close(server: Server, { app }: RestoreSpec, way: Exchange): Promise<void> {
  const { fly } = server;
  const which = (machines: readonly Machine[]) => [...released(machines), ...atWork(machines).scheduled];
  await stop(fly, app, which);
  await shut(server, way);
  // Meanwhile Fly may have started one by its schedule, and its proxy one for a request.
  await stop(fly, app, which);
}

/** Waits for what works with the database beside the community. @throws DriverError when a person has started it */
async function awaitOthers(server: Server, spec: RestoreSpec, way: Exchange): Promise<void> {
  const { fly } = server;
  const { app } = spec;
  const machines = await machinesOf(fly, app);
  const { persons } = atWork(machines);
  if (persons.length > 0) throw inTheWay(spec, persons);
  const programs = await programsOn(server, way);
  if (programs.length > 0) throw inUse(spec, programs);
  await awaitMigrations({ fly, spec }, machines);
  for (const one of atWork(await machinesOf(fly, app)).jobs) {
    say("restore", `machine ${one.id} is at work (${jobOf(one)}): waiting for its end`);
    await awaitEnd(fly, app, one.id);
  }
  for (const { app: backupApp, id } of await runningBackups(fly, spec)) {
    say("restore", `machine ${id} is taking a backup: waiting for its end`);
    await awaitEnd(fly, backupApp, id);
  }
}

/** Whether a backup, a job or a person works with the database. */
async function hasOthers(server: Server, spec: RestoreSpec, way: Exchange): Promise<boolean> {
  const { fly } = server;
  const { jobs, persons } = atWork(await machinesOf(fly, spec.app));
  if (jobs.length + persons.length > 0 || (await runningBackups(fly, spec)).length > 0) return true;
  return (await programsOn(server, way)).length > 0;
}

async function runningBackups(
  fly: Fly,
  { backupApp: app }: RestoreSpec,
): Promise<{ app: string; id: string }[]> {
  if (app === null) return [];
  const machines = leftOver((await machinesIn(fly, app)) ?? [], Object.values(backupJobs));
  return machines.filter(isRunning).map(({ id }) => ({ app, id }));
}

/** Lets the community go on, on whatever database has its name. */
export async function goOn(server: Server, spec: RestoreSpec): Promise<void> {
  await reopen(server, await databasesOn(server));
  await start(server.fly, spec.app);
}

/** Where a community has come over to. */
export interface Arrival {
  /** Name of the database that it ran on before. */
  other: string;
  /** When it went over, in ISO 8601. */
  since: string;
  /** The backup that it is on now; undefined: it is back on its own database. */
  backup: string | undefined;
}

/**
 * Completes a crossing: the community's database is migrated when it lacks migrations that the other one has, and the
 * machines start.
 *
 * @throws DriverError that says which database the community is on, and that the other one is kept
 */
export async function arrive(server: Server, spec: RestoreSpec, arrival: Arrival): Promise<void> {
  const { fly, database } = server;
  const { other, since } = arrival;
  // The backup before a step that had begun is no way back for this database: without the note, the next step takes
  // another one.
  await step.end(fly, spec.app, Date.parse(since));
  await awaitMigrations({ fly, spec }, await machinesOf(fly, spec.app));
  const [is, was] = [await schemaOf(server, database), await schemaOf(server, other)];
  const arriving = async (happened: string, act: () => Promise<void>) => {
    try {
      await act();
    } catch (error) {
      throw error instanceof DriverError ? notArrived(spec, arrival, happened, error) : error;
    }
  };
  if (is !== undefined && was !== undefined && isBehind(is, was)) {
    await arriving("its migrations failed", () => migrate(fly, spec.app));
    // Fly's proxy starts a web machine for a request: it has seen the schema as it was before.
    await arriving("not all machines stop, to start on its new schema", () => stop(fly, spec.app, released));
  }
  await arriving("its machines do not become healthy", () => start(fly, spec.app));
}

/** The migrations of a release, all of them: no machine runs meanwhile. */
async function migrate(fly: Fly, app: string): Promise<void> {
  const like = model(app, await machinesOf(fly, app));
  await syncSecrets(fly, app);
  await mustRun(fly, {
    ...clone(app, like, "db-prepare", "database", "migrating what was restored"),
    size: sharedSize(Math.max(1024, sizeOf(like).memoryMb)),
    command: direct(["bundle", "exec", "rails", "db:migrate"]),
  });
}

/**
 * Stops machines of the app, each once. Fly's proxy starts a web machine again when somebody asks for it; while nobody
 * may connect to the database, it serves errors and changes nothing.
 *
 * @param which picks them from all of the app's
 */
async function stop(
  fly: Fly,
  app: string,
  which: (machines: readonly Machine[]) => readonly Machine[],
): Promise<void> {
  const before = which(await machinesOf(fly, app)).filter(isRunning);
  if (before.length === 0) return;
  say(app, `stopping ${before.map((one) => `${groupOf(one) ?? jobOf(one)} ${one.id}`).join(", ")}`);
  const ids = before.map(({ id }) => id);
  await fly.repeatable(argv.machineStop(app, ids), { app });
  const look = async () => {
    const now = await machinesOf(fly, app);
    const running = before.filter((one) => {
      const live = now.find(({ id }) => id === one.id);
      return live !== undefined && isRunning(live) && lastExitOf(live)?.at === lastExitOf(one)?.at;
    });
    return running.length === 0 ? true : undefined;
  };
  const waitMs = (attempt: number) => Math.min(250 * 1.5 ** (attempt - 1), 5000);
  if (await fly.repeat(look, { limitMs: 300_000, waitMs })) return;
  throw new DriverError({
    what: `The machines of ${app} do not stop, so its database stays as it is.`,
    fix: [
      "check whether Fly has an incident:  https://status.flyio.net",
      `see which one runs on:  flyctl machine list -a ${app}`,
    ],
    retry: retry.yes,
  });
}

/** Starts the machines, and waits until as many are healthy in each group as there are. */
async function start(fly: Fly, app: string): Promise<void> {
  const groups: Record<string, { count: number }> = {};
  for (const machine of await releasedOf(fly, app)) {
    const group = groupOf(machine) ?? "";
    groups[group] = { count: (groups[group]?.count ?? 0) + 1 };
  }
  await awaitHealthy({ fly, spec: { app, groups } });
}

/** The app's machines in process groups. */
export async function releasedOf(fly: Fly, app: string): Promise<Machine[]> {
  return released(await machinesOf(fly, app));
}

function released(machines: readonly Machine[]): Machine[] {
  return machines.filter((one) => !isGone(one) && groupOf(one) !== undefined);
}

function inTheWay({ app, database }: RestoreSpec, persons: readonly Machine[]): DriverError {
  const list = persons.map((one) => `${one.id} (${workOf(one)})`).join(", ");
  return new DriverError({
    what: `Somebody works in a machine of ${app}, and would go on with another database than ${database} is now: ${list}. The databases are as they were.`,
    fix: [
      `wait for its end; see what it says:  flyctl logs -a ${app} --machine ${persons[0]?.id}`,
      `or stop it, when it may be broken off:  flyctl machine stop ${persons[0]?.id} -a ${app}`,
    ],
    retry: "helps once it has ended",
  });
}

function inUse({ database }: RestoreSpec, programs: readonly string[]): DriverError {
  const list = programs.join(" and ");
  return new DriverError({
    what: `Somebody has ${list} open on the database ${database}, and would go on with another database than it is now. The databases are as they were.`,
    fix: "end it where it was started: leave psql, and let a dump come to its end",
    retry: "helps once it has ended",
  });
}

/** @param happened what went wrong, in words that follow "and" */
function notArrived(
  { app }: RestoreSpec,
  { other, backup }: Arrival,
  happened: string,
  error: DriverError,
): DriverError {
  const { call, said } = error.problem;
  const details = { ...(call !== undefined && { call }), ...(said !== undefined && { said }) };
  if (backup === undefined)
    return new DriverError(
      {
        what: `${app} is back on its own database, and ${happened}. Nothing is lost: what it ran on meanwhile is kept as ${other}.`,
        fix: [
          `its last output is below; the whole log:  flyctl logs -a ${app}`,
          "once the cause is gone, complete it:  npx mastiff restore -s <stack> --undo",
        ],
        retry: "helps once the cause is gone: the next run goes on from here",
        ...details,
      },
      { cause: error },
    );
  return new DriverError(
    {
      what: `${app} is on the backup ${backup}, and ${happened}. Nothing is lost: its old database is kept as ${other}.`,
      fix: [
        `its last output is below; the whole log:  flyctl logs -a ${app}`,
        `once the cause is gone, complete it:  npx mastiff restore -s <stack> --from ${backup.split("/").at(-1)}`,
        "or go back to the old database:  npx mastiff restore -s <stack> --undo",
      ],
      retry: "helps once the cause is gone: the next run goes on from here",
      ...details,
    },
    { cause: error },
  );
}
