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
  const { schedule, bucket, account, recipients, s3 } = backup;
  // The dump holds the same people's data as the uploads: it stays under the same law.
  const endpoint = s3?.endpoint ?? `https://${bucketHost(account, bucketJurisdiction)}`;
  return {
    app: `${app}-backup`,
    server: `${app}-db`,
    schedule,
    bucketUrl: `${endpoint}/${bucket}`,
    bucketRegion: s3?.region ?? "auto",
    recipients,
    domain,
    mastodonVersion,
  };
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

/**
 * Whether a release names the app of the backups, so that one is taken before another minor version of Mastodon.
 *
 * A release that was made before there were backups gets the name together with another image. Alone, the name
 * would show the release as changed, and nothing would come of it.
 *
 * @param released spec of the release in the last state; undefined: there is none yet
 */
export function namesBackup(released: Readonly<Record<string, unknown>> | undefined, image: string): boolean {
  return released === undefined || released.backup !== undefined || released.image !== image;
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
