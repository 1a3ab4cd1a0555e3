/** The form (zod type) and the default of every `mastiff:` key, and the type of the checked config. */
import { z } from "zod";
import { type BackupSettings, backupSettings } from "./backup-settings.ts";
import { appOf, bucketOf, proxiedHost } from "./derived-names.ts";
import { type HousekeepingSettings, housekeepingSettings } from "./housekeeping-settings.ts";
import { backupKeys } from "./keys/backup.ts";
import { bucketKeys } from "./keys/bucket.ts";
import { costKeys } from "./keys/cost.ts";
import { fleetKeys } from "./keys/fleet.ts";
import { flyKeys } from "./keys/fly.ts";
import { hostKeys } from "./keys/hosts.ts";
import { housekeepingKeys } from "./keys/housekeeping.ts";
import { mailKeys } from "./keys/mail.ts";
import { mastodonKeys } from "./keys/mastodon.ts";
import { mirrorKeys } from "./keys/mirror.ts";
import { operationKeys } from "./keys/operation.ts";
import { sizeKeys } from "./keys/sizes.ts";
import { type MirrorSettings, mirrorSettings } from "./mirror-settings.ts";
import { type Sizes, sizesOf } from "./sizes.ts";

/** Addresses of the clouds. Set only to use clouds other than the real ones. */
export interface Endpoints {
  /** Base of Fly's three APIs. */
  fly?: string | undefined;
  /** Base of SendGrid's API, with its `/v3`. */
  sendgrid?: string | undefined;
  /** Base of R2's S3 API; the bucket follows as a path. */
  r2?: string | undefined;
  /** Where `mastiff doctor` finds the community's hosts, without TLS. */
  internet?: string | undefined;
}

/** How the stack holds its Cloudflare zone. */
export type ZoneMode = "owned" | "shared" | "created";

/** Every key by its subject, in the order in which problems are reported. */
export const sections = {
  "Domain, zone and hosts": hostKeys,
  "Cloudflare account and bucket": bucketKeys,
  Backups: { ...backupKeys, ...mirrorKeys },
  Fly: flyKeys,
  "Release and sizes": sizeKeys,
  Cost: costKeys,
  Mail: mailKeys,
  "First account and variables": mastodonKeys,
  Housekeeping: housekeepingKeys,
  "Protection, rotation and moves": operationKeys,
  Fleet: fleetKeys,
};

const form = {
  ...hostKeys,
  ...bucketKeys,
  ...backupKeys,
  ...mirrorKeys,
  ...flyKeys,
  ...sizeKeys,
  ...costKeys,
  ...mailKeys,
  ...mastodonKeys,
  ...housekeepingKeys,
  ...operationKeys,
  ...fleetKeys,
};

/** The form of the whole config. */
export const schema = z.strictObject(form);
/** Config whose keys are each valid, without the defaults that are derived from other keys. */
export type Parsed = z.infer<typeof schema>;

/** Every key that a stack may set, without its namespace. */
export const configKeys: readonly string[] = Object.keys(form);

/** Keys whose value must be encrypted in the stack's file. */
export const secretKeys: readonly SecretKey[] = [
  "r2SecretAccessKey",
  "backupSecretAccessKey",
  "mirrorSecretAccessKey",
  "sendgridApiKey",
  "smtpPassword",
  "secretEnv",
];

type SecretKey =
  | "r2SecretAccessKey"
  | "backupSecretAccessKey"
  | "mirrorSecretAccessKey"
  | "sendgridApiKey"
  | "smtpPassword"
  | "secretEnv";

/** The whole config of one community, checked, with every default filled in. It contains no secret values. */
export interface CommunitySettings
  extends Omit<Parsed, SecretKey | keyof Sizes | "preset" | "backup" | "uploadsMirror" | "housekeeping"> {
  zone: string;
  zoneMode: ZoneMode;
  app: string;
  bucket: string;
  /** Undefined: no backups are taken. */
  backup: BackupSettings | undefined;
  /** Undefined: the uploads have no mirror. */
  uploadsMirror: MirrorSettings | undefined;
  /** Undefined: Mastiff leaves alone what Mastodon keeps. */
  housekeeping: HousekeepingSettings | undefined;
  assetsHost: string;
  filesHost: string;
  streamingHost: string;
  alternateDomains: string[];
  smtpEncryption: "starttls" | "tls" | "none";
  fromAddress: string;
  sizes: Sizes;
  /** Names of the operator's own secret variables; the values come from {@link secretConfig}. */
  secretEnvNames: string[];
}

/** Fills in the defaults that are derived from other keys. */
export function withDefaults(parsed: Parsed): CommunitySettings {
  const {
    r2SecretAccessKey,
    backupSecretAccessKey,
    mirrorSecretAccessKey,
    smtpPassword,
    secretEnv,
    preset,
    web,
    sidekiq,
    streaming,
    postgres,
    redis,
    ...rest
  } = parsed;
  const { domain } = parsed;
  const zone = parsed.zone ?? domain;
  const app = parsed.app ?? appOf(domain);
  return {
    ...rest,
    zone,
    zoneMode: parsed.zoneMode ?? (domain === zone ? "owned" : "shared"),
    app,
    bucket: parsed.bucket ?? bucketOf(domain),
    backup: backupSettings(parsed.backup, { ...parsed, app }),
    uploadsMirror: mirrorSettings(parsed.uploadsMirror, parsed),
    housekeeping: housekeepingSettings(parsed.housekeeping),
    assetsHost: parsed.assetsHost ?? proxiedHost("assets", domain, zone),
    filesHost: parsed.filesHost ?? proxiedHost("files", domain, zone),
    streamingHost: parsed.streamingHost ?? `streaming.${domain}`,
    alternateDomains: parsed.alternateDomains ?? [],
    smtpEncryption: parsed.smtpEncryption ?? (parsed.smtpPort === 465 ? "tls" : "starttls"),
    fromAddress: parsed.fromAddress ?? `notifications@${domain}`,
    sizes: sizesOf(preset, { web, sidekiq, streaming, postgres, redis }),
    secretEnvNames: Object.keys(secretEnv).sort(),
  };
}
