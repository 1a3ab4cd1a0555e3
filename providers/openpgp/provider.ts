import { serveKinds } from "../shared/kind.ts";
import { backupKey } from "./backup-key.ts";

// The provider of the class in resources.ts. The stubs stored in state load this file when they are called, so
// changing it is not a diff.

/** Nothing to configure: a key is made on this machine, and no cloud is asked. */
export async function configure(): Promise<void> {}

export const { check, diff, create, read, update, remove } = serveKinds(
  { BackupKey: backupKey },
  () => undefined,
  () => ({}),
);
