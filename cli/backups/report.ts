/** Backups as text. Pure. */
import { type BackupSchedule, longestAgeMs, moment } from "../../providers/rules/backup-age.ts";
import { inColumns } from "../../providers/shared/columns.ts";
import type { Backup } from "./in-bucket.ts";

/** A table for a terminal, a line for each backup. @param now milliseconds since 1970 */
export function backupsTable(backups: readonly Backup[], now: number): string {
  const head = ["taken", "age", "class", "size", "Mastodon", "accounts", "users", "statuses", "proven", ""];
  const rows = backups.map(({ taken, class: name, manifest, problem = closedTo(manifest) ?? "", drill }) => {
    const { accounts, users, statuses } = manifest?.rows ?? {};
    const size = manifest === undefined ? "" : sizeText(manifest.bytes);
    const counts = [accounts, users, statuses].map((count) => (count === undefined ? "" : String(count)));
    const proven = drill === undefined ? "" : moment(Date.parse(drill.drilled));
    const facts = [moment(taken), ageText(now - taken), name, size, manifest?.mastodon ?? "", ...counts];
    return [...facts, proven, problem];
  });
  return inColumns([head, ...rows], [false, true, false, true, false, true, true, true, false, false]).join(
    "\n",
  );
}

/**
 * Why the newest backup is not what the schedule promises, as a sentence without its full stop; undefined: it is.
 *
 * @param newest of the backups that can be relied on; undefined: there is none
 * @param schedule undefined: no age is too old
 * @param now milliseconds since 1970
 */
export function lateness(
  newest: Pick<Backup, "taken"> | undefined,
  schedule: BackupSchedule | undefined,
  now: number,
): string | undefined {
  if (newest === undefined) return "there is no backup";
  if (schedule === undefined) return undefined;
  const age = now - newest.taken;
  if (age <= longestAgeMs(schedule)) return undefined;
  return `the newest backup is ${ageText(age)} old (${moment(newest.taken)}), and the schedule is ${schedule}`;
}

/** Which recipients cannot open the backup, as a sentence without subject and full stop; undefined: all can. */
export function closedTo(manifest: Backup["manifest"]): string | undefined {
  const { skipped = [] } = manifest ?? {};
  return skipped.length === 0 ? undefined : `is not encrypted for ${skipped.join(", ")}`;
}

/** In the largest unit of which there are two: 119 min, 47 h, 2 d. */
export function ageText(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  if (minutes < 120) return `${minutes} min`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h`;
  return `${Math.floor(minutes / (24 * 60))} d`;
}

/** With one decimal: 3.4 MiB. */
export function sizeText(bytes: number): string {
  const units = ["KiB", "MiB", "GiB", "TiB"];
  let value = bytes / 1024;
  let unit = units.shift();
  // What would be rounded to 1024.0 is one of the next unit.
  for (; value >= 1023.95 && units.length > 0; unit = units.shift()) value /= 1024;
  return `${value.toFixed(1)} ${unit}`;
}
