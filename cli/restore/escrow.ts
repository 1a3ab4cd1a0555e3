/** The escrow of a backup: the secrets without which a restored database is not the community. */
import { z } from "zod";
import { OperatorError } from "../../providers/shared/operator-error.ts";

/** What an escrow holds (components/backup/backups.ts). Secret. */
export interface Escrow {
  domain: string;
  /** Release of Mastodon that ran. */
  version: string;
  /** Values by the variable's name. */
  secrets: Readonly<Record<string, string>>;
}

const escrow: z.ZodType<Escrow> = z.object({
  domain: z.string(),
  version: z.string(),
  secrets: z.record(z.string(), z.string()),
});

/** @throws OperatorError when the text is none; the text is not quoted */
export function escrowOf(text: string): Escrow {
  try {
    const { data } = escrow.safeParse(JSON.parse(text));
    if (data !== undefined) return data;
  } catch {
    // Not JSON.
  }
  throw new OperatorError(
    "The escrow was decrypted, and this version of Mastiff cannot read it.\n  fix     use a version that is not older than the one that took the backup",
  );
}

/**
 * Names of the secrets that a stack has and that differ from the escrow's. Accounts whose keys were encrypted with the
 * others could not sign.
 */
export function otherSecrets(
  { secrets }: Escrow,
  own: Readonly<Record<string, string | undefined>>,
): string[] {
  return Object.keys(secrets).filter((name) => own[name] !== secrets[name]);
}
