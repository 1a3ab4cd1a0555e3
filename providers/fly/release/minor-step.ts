import { parseVersion } from "../../rules/mastodon-version.ts";
import * as argv from "../call/argv.ts";
import type { Fly } from "../call/flyctl.ts";
import { type Secret, secretsOf } from "../things/listed-secrets.ts";

/**
 * A step to another minor version of Mastodon, from the backup before it to its last migration.
 *
 * The way back from such a step is the backup that was taken before its migrations began. When one of them fails, the
 * next run tries the step again, and by then the database is no longer that of the old version: a backup of it leads
 * back to nothing. So a note keeps the run from taking one. It is a secret of the app, as a debt is (debts.ts), with the
 * minor version and the time of the backup in its name: MASTIFF_STEP_4_7_1795910400.
 */
const prefix = "MASTIFF_STEP_";

/**
 * How old a note may be, in milliseconds. After that a step counts as given up: people have written much since the
 * backup, and another one is taken.
 */
const longestMs = 2 * 86_400_000;

/** Whether the step to this release has begun after its backup. @param now milliseconds since 1970 */
export function hasBegun(secrets: readonly Pick<Secret, "name">[], to: string, now: number): boolean {
  return secrets.some(({ name }) => {
    const taken = name.startsWith(stepTo(to)) ? takenAt(name) : undefined;
    return taken !== undefined && now - taken <= longestMs;
  });
}

/** Notes that the backup before the step to this release is taken, and that its migrations begin. */
export async function begin(fly: Fly, app: string, to: string): Promise<void> {
  const name = `${stepTo(to)}${Math.floor(Date.now() / 1000)}`;
  await fly.repeatable(argv.secretsImport(app), { app, stdin: `${name}="1"\n` });
}

/**
 * Removes the notes of steps, once nothing of them is left to do.
 *
 * @param until only those whose backup is not younger, in milliseconds since 1970. Default: all
 */
export async function end(fly: Fly, app: string, until = Number.POSITIVE_INFINITY): Promise<void> {
  const names = (await secretsOf(fly, app))
    .map(({ name }) => name)
    .filter((name) => isNote(name) && (takenAt(name) ?? 0) <= until);
  if (names.length > 0) await fly.repeatable(argv.secretsUnset(app, names), { app });
}

/** Whether a secret is a note of a step. */
export function isNote(name: string): boolean {
  return name.startsWith(prefix);
}

/** When the backup of a note was taken, in milliseconds since 1970. */
function takenAt(name: string): number | undefined {
  const [, seconds] = /_(\d+)$/.exec(name) ?? [];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}

/** Beginning of a note: patch releases of one minor version are the same step. */
function stepTo(tag: string): string {
  const [major, minor] = parseVersion(tag) ?? [];
  const version = major === undefined ? tag.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_") : `${major}_${minor}`;
  return `${prefix}${version}_`;
}
