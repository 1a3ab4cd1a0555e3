import type { EndByHand, TaskByHand } from "../by-hand.ts";
import { DriverError, retry } from "../call/errors.ts";
import type { Fly } from "../call/flyctl.ts";
import { say } from "../call/progress.ts";
import {
  type Ended,
  finish,
  forgotten,
  lastSaid,
  leftOver,
  type OneOff,
  remove,
  runOneOff,
} from "../release/one-off.ts";
import type { BackupNowSpec } from "../spec.ts";
import { isRunning, machinesIn, machinesOf } from "../things/machines.ts";
import { syncSecrets } from "../things/secrets-version.ts";
import { jobLike, jobs, manifestIn, newestOf, outcomeOf } from "./backup-machine.ts";

/**
 * Backups beside the schedule. Each has a machine of its own, like the scheduled one, that is removed at its
 * end: no call starts a scheduled machine (backup.ts).
 */

/**
 * Takes a backup, and shows what the script says. The answer is the manifest; there is none after a failure, or when
 * Fly has lost the log.
 *
 * @throws DriverError when the app has no machine that takes backups
 */
export async function run({ fly, spec, show }: TaskByHand<BackupNowSpec>): Promise<EndByHand> {
  const { app } = spec;
  const machines = await machinesOf(fly, app);
  const like = newestOf(machines);
  if (like === undefined) {
    throw new DriverError({
      what: `App ${app} has no machine that takes backups: none was made yet, or it is gone.`,
      fix: "have it made, which takes a backup:  pulumi up",
      retry: retry.no,
    });
  }
  await remove(fly, app, forgotten(machines, jobs.now));
  const suffices = (lines: readonly string[]) => manifestIn(lines) !== null;
  const onLine = (line: string) => {
    if (manifestIn([line]) === null) show(line);
  };
  const ended = await takeOne(fly, { ...jobLike(like, app, jobs.now, "taking one"), onLine, suffices });
  if (ended.oomKilled) say("backup", "its machine ran out of memory");
  const manifest = ended.exitCode === 0 ? manifestIn(ended.lines) : null;
  return { exitCode: ended.exitCode, ...(manifest !== null && { answer: manifest }) };
}

/**
 * Takes a backup before the database is migrated. One that a killed run has started for this, and that still
 * runs, is waited for and counts. One that has ended does not: nobody knows what was written since.
 *
 * @param step tags of Mastodon's releases
 * @throws DriverError when there is no backup: then nothing may be migrated
 */
export async function backUpBefore(fly: Fly, app: string, step: { from: string; to: string }): Promise<void> {
  const machines = (await machinesIn(fly, app)) ?? [];
  let hasBackup = false;
  for (const left of leftOver(machines, [jobs.before])) {
    if (isRunning(left)) say("backup", "taking one: an earlier run started it, waiting for its end");
    const ended = isRunning(left) ? await finish(fly, app, left.id) : undefined;
    if (ended?.exitCode === 0) hasBackup = true;
    if (ended === undefined) await remove(fly, app, [left]);
  }
  if (hasBackup) return;
  const like = newestOf(machines);
  if (like === undefined) throw noMachine(app, step);
  const ended = await takeOne(fly, jobLike(like, app, jobs.before, `taking one before ${step.to}`));
  if (ended.exitCode !== 0) throw notReleased(fly, app, step, ended);
}

async function takeOne(fly: Fly, job: OneOff): Promise<Ended> {
  await syncSecrets(fly, job.app);
  return runOneOff(fly, job);
}

function noMachine(app: string, { from, to }: { from: string; to: string }): DriverError {
  return new DriverError({
    what: `${to} migrates the database, and nothing takes backups of it yet (app ${app} has no machine for that): nothing was released.`,
    setIn: "mastiff:mastodonVersion, mastiff:backup",
    fix: [
      `first bring up the version that runs, which takes a backup:  pulumi config set mastiff:mastodonVersion ${from || "<tag>"} && pulumi up`,
      `then the new one:  pulumi config set mastiff:mastodonVersion ${to} && pulumi up`,
    ],
    retry: retry.no,
  });
}

/**
 * The machine is replaced after the release only. So what would mend it may wait behind the release that waits for it:
 * another recipient, another bucket or key, or the pg_dump of a database that was updated.
 */
function notReleased(
  fly: Fly,
  app: string,
  { from, to }: { from: string; to: string },
  ended: Ended,
): DriverError {
  return new DriverError({
    what: `No backup was taken before ${to}, so nothing was released: the machine in app ${app} ${outcomeOf(ended)}.`,
    fix: [
      "its last lines are below; until the cause is found, try it alone:  npx mastiff backup -s <stack>",
      "then release:  pulumi up",
      `the machine is still as the last up made it; to renew it first:  pulumi config set mastiff:mastodonVersion ${from} && pulumi up`,
    ],
    retry: "helps only if the cause below goes away by itself",
    said: lastSaid(fly, ended),
  });
}
