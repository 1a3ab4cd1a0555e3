import { moment } from "../../rules/backup-age.ts";
import { machineDifferences } from "../backup/backup-machine.ts";
import type { Fly } from "../call/flyctl.ts";
import { say } from "../call/progress.ts";
import { gone } from "../kind.ts";
import { leftOver, type OneOff, remove, start } from "../release/one-off.ts";
import type { Observation } from "../spec.ts";
import { isRunning, lastExitOf, type Machine, machinesIn } from "./machines.ts";
import { syncSecrets } from "./secrets-version.ts";

/**
 * A machine that works by a schedule of Fly's, and whose work nobody waits for: it may take hours, and a run that is
 * broken off has done less, and no harm.
 *
 * As with the machine of the backups (backup/backup.ts), no call starts it. So what is wrong with the machine, or with
 * its last run, is repaired by a new one, which starts at once. The next look tells how it went.
 */

/** Makes the machine, unless it is there as wanted and its last run was well. @returns its id */
export async function ensureScheduled(
  fly: Fly,
  wanted: OneOff,
  machines: readonly Machine[],
): Promise<string> {
  const { app, job, subject } = wanted;
  const there = leftOver(machines, [job]);
  const current = there.find((one) => problemsOf(one, wanted).length === 0);
  const others = there.filter((one) => one !== current);
  if (current !== undefined) {
    await remove(fly, app, others);
    return current.id;
  }
  await syncSecrets(fly, app);
  say(subject, "starting a machine for it");
  const id = await start(fly, wanted);
  await remove(fly, app, others);
  return id;
}

/** Removes the machines of a job, whatever they do. */
export async function destroyScheduled(fly: Fly, app: string, job: string): Promise<void> {
  const machines = await machinesIn(fly, app);
  if (machines !== undefined) await remove(fly, app, leftOver(machines, [job]));
}

/** How the best of a job's machines differs from the wanted one. */
export function observeScheduled(machines: readonly Machine[], wanted: OneOff): Observation {
  const [first, ...others] = leftOver(machines, [wanted.job]).map((one) => problemsOf(one, wanted));
  if (first === undefined)
    return { exists: false, differences: [`the machine of the ${wanted.subject} is gone`] };
  const differences = others.reduce((least, some) => (some.length < least.length ? some : least), first);
  return { exists: true, differences };
}

/** The observation of a machine whose app does not exist. */
export const goneWith = (app: string): Observation => gone(`app ${app}`);

/** How a machine differs from the wanted one, and what its last run did not do, in words. */
export function problemsOf(machine: Machine, wanted: OneOff): string[] {
  const { subject } = wanted;
  const differences = machineDifferences(machine, wanted).map((text) => `of the ${subject}: ${text}`);
  const failure = failureOf(machine, subject);
  return failure === undefined ? differences : [...differences, failure];
}

function failureOf(machine: Machine, subject: string): string | undefined {
  const exit = lastExitOf(machine);
  if (machine.state === "failed") return `machine ${machine.id} of the ${subject} has failed`;
  if (isRunning(machine) || exit === undefined) return undefined;
  if (exit.oomKilled) return `the last ${subject} ran out of memory (${moment(exit.at)})`;
  // A restore stops it, and so may a person.
  return exit.exitCode === 0 || exit.wasStopped
    ? undefined
    : `the last ${subject} failed with exit code ${exit.exitCode} (${moment(exit.at)})`;
}
