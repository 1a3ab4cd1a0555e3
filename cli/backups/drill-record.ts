/** What a drill has proved of a backup. The record is an object beside the dump: `….drill.json`. */
import { z } from "zod";

/** A drill that went well. */
export interface DrillRecord {
  format: 1;
  /** When, ISO 8601. */
  drilled: string;
  /** Key of the dump in the bucket. */
  dump: string;
  /** Newest version in `schema_migrations` of the restored database. */
  schema: string;
  /** Counted in the restored database. */
  rows: { accounts: number; users: number; statuses: number };
  /** Size of the restored database. */
  databaseBytes: number;
  /** How long the restore took. */
  seconds: number;
  /** Whether the escrow has decrypted a signing key. Mastodon before 4.7 encrypts none. */
  key: "decrypted" | "none to try";
}

const count = z.number().int().nonnegative();

/** Versions to come may say more. */
const record: z.ZodType<DrillRecord> = z.object({
  format: z.literal(1),
  drilled: z.iso.datetime(),
  dump: z.string(),
  schema: z.string(),
  rows: z.object({ accounts: count, users: count, statuses: count }),
  databaseBytes: count,
  seconds: z.number(),
  key: z.enum(["decrypted", "none to try"]),
});

/** @returns undefined when the text is no record that this version of Mastiff knows */
export function drillRecordOf(text: string): DrillRecord | undefined {
  try {
    return record.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** Where the record of a dump is: a key in the bucket, or a path. */
export function drillRecordKey(dump: string): string {
  return dump.replace(/\.dump\.gpg$/, ".drill.json");
}
