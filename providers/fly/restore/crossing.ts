import { jobs } from "../backup/backup-machine.ts";
import * as argv from "../call/argv.ts";
import { direct } from "../call/direct.ts";
import { DriverError, retry } from "../call/errors.ts";
import type { Fly } from "../call/flyctl.ts";
import { say } from "../call/progress.ts";
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
import {
  databasesOn,
  type Exchange,
  exchange,
  isBehind,
  reopen,
  type Server,
  schemaOf,
} from "./databases.ts";

/**
 * The way of a community from one database to another.
 *
 *   machines stopped ─► names exchanged ─► migrated, when Mastodon is newer ─► machines started ─► healthy
 *
 * Each step looks first, so a run that was killed is completed by the next one. Until the exchange, all is as it was.
 */
export async function cross(server: Server, spec: RestoreSpec, way: Exchange): Promise<void> {
  const { fly } = server;
  await awaitBackups(fly, spec.backupApp);
  await awaitMigrations({ fly, spec }, await machinesOf(fly, spec.app));
  try {
    await stop(fly, spec.app);
    say("restore", `giving the name ${server.database} to ${way.next}`);
    await exchange(server, way);
  } catch (error) {
    if (!fly.stopped) await goOn(server, spec).catch(() => undefined);
    throw error;
  }
}

/** Lets the community go on, on whatever database has its name. */
export async function goOn(server: Server, spec: RestoreSpec): Promise<void> {
  await reopen(server, await databasesOn(server));
  await start(server.fly, spec.app);
}

/**
 * Completes a crossing: the community's database is migrated when it lacks migrations that the other one has, and the
 * machines start.
 *
 * @param other the database that the community ran on before
 */
export async function arrive(server: Server, spec: RestoreSpec, other: string): Promise<void> {
  const { fly, database } = server;
  await awaitMigrations({ fly, spec }, await machinesOf(fly, spec.app));
  const [is, was] = [await schemaOf(server, database), await schemaOf(server, other)];
  if (is !== undefined && was !== undefined && isBehind(is, was)) {
    await migrate(fly, spec.app);
    // Fly's proxy starts a web machine for a request: it has seen the schema as it was before.
    await stop(fly, spec.app);
  }
  try {
    await start(fly, spec.app);
  } catch (error) {
    throw error instanceof DriverError ? notHealthy(spec, error) : error;
  }
}

/** A backup reads one snapshot from its beginning to its end: the exchange would end it. */
async function awaitBackups(fly: Fly, app: string | null): Promise<void> {
  if (app === null) return;
  for (const { id } of leftOver((await machinesIn(fly, app)) ?? [], Object.values(jobs)).filter(isRunning)) {
    say("restore", `machine ${id} is taking a backup: waiting for its end`);
    await awaitEnd(fly, app, id);
  }
}

/** The migrations of a release, all of them: no machine runs meanwhile. */
async function migrate(fly: Fly, app: string): Promise<void> {
  const like = model(app, await machinesOf(fly, app));
  await mustRun(fly, {
    ...clone(app, like, "db-prepare", "database", "migrating what was restored"),
    size: sharedSize(Math.max(1024, sizeOf(like).memoryMb)),
    command: direct(["bundle", "exec", "rails", "db:migrate"]),
  });
}

/**
 * Stops the machines, each once. Fly's proxy starts a web machine again when somebody asks for it; while nobody may
 * connect to the database, it serves errors and changes nothing.
 */
async function stop(fly: Fly, app: string): Promise<void> {
  const before = (await releasedOf(fly, app)).filter(isRunning);
  if (before.length === 0) return;
  say(app, `stopping ${before.map((one) => `${groupOf(one)} ${one.id}`).join(", ")}`);
  const ids = before.map(({ id }) => id);
  await fly.repeatable(argv.machineStop(app, ids), { app });
  const look = async () => {
    const now = await releasedOf(fly, app);
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
  return (await machinesOf(fly, app)).filter((one) => !isGone(one) && groupOf(one) !== undefined);
}

function notHealthy({ app }: RestoreSpec, error: DriverError): DriverError {
  const { problem } = error;
  return new DriverError(
    {
      ...problem,
      what: `${app} runs on another database, and does not become healthy on it.`,
      fix: [
        `its last output is below; the whole log:  flyctl logs -a ${app}`,
        "go back to the database before:  npx mastiff restore -s <stack> --undo",
      ],
    },
    { cause: error },
  );
}
