/** The manifest of a backup, as scripts/backup.sh writes it. */
import { z } from "zod";
import type { BackupManifest } from "../../providers/fly/spec.ts";

const count = z.number().int().nonnegative();

/** Versions to come may say more. */
const manifest: z.ZodType<BackupManifest> = z.object({
  format: z.literal(1),
  domain: z.string(),
  taken: z.iso.datetime(),
  class: z.enum(["hourly", "daily", "weekly", "monthly"]),
  mastodon: z.string(),
  postgres: z.string(),
  schema: z.string(),
  bytes: count,
  sha256: z.string(),
  entries: count,
  rows: z.object({ accounts: count, users: count, statuses: count }),
  databaseBytes: count.optional(),
  dump: z.string(),
  escrow: z.string(),
  recipients: z.array(z.string()),
  skipped: z.array(z.string()).optional(),
  seconds: z.number(),
});

/** @returns undefined when the text is no manifest that this version of Mastiff knows */
export function manifestOf(text: string): BackupManifest | undefined {
  try {
    return manifest.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
