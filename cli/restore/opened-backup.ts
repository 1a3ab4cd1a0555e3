/** A backup with what opens it. */
import type { ChosenBackup } from "./chosen-backup.ts";
import { nameOf } from "./chosen-backup.ts";
import { type Escrow, escrowOf } from "./escrow.ts";
import { doNotOpen, type Keys, type SessionKey, sessionKeyOf, textOf } from "./keys.ts";

/** What opens a backup. Secret. */
export interface OpenedBackup {
  /** Opens the dump, and nothing else. */
  sessionKey: SessionKey;
  /** Undefined: of session keys, none is the escrow's. */
  escrow: Escrow | undefined;
}

/** @throws OperatorError when the keys do not open the dump, or a private key does not open the escrow */
export async function openBackup(backup: ChosenBackup, keys: Keys): Promise<OpenedBackup> {
  const { recipients } = backup.manifest;
  const read = await textOf(await backup.escrow(), keys);
  if (read === undefined && keys.privateKeys.length > 0)
    throw doNotOpen(`the escrow of ${nameOf(backup)}`, keys, recipients);
  const others = read === undefined ? [] : [read.sessionKey];
  const sessionKey = await sessionKeyOf(await backup.beginning(), keys, others);
  if (sessionKey === undefined) throw doNotOpen(`the dump of ${nameOf(backup)}`, keys, recipients);
  return { sessionKey, escrow: read && escrowOf(read.text) };
}
