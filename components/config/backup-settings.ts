/** The backups of a community as config has them, with every default filled in. Pure. */
import { backupsBucketOf } from "./derived-names.ts";

/** How long backups are kept. */
export interface Keep {
  /** Days. */
  daily: number;
  /** Weeks. */
  weekly: number;
  /** Months. */
  monthly: number;
}

/** Backups that are taken. */
export interface BackupSettings {
  schedule: "daily" | "hourly";
  keep: Keep;
  /** App on Fly of the machine that takes them. */
  app: string;
  /** Name of the bucket. */
  bucket: string;
  /** Id of the Cloudflare account that has the bucket. */
  account: string;
  /** Public keys of the operator, in ASCII armour. Each opens the backups without the state. */
  recipients: readonly string[];
  /** Another S3 than R2, without a final slash; its bucket and its key are the operator's. Default: R2. */
  s3?: { endpoint: string; region: string };
}

/** Parts of `mastiff:backup`. */
export interface BackupParts {
  schedule?: BackupSettings["schedule"] | undefined;
  keep?: { [Part in keyof Keep]?: number | undefined } | undefined;
  app?: string | undefined;
  bucket?: string | undefined;
  account?: string | undefined;
  recipients?: string[] | undefined;
  s3?: { endpoint: string; region: string } | undefined;
}

/** The backups of a community; undefined: they are off. */
export function backupSettings(
  given: BackupParts | "off" | undefined,
  { domain, app: web, cloudflareAccountId }: { domain: string; app: string; cloudflareAccountId: string },
): BackupSettings | undefined {
  if (given === "off") return undefined;
  const { schedule, keep, app, bucket, account, recipients, s3 } = given ?? {};
  return {
    schedule: schedule ?? "daily",
    keep: { daily: keep?.daily ?? 14, weekly: keep?.weekly ?? 8, monthly: keep?.monthly ?? 12 },
    app: app ?? `${web}-backup`,
    bucket: bucket ?? backupsBucketOf(domain),
    account: account ?? cloudflareAccountId,
    recipients: recipients ?? [],
    ...(s3 && { s3: { ...s3, endpoint: s3.endpoint.replace(/\/+$/, "") } }),
  };
}

/**
 * The parts of `mastiff:backup` that differ from the defaults: what an operator has set, as far as it matters. A
 * command that changes one part names them all (providers/rules/config-parts.ts).
 */
export function backupParts(
  settings: BackupSettings,
  community: { domain: string; app: string; cloudflareAccountId: string },
): BackupParts {
  const usual = backupSettings(undefined, community);
  const { s3, recipients } = settings;
  const own = <Part extends "schedule" | "app" | "bucket" | "account">(part: Part) =>
    settings[part] === usual?.[part] ? undefined : settings[part];
  const keep = Object.entries(settings.keep).filter(
    ([part, count]) => count !== usual?.keep[part as keyof Keep],
  );
  return {
    schedule: own("schedule"),
    ...(keep.length > 0 && { keep: Object.fromEntries(keep) }),
    app: own("app"),
    // Another S3 has no default bucket.
    bucket: s3 === undefined ? own("bucket") : settings.bucket,
    account: own("account"),
    ...(recipients.length > 0 && { recipients: [...recipients] }),
    ...(s3 && { s3 }),
  };
}
