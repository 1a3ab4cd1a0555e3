/** Rules for the keys of backups, and for what these keys have to agree with. */
import { nameProblem, nameRules } from "../../providers/rules/names.ts";
import type { BackupParts, BackupSettings } from "./backup-settings.ts";
import type { ConfigProblem } from "./config-error.ts";
import { appsOf, farewellBucket } from "./derived-names.ts";
import type { CommunitySettings, Parsed } from "./schema.ts";

const halves = ["backupAccessKeyId", "backupSecretAccessKey"] as const;

/** Problems in the combination of keys that are each valid on their own. */
export function backupProblems(community: CommunitySettings, parsed: Parsed): ConfigProblem[] {
  const { backup } = community;
  const set = halves.filter((key) => parsed[key] !== undefined);
  if (backup === undefined)
    return set.map((key) => ({
      key,
      reason: "applies only to backups, and mastiff:backup is off",
      remove: true,
    }));
  const parts = parsed.backup === "off" || parsed.backup === undefined ? {} : parsed.backup;
  return [
    ...appProblems(backup, parts, community),
    ...(set.length === 1
      ? [{ key: missingOf(set[0]), reason: `a key has two halves: ${halves.join(" and ")}` }]
      : []),
    ...(backup.s3 === undefined
      ? r2Problems(backup, parts, community, parsed)
      : s3Problems(backup.s3, parts, parsed)),
  ];
}

function appProblems(
  { app }: BackupSettings,
  parts: BackupParts,
  community: CommunitySettings,
): ConfigProblem[] {
  const at = { key: "backup", at: { part: "app", parts: { ...parts } }, value: app, remove: true };
  const reason = nameProblem(nameRules.flyApp, app);
  if (reason !== undefined && parts.app !== undefined) return [{ ...at, reason }];
  if (!appsOf({ app: community.app, backup: undefined }).includes(app)) return [];
  return [{ ...at, reason: "is another app of this community: backups need an app of their own" }];
}

function missingOf(set: (typeof halves)[number] | undefined): string {
  return halves.find((key) => key !== set) ?? "";
}

function s3Problems(s3: { endpoint: string }, parts: BackupParts, parsed: Parsed): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const at = (part: string) => ({ key: "backup", at: { part, parts: { ...parts } } });
  if (parts.bucket === undefined)
    problems.push({
      ...at("bucket"),
      reason: `mastiff:backup.s3 needs the name of your bucket there: Mastiff creates none`,
    });
  if (parts.account !== undefined)
    problems.push({
      ...at("account"),
      value: parts.account,
      reason: "applies only to R2, and mastiff:backup.s3 names another place",
      remove: true,
    });
  if (halves.every((key) => parsed[key] === undefined))
    problems.push(
      ...halves.map((key) => ({ key, reason: `${s3.endpoint} needs a key for the bucket of the backups` })),
    );
  return problems;
}

function r2Problems(
  { bucket, account }: BackupSettings,
  parts: BackupParts,
  community: CommunitySettings,
  parsed: Parsed,
): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const atBucket = { key: "backup", at: { part: "bucket", parts: { ...parts } }, value: bucket };
  const reason = nameProblem(nameRules.bucket, bucket);
  if (reason !== undefined) problems.push({ ...atBucket, reason });
  const uses: Record<string, string> = {
    [community.bucket]: "the uploads, which everybody may read",
    [farewellBucket(community.bucket)]: "the last dump",
  };
  const use = account === community.cloudflareAccountId ? uses[bucket] : undefined;
  if (use !== undefined)
    problems.push({ ...atBucket, reason: `is the bucket of ${use}: backups need a bucket of their own` });
  if (parsed.r2AccessKeyId !== undefined && halves.every((key) => parsed[key] === undefined))
    problems.push({
      key: "backupAccessKeyId",
      reason:
        "the key of the uploads is yours (mastiff:r2AccessKeyId), so Mastiff creates no token for the backups either",
      fix: [
        ...halves.map(
          (key) =>
            `pulumi config set mastiff:${key} <value>${key === "backupAccessKeyId" ? "" : " --secret"}`,
        ),
        "or, without backups:  pulumi config set mastiff:backup off",
      ],
    });
  return problems;
}
