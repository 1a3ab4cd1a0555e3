/** What the last run of the machine that takes backups says of the backups. Pure. */
import { longestAgeMs, moment } from "../../rules/backup-age.ts";
import type { BackupSpec } from "../spec.ts";
import { isRunning, lastExitOf, type Machine } from "../things/machines.ts";

/** Whether a backup came out of the machine's last run. */
export function hasWorked(machine: Machine): boolean {
  const exit = lastExitOf(machine);
  return machine.state !== "failed" && exit?.exitCode === 0 && !exit.wasStopped;
}

/**
 * Why the machine's last run is not the backup that the schedule promises, in words for the middle of a sentence;
 * undefined: it is. A run that is not over yet is not judged, but it does not make the last one younger.
 *
 * @param now milliseconds since 1970
 */
export function runProblem(
  machine: Machine,
  schedule: BackupSpec["schedule"],
  now: number,
): string | undefined {
  const exit = lastExitOf(machine);
  const isOver = !isRunning(machine);
  if (machine.state === "failed") return `machine ${machine.id} of the backups has failed`;
  if (isOver && exit?.oomKilled) return `the last backup ran out of memory (${moment(exit.at)})`;
  if (isOver && exit !== undefined && exit.exitCode !== 0)
    return `the last backup failed with exit code ${exit.exitCode} (${moment(exit.at)})`;
  if (isOver && exit?.wasStopped) return `the last backup was stopped by somebody else (${moment(exit.at)})`;
  const oldest = now - longestAgeMs(schedule);
  const since = exit?.at ?? Date.parse(machine.created_at ?? "");
  if (!(since < oldest)) return undefined;
  return exit === undefined
    ? `no backup has ended since ${moment(since)}, and the schedule is ${schedule}`
    : `the last backup ended ${moment(since)}, and the schedule is ${schedule}`;
}
