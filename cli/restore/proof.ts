/** What a drill proves. Pure. */
import { rowDifferences } from "../../providers/fly/restore/dump-reading.ts";
import type { BackupManifest, DrillAnswer } from "../../providers/fly/spec.ts";
import type { DrillRecord } from "../backups/drill-record.ts";
import type { Escrow } from "./escrow.ts";
import { pairProblem } from "./signing-key.ts";

/** What is not as it should be, in words; empty: the backup is proven. */
export function problemsOf(
  manifest: BackupManifest,
  answer: DrillAnswer,
  { secrets }: Pick<Escrow, "secrets">,
): string[] {
  const key = answer.proof === null ? undefined : pairProblem(answer.proof, secrets);
  return [...rowDifferences(answer, manifest), ...(key === undefined ? [] : [`a signing key: ${key}`])];
}

/** The record of a backup that is proven. */
export function recordOf(
  { dump }: BackupManifest,
  { schema, rows, databaseBytes, seconds, proof }: DrillAnswer,
  now: Date,
): DrillRecord {
  return {
    format: 1,
    drilled: now.toISOString(),
    dump,
    schema,
    rows,
    databaseBytes,
    seconds,
    key: proof === null ? "none to try" : "decrypted",
  };
}
