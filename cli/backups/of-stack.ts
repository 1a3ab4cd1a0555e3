/** What a stack's config and outputs say of its backups. */
import type { BackupAccess } from "../../components/backup/backup-access.ts";
import { planBackup } from "../../components/backup/backup-plan.ts";
import type { BackupSettings } from "../../components/config/backup-settings.ts";
import type { CommunitySettings } from "../../components/config/schema.ts";
import { OperatorError } from "../../providers/shared/operator-error.ts";
import { must } from "../pulumi.ts";
import type { Stack } from "../stack.ts";

/** The settings of backups. @throws OperatorError when they are off */
export function settingsOf(community: CommunitySettings): BackupSettings {
  if (community.backup === undefined) throw off(community);
  return community.backup;
}

/** The app of the machines that take backups. @throws OperatorError when they are off */
export function backupApp(community: CommunitySettings): string {
  const plan = planBackup(community);
  if (plan === undefined) throw off(community);
  return plan.app;
}

function off({ domain }: CommunitySettings): OperatorError {
  return new OperatorError(
    `No backups of ${domain} are taken: mastiff:backup is off.\n  fix     switch backups on:  pulumi config rm mastiff:backup && pulumi up`,
  );
}

/**
 * Where the backups are, with the keys that open them: the secret output `backups`, decrypted.
 *
 * @returns undefined when the stack has no such output, because no `up` has made one
 * @throws OperatorError with pulumi's words for any other failure
 */
export async function accessOf(stack: Stack): Promise<BackupAccess | undefined> {
  const run = await stack.pulumi(["stack", "output", "backups", "--json", "--show-secrets"]);
  // pulumi: pkg/cmd/pulumi/stack/stack_output.go
  if (run.exitCode !== 0 && run.output.includes("does not have output property")) return undefined;
  return JSON.parse(must(run)) as BackupAccess;
}

/** The error of a community whose backups are on, and of which no `up` has made any. */
export function notMade({ domain }: CommunitySettings, stack: Stack): OperatorError {
  return new OperatorError(
    `The stack ${stack.name} has no output backups: no backup of ${domain} was set up yet.\n  fix     set it up, which takes the first one:  pulumi up -s ${stack.name}`,
  );
}
