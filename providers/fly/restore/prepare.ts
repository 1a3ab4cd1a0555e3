import { setParts } from "../../rules/config-parts.ts";
import type { EndByHand, TaskByHand } from "../by-hand.ts";
import { bashJob } from "../call/bash-job.ts";
import { direct } from "../call/direct.ts";
import { diskSpace } from "../call/disk-space.ts";
import { DriverError, FlyctlFailure, retry } from "../call/errors.ts";
import type { Fly } from "../call/flyctl.ts";
import { say } from "../call/progress.ts";
import {
  type Ended,
  finish,
  lastSaid,
  leftOver,
  type OneOff,
  runOneOff,
  type Watch,
} from "../release/one-off.ts";
import type { RestorableDump, RestorePrepared, RestoreSpec, RestoreState } from "../spec.ts";
import { imageOf, machinesOf, sharedSize, sizeOf } from "../things/machines.ts";
import { type Claim, claim, destroyOwned, find } from "../things/ownership.ts";
import { stage } from "../things/secrets.ts";
import { syncSecrets } from "../things/secrets-version.ts";
import { volumeOf, volumesOf } from "../things/volumes.ts";
import { besides, type Databases, stateOf } from "./database-marks.ts";
import {
  createRestored,
  databasesOn,
  drop,
  mark,
  measure,
  openServer,
  reopen,
  type Server,
  schemaOf,
} from "./databases.ts";
import { answerIn, readingSecrets, readingVariables, rowDifferences } from "./dump-reading.ts";

/**
 * Restores a backup into a new database beside the community's, which goes on.
 *
 *   empty database, marked ─► one-off in an app of its own ─► rows compared ─► marked as complete ─► the app goes
 *
 * Each run begins with a look at the marks. A machine that a killed run left is waited for when it restores the same
 * backup; else it goes, and so does what it has restored. A database that is complete is not restored again.
 */
const job = "restore";

export async function run({ fly, spec, secrets, show }: TaskByHand<RestoreSpec>): Promise<EndByHand> {
  const { dump, database } = spec;
  if (dump === undefined) throw new Error("SPEC.dump is missing: there is nothing to restore");
  // It becomes a part of comments in SQL.
  if (!/^[\w./-]+$/.test(dump.name))
    throw new Error(`SPEC.dump.name is ${dump.name}, which is no key of a backup`);
  const server = await openServer(fly, spec);
  const databases = await databasesOn(server);
  const state = stateOf(databases);
  refuseUnfinished(spec, state);
  await reopen(server, databases);
  await refuseNewer(server, dump);
  const app: Claim = { stack: spec.stack, org: spec.org, app: spec.restoreApp, option: "--app" };
  const isThere = state.state === "restored" && state.name === dump.name;
  if (!isThere) {
    const isBegun = state.state === "restoring" && state.name === dump.name;
    const onLine = (line: string) => {
      if (answerIn([line]) === null) show(line);
    };
    const work: Work = {
      server,
      spec,
      dump,
      app,
      watch: { onLine, suffices: (all) => answerIn(all) !== null },
    };
    const ended = (isBegun && (await finishLeft(work))) || (await restore(work, databases, secrets));
    await complete(work, ended);
  }
  await destroyOwned(fly, app);
  const { restored } = besides(database);
  // A complete database has the rows and the schema of its dump.
  const answer: RestorePrepared = {
    database: restored,
    name: dump.name,
    rows: dump.rows,
    schema: dump.schema,
  };
  return { answer };
}

interface Work {
  server: Server;
  spec: RestoreSpec;
  dump: RestorableDump;
  /** The app of the machine that restores. */
  app: Claim;
  watch: Watch;
}

/** Waits for the machine that a killed run left. @returns how it ended, if it has restored this backup */
async function finishLeft({ server, dump, app, watch }: Work): Promise<Ended | undefined> {
  const { fly } = server;
  const found = await find(fly, app);
  if (found?.owner !== "ours") return undefined;
  const left = leftOver(await machinesOf(fly, app.app), [job]).find(
    (one) => one.config?.metadata?.mastiff_dump === dump.name,
  );
  if (left === undefined) return undefined;
  say("restore", `restoring ${dump.name}: an earlier run started this, waiting for its end`);
  const ended = await finish(fly, app.app, left.id, watch);
  return ended.exitCode === 0 ? ended : undefined;
}

/** Restores into a database that is made anew. */
async function restore(
  work: Work,
  { restored }: Databases,
  secrets: Readonly<Record<string, string>>,
): Promise<Ended> {
  const { server, spec, dump, app } = work;
  const { fly } = server;
  const values = {
    ...readingSecrets(secrets),
    DATABASE_URL: urlOf(secrets.databaseUrl, besides(spec.database).restored),
  };
  // A machine of a killed run would restore into the new database, too.
  await destroyOwned(fly, app);
  if (restored !== undefined) await drop(server, restored);
  await refuseWithoutRoom(server, dump);
  await claim(fly, app);
  say("restore", `creating database ${besides(spec.database).restored}`);
  await createRestored(server, dump.name);
  await stage(fly, app.app, values);
  await syncSecrets(fly, app.app);
  const ended = await runOneOff(fly, { ...oneOff(work), ...work.watch });
  if (ended.exitCode === 0) return ended;
  await takeBack(work);
  throw notRestored(fly, work, ended);
}

/**
 * Compares what was restored with what was dumped, and marks the database as complete. The script has counted the rows;
 * a command in a machine may not run long enough for a large database, so it counts only where Fly has lost the log.
 */
async function complete(work: Work, { lines }: Ended): Promise<void> {
  const { server, dump } = work;
  const { restored } = besides(server.database);
  say("restore", "comparing it with what was dumped");
  const differences = rowDifferences(answerIn(lines) ?? (await measure(server, restored)), dump);
  if (differences.length === 0) return mark(server, restored, { kind: "complete", name: dump.name });
  await takeBack(work);
  throw new DriverError({
    what: `What came out of ${dump.name} is not what was dumped: ${differences.join(", ")}. The community was not touched.`,
    fix: "restore another backup:  npx mastiff backups -s <stack>",
    retry: retry.no,
  });
}

/** Removes what did not come to its end: the database and the app. */
async function takeBack({ server, app }: Work): Promise<void> {
  const { restored } = await databasesOn(server);
  if (restored !== undefined) await drop(server, restored);
  await destroyOwned(server.fly, app);
}

function oneOff({ server, spec, dump, app }: Work): OneOff {
  return {
    app: app.app,
    job,
    region: spec.region,
    // It has a pg_restore of the server's own version.
    image: imageOf(server.machine),
    size: sharedSize(1024),
    sizedBy: undefined,
    env: readingVariables(dump),
    command: direct(bashJob("restore")),
    metadata: { mastiff_dump: dump.name },
    subject: "restore",
    doing: `restoring ${dump.name}`,
  };
}

/** The community's DATABASE_URL, with another database. */
function urlOf(databaseUrl: string | undefined, database: string): string {
  if (databaseUrl === undefined) throw new Error("stdin has no databaseUrl");
  const url = new URL(databaseUrl);
  url.pathname = `/${database}`;
  return url.href;
}

/** Refuses while a database that has served people is beside the community's: only `finish` drops it. */
function refuseUnfinished({ database }: RestoreSpec, { state, name, since }: RestoreState): void {
  if (state === "switched") {
    throw new DriverError({
      what: `The last restore is not finished: the community has run on ${name} since ${since}, and what it ran on before is kept as ${besides(database).before}.`,
      fix: [
        "keep what it runs on, and drop what it ran on before:  npx mastiff restore -s <stack> --finish",
        "or go back to that:  npx mastiff restore -s <stack> --undo",
      ],
      retry: retry.no,
    });
  }
  if (state === "undone") {
    throw new DriverError({
      what: `The last restore is not finished: the community went back ${since}, and what it ran on meanwhile is kept as ${besides(database).restored}.`,
      fix: "when nobody needs what was written meanwhile, drop it:  npx mastiff restore -s <stack> --finish",
      retry: retry.no,
    });
  }
}

/** Refuses a dump of a newer Mastodon: an older one cannot read it. */
async function refuseNewer(server: Server, { name, mastodon, schema }: RestorableDump): Promise<void> {
  const running = await schemaOf(server, server.database);
  if (running === undefined) {
    throw new DriverError({
      what: `Nothing was released on the database ${server.database} yet, so nobody knows which version of Mastodon a dump has to fit.`,
      fix: "release it first:  pulumi up",
      retry: retry.no,
    });
  }
  if (schema <= running.newest) return;
  throw new DriverError({
    what: `${name} is of Mastodon ${mastodon}, whose schema (${schema}) is newer than the running one's (${running.newest}): an older Mastodon cannot read it.`,
    setIn: "mastiff:mastodonVersion",
    fix: `first bring up the version of the dump:  pulumi config set mastiff:mastodonVersion ${mastodon} && pulumi up`,
    retry: retry.no,
  });
}

/** How much larger than the dumped database the free room has to be: what is written meanwhile, and its log. */
const reserve = 1.3;

async function refuseWithoutRoom(server: Server, { databaseBytes, name }: RestorableDump): Promise<void> {
  const free = databaseBytes === undefined ? undefined : await freeOn(server);
  if (databaseBytes === undefined || free === undefined || free >= databaseBytes * reserve) return;
  const { fly, app, machine } = server;
  const volume = volumeOf(await volumesOf(fly, app), machine);
  const { cpus, memoryMb } = sizeOf(machine);
  const missing = Math.ceil((databaseBytes * reserve - free) / 0.9e9);
  const parts = { cpus, memoryMb, volumeGb: (volume?.size_gb ?? 0) + missing };
  throw new DriverError({
    what: `The volume of ${app} has ${gigabytes(free)} free, and ${name} needs ${gigabytes(databaseBytes * reserve)} beside the running database.`,
    setIn: "mastiff:postgres",
    fix: `give it a larger volume, which cannot shrink again:  ${setParts("mastiff:postgres", parts)} && pulumi up`,
    retry: retry.no,
  });
}

/** A restore is not refused because nobody knows how full the volume is. */
async function freeOn({ fly, app, machine }: Server): Promise<number | undefined> {
  try {
    const { size, free } = await diskSpace(fly, app, machine.id);
    // Above 90 %, Fly's PostgreSQL makes the databases read-only (docs/operations.md, “The disk is full”).
    return free - size / 10;
  } catch (error) {
    if (error instanceof FlyctlFailure) throw error;
    return undefined;
  }
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

function notRestored(fly: Fly, { dump, app }: Work, ended: Ended): DriverError {
  const how = ended.oomKilled
    ? "ran out of memory and was killed"
    : `failed with exit code ${ended.exitCode}`;
  return new DriverError({
    what: `${dump.name} was not restored: the machine in app ${app.app} ${how}. The community was not touched.`,
    fix: "its last lines are below; when the dump is damaged, restore another one:  npx mastiff backups -s <stack>",
    retry: "helps only if the cause below goes away by itself",
    said: lastSaid(fly, ended),
  });
}
