/** How fast a database grows, from its size now and what earlier backups say of it. */

import type { BackupSettings } from "../../components/config/backup-settings.ts";
import { OperatorError } from "../../providers/shared/operator-error.ts";
import { bucketOf, type Measured, measuredSince } from "../backups/in-bucket.ts";
import type { KnownAccess } from "./backup-check.ts";

const dayMs = 24 * 3_600_000;

/** How far back backups are compared with, in days. Older growth says little about the next weeks. */
const windowDays = 30;
const limitMs = 8_000;

/** Bytes a day; undefined when the sizes are less than a day apart. Never below zero: a vacuum is no growth. */
export function growthADay(then: Measured, bytes: number, now: number): number | undefined {
  const days = (now - then.taken) / dayMs;
  return days < 1 ? undefined : Math.max(0, (bytes - then.bytes) / days);
}

/** @param known undefined or an error: nobody can read the backups, and the growth is unknown */
export function growthSince(
  known: Promise<KnownAccess>,
  backup: BackupSettings,
  domain: string,
): (bytes: number) => Promise<number | undefined> {
  return async (bytes) => {
    const access = await known;
    if (access === undefined || access instanceof OperatorError) return undefined;
    const now = Date.now();
    try {
      const bucket = bucketOf(access, backup, AbortSignal.timeout(limitMs));
      const then = await measuredSince(bucket, domain, now - windowDays * dayMs);
      return then && growthADay(then, bytes, now);
    } catch {
      // The check of the backups says why they cannot be read.
      return undefined;
    }
  };
}
