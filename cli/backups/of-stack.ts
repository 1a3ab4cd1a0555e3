/** What a stack's config and outputs say of its backups. */
import type { BackupAccess } from "../../components/backup/backup-access.ts";
import { planBackup } from "../../components/backup/backup-plan.ts";
import type { BackupSettings } from "../../components/config/backup-settings.ts";
import { backupsBucketOf } from "../../components/config/derived-names.ts";
import type { CommunitySettings } from "../../components/config/schema.ts";
import { bucketHost } from "../../components/mastodon/environment.ts";
import { OperatorError } from "../../providers/shared/operator-error.ts";
import type { RecordedCommunity } from "../communities.ts";
import { resourcesIn } from "../community.ts";
import { must } from "../pulumi.ts";
import type { Stack } from "../stack.ts";

/** The settings of backups. @throws OperatorError when they are off, with the way to those that were taken before */
export function settingsOf(community: CommunitySettings): BackupSettings {
  if (community.backup !== undefined) return community.backup;
  const { domain, cloudflareAccountId, bucketJurisdiction } = community;
  const endpoint = `https://${bucketHost(cloudflareAccountId, bucketJurisdiction)}`;
  throw new OperatorError(
    `${off(community).message}\n          or see those that were taken before, unless mastiff:backup named another bucket:  npx mastiff backups --bucket ${backupsBucketOf(domain)} --endpoint ${endpoint}`,
  );
}

/** A bucket, as one reaches it. */
export interface BucketPlace {
  bucket: string;
  /** URL of the S3 API, without the bucket. */
  endpoint: string;
  region: string;
}

/** Where config has the backups, as this machine reaches the bucket. @throws OperatorError when they are off */
export function bucketPlaceOf(community: CommunitySettings): BucketPlace {
  const { account, bucket, s3 } = settingsOf(community);
  const r2 = community.endpoints.r2 ?? `https://${bucketHost(account, community.bucketJurisdiction)}`;
  return { bucket, endpoint: s3?.endpoint ?? r2, region: s3?.region ?? "auto" };
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
 * @param recorded a community that a program makes from arguments: the stack need not have an output of it
 * @returns undefined when the stack has no such output, because no `up` has made one
 * @throws OperatorError with pulumi's words for any other failure
 */
export async function accessOf(
  stack: Stack,
  recorded?: RecordedCommunity,
): Promise<BackupAccess | undefined> {
  return secretOutput<BackupAccess>("backups", stack, recorded);
}

/**
 * A secret output of a community, decrypted.
 *
 * @param recorded as for {@link accessOf}
 * @returns undefined when there is no such output
 * @throws OperatorError with pulumi's words for any other failure
 */
export async function secretOutput<T>(
  name: "backups" | "secrets",
  stack: Stack,
  recorded?: RecordedCommunity,
): Promise<T | undefined> {
  if (recorded !== undefined) return outputInState(name, stack, recorded);
  const run = await stack.pulumi(["stack", "output", name, "--json", "--show-secrets"]);
  // pulumi: pkg/cmd/pulumi/stack/stack_output.go
  if (run.exitCode !== 0 && run.output.includes("does not have output property")) return undefined;
  return JSON.parse(must(run)) as T;
}

/** The output of the community itself, which the state has too. */
async function outputInState<T>(
  name: string,
  stack: Stack,
  { urn }: RecordedCommunity,
): Promise<T | undefined> {
  const own = (await resourcesIn(stack, { secrets: true })).find((one) => one.urn === urn);
  // pulumi: sdk/go/common/apitype/core.go, SecretV1.
  const { plaintext } = (own?.outputs?.[name] ?? {}) as { plaintext?: string };
  return plaintext === undefined ? undefined : (JSON.parse(plaintext) as T);
}

/** The error of a community whose backups are on, and of which no `up` has made any. */
export function notMade({ domain }: CommunitySettings, stack: Stack): OperatorError {
  return new OperatorError(
    `The stack ${stack.name} has no output backups: no backup of ${domain} was set up yet.\n  fix     set it up, which takes the first one:  pulumi up -s ${stack.name}`,
  );
}
