/** How old the newest backup of a community may be. */

/** How often a backup is taken. */
export type BackupSchedule = "hourly" | "daily";

const hourMs = 3_600_000;

/** Time between two backups. Fly's cycle is fuzzy (superfly/docs: machines/flyctl/fly-machine-run). */
const periodMs: Readonly<Record<BackupSchedule, number>> = { hourly: hourMs, daily: 24 * hourMs };

/** Age in milliseconds beyond which the newest backup is too old. One run may be missed, and one may come late. */
export function longestAgeMs(schedule: BackupSchedule): number {
  return 2 * periodMs[schedule] + hourMs;
}

/** A time as texts about backups show it: 2026-11-29 03:00 UTC. @param ms milliseconds since 1970 */
export function moment(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
