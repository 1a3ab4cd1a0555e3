/** Plans the backups of a community, as far as config and the last state decide it. Pure. */
import type { BackupSpec, Declared, SecretsSpec } from "../../providers/fly/spec.ts";
import type { BackupSettings, Keep } from "../config/backup-settings.ts";
import type { CommunitySettings } from "../config/schema.ts";
import type { UnseenPlace } from "../fly/app.ts";
import type { ObservedThing } from "../fly/thing.ts";
import { bucketHost } from "../mastodon/environment.ts";
import type { LastState } from "../stack/last-state.ts";
import { resourceNames } from "../stack/logical-names.ts";

/** The machine that takes backups, with its app. */
export interface BackupPlan {
  /** Name of the app, which has no other machine. */
  app: string;
  /** App of the database, whose image has a pg_dump of the server's own version. */
  server: string;
  schedule: BackupSettings["schedule"];
  /** URL of the bucket in its S3 API, as machines on Fly reach it. */
  bucketUrl: string;
  /** Region that requests to the bucket are signed for. */
  bucketRegion: string;
  /** Public keys of the operator, in ASCII armour. */
  recipients: readonly string[];
  domain: string;
  /** Release of Mastodon whose database it is. */
  mastodonVersion: string;
}

/** The plan for a community; undefined: backups are off. */
export function planBackup(community: CommunitySettings): BackupPlan | undefined {
  const { app, backup, bucketJurisdiction, domain, mastodonVersion } = community;
  if (backup === undefined) return undefined;
  const { schedule, app: backupApp, bucket, account, recipients, s3 } = backup;
  // The dump holds the same people's data as the uploads: it stays under the same law.
  const endpoint = s3?.endpoint ?? `https://${bucketHost(account, bucketJurisdiction)}`;
  return {
    app: backupApp,
    server: `${app}-db`,
    schedule,
    bucketUrl: `${endpoint}/${bucket}`,
    bucketRegion: s3?.region ?? "auto",
    recipients,
    domain,
    mastodonVersion,
  };
}

/**
 * Settings in which a community that is about to end gets no backups that it did not have: its last dump is taken, and a
 * bucket of people's data that nobody asked for would outlive it.
 *
 * @param isUnbacked whether the last state has a release, and no machine that takes backups of it
 */
export function withoutNewBackups(settings: CommunitySettings, isUnbacked: boolean): CommunitySettings {
  return settings.destroy !== undefined && isUnbacked ? { ...settings, backup: undefined } : settings;
}

/** Memory in MB: pg_dump and GnuPG stream, whatever the size of the database. */
const memoryMb = 512;

/** Names of the secrets that the machine reads (providers/fly/scripts/backup.sh). */
export const backupSecretNames = [
  "DATABASE_URL",
  "MASTIFF_BACKUP_KEY_ID",
  "MASTIFF_BACKUP_KEY_SECRET",
  "MASTIFF_ESCROW",
] as const;

/** The things that a {@link BackupPlan} makes, with the keys that the last state has. */
export function backupThings(name: string, place: UnseenPlace, plan: BackupPlan, last: LastState) {
  const { publicKey } = last[resourceNames.backupKey(name)] ?? {};
  const app: ObservedThing = {
    name: `${name}-app`,
    kind: "app",
    spec: { org: place.org, app: plan.app, publicAddresses: false, dedicatedV4: false },
  };
  const spec: SecretsSpec = { app: plan.app, names: [...backupSecretNames].sort() };
  const secrets: ObservedThing = { name: `${name}-secrets`, kind: "secrets", spec };
  const machine: ObservedThing = {
    name: resourceNames.backupMachine(name),
    kind: "backup",
    spec: backupSpec(place, plan, typeof publicKey === "string" ? publicKey : ""),
  };
  return { app, secrets, machine };
}

/**
 * Spec of the machine.
 *
 * @param publicKey the stack's own key, in ASCII armour: the first that backups are encrypted for
 */
export function backupSpec(
  { org, region }: UnseenPlace,
  plan: BackupPlan,
  publicKey: string,
): Declared<BackupSpec> {
  const { app, server, schedule } = plan;
  const recipients = [publicKey, ...plan.recipients].map((key) => `${key.trim()}\n`).join("");
  return {
    org,
    region,
    app,
    server,
    schedule,
    memoryMb,
    env: {
      MASTIFF_BACKUP_URL: plan.bucketUrl,
      MASTIFF_BACKUP_REGION: plan.bucketRegion,
      MASTIFF_BACKUP_RECIPIENTS: Buffer.from(recipients).toString("base64"),
      MASTIFF_BACKUP_SCHEDULE: schedule,
      MASTIFF_DOMAIN: plan.domain,
      MASTIFF_VERSION: plan.mastodonVersion,
    },
  };
}

/** What the last state has of a release and of the machine that takes backups. */
export interface LastRelease {
  /** Spec of the release. */
  spec: Readonly<Record<string, unknown>>;
  /** App of the machine; undefined: there is none. */
  backupApp: string | undefined;
}

/**
 * The app that a release names, whose machine takes a backup before another minor version of Mastodon. Undefined: none.
 *
 * The name comes, changes and goes together with another image. Alone, it would show the release as changed, and nothing
 * would come of it. The machine changes after the release, so where it moves to another app in the same `up`, the backup
 * is taken in the old one.
 *
 * @param planned app of the machine that config asks for; undefined: backups are off
 * @param last undefined: nothing was released yet
 */
export function namedByRelease(
  planned: string | undefined,
  image: string,
  last: LastRelease | undefined,
): string | undefined {
  if (planned === undefined || last === undefined) return planned;
  const { spec, backupApp = planned } = last;
  if (spec.image !== image) return backupApp;
  return typeof spec.backup === "string" ? spec.backup : undefined;
}

const daySeconds = 86_400;

/** Days for which hourly backups are kept. */
const hourlyDays = 3;

/** A lifecycle rule of the bucket, as the Cloudflare provider takes it. */
export interface ExpiryRule {
  id: string;
  enabled: boolean;
  conditions: { prefix: string };
  deleteObjectsTransition: { condition: { type: "Age"; maxAge: number } };
  abortMultipartUploadsTransition: { condition: { type: "Age"; maxAge: number } };
}

/**
 * Lifecycle rules that delete each class of backups when its time is over, and uploads that were given up.
 *
 * They are sorted by id, and each has both transitions: the provider compares them with R2's answer as a list, and it
 * has shown a transition that a rule lacks as a change in every preview (cloudflare/terraform-provider-cloudflare#7338).
 */
export function expiryRules(keep: Keep): ExpiryRule[] {
  const days = {
    daily: keep.daily,
    hourly: hourlyDays,
    // No month is longer.
    monthly: keep.monthly * 31,
    weekly: keep.weekly * 7,
  };
  return Object.entries(days).map(([id, count]) => ({
    id,
    enabled: true,
    conditions: { prefix: `${id}/` },
    deleteObjectsTransition: { condition: { type: "Age", maxAge: count * daySeconds } },
    abortMultipartUploadsTransition: { condition: { type: "Age", maxAge: daySeconds } },
  }));
}
