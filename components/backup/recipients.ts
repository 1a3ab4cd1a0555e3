/** The operator's own keys among the recipients of the backups: which of them open the backups, and for how long. Pure. */
import { type PublicKey, publicKeysIn } from "../../providers/openpgp/public-keys.ts";
import { PrintedBy, setParts } from "../../providers/rules/config-parts.ts";
import type { BackupParts } from "../config/backup-settings.ts";

/** What is wrong with keys, a text each. */
export interface RecipientFindings {
  /** Keys that no backup can be encrypted for. */
  problems: string[];
  /** Keys that may soon be such ones. */
  warnings: string[];
}

/** How long before its end a key is warned of: somebody who runs `up` once a month still sees the warning. */
const warnedMs = 42 * 86_400_000;

/**
 * Looks at the keys of `mastiff:backup.recipients`: texts in ASCII armour, each with one key or several.
 *
 * @param parts all parts of `mastiff:backup`, which a command that sets a key again has to name
 * @param now milliseconds since 1970
 */
export async function lookAtRecipients(parts: BackupParts, now: number): Promise<RecipientFindings> {
  const { recipients = [] } = parts;
  const found = await Promise.all(recipients.map(publicKeysIn));
  const findings: RecipientFindings = { problems: [], warnings: [] };
  for (const [at, keys] of found.entries())
    for (const key of keys) {
      const words = wordsOf(key, { at, beside: keys, parts }, now);
      const isOver = key.isRevoked || (key.until !== undefined && key.until <= now);
      if (words !== undefined) findings[isOver ? "problems" : "warnings"].push(words);
    }
  return findings;
}

/** Where a key was set. */
interface Place {
  /** Which of the recipients has it. */
  at: number;
  /** All keys of this recipient. */
  beside: readonly PublicKey[];
  /** All parts of `mastiff:backup`. */
  parts: BackupParts;
}

function wordsOf(
  { fingerprint, isRevoked, until }: PublicKey,
  { at, beside, parts }: Place,
  now: number,
): string | undefined {
  const key = `The key ${fingerprint} in mastiff:backup.recipients[${at}]`;
  const given: readonly unknown[] = parts.recipients ?? [];
  const all = beside.map((one) => one.fingerprint);
  const others = all.filter((one) => one !== fingerprint);
  if (isRevoked)
    return `${key} is revoked: no backup can be encrypted for it.\n  fix     put another key in its place:  ${setParts("mastiff:backup", { ...parts, recipients: given.with(at, exported("<your address>", ...others)) })}`;
  if (until === undefined)
    return `${key} seems to have no part for encryption: it may not open the backups.\n  fix     see who opens them:  npx mastiff backups --json`;
  if (until - now > warnedMs) return undefined;
  const ends = until <= now ? "has expired on" : "expires on";
  return `${key} ${ends} ${dateOf(until)}: it does not open backups that are taken later.\n  fix     give it more time, and its subkeys too:  gpg --edit-key ${fingerprint} expire\n          then set it again:  ${setParts("mastiff:backup", { ...parts, recipients: given.with(at, exported(...all)) })}`;
}

/** What GnuPG exports, of the operator's keyring. */
export function exported(...keys: readonly string[]): PrintedBy {
  return new PrintedBy(`gpg --armor --export ${keys.join(" ")}`);
}

function dateOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/**
 * Says which recipients the last backup of a run of `up` is closed to; undefined: none.
 *
 * @param machine what the machine of the backups answered in that run, from the state
 */
export function skippedIn(machine: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const { skipped = [] } = (machine?.taken ?? {}) as { skipped?: string[] };
  if (skipped.length === 0) return undefined;
  return `The backups are not encrypted for ${skipped.join(", ")}, of mastiff:backup.recipients: GnuPG cannot, in the machine that takes them.\n  fix     see why:  npx mastiff logs --app backup --no-tail`;
}
