import type { Bucket } from "./bucket.ts";
import type { Key } from "./keys.ts";

/** The secrets of a community, as JSON. */
export const escrow = JSON.stringify({
  domain: "acme.example",
  version: "v4.7.4",
  secrets: { SECRET_KEY_BASE: "never-made-again-0123456789", VAPID_PRIVATE_KEY: 'with "quotes" and \\' },
});

/** The variables of a machine that takes backups. @param url address of the database */
export function backupVariables(url: string, bucket: Bucket, keys: readonly Key[]): Record<string, string> {
  return {
    DATABASE_URL: url,
    MASTIFF_BACKUP_URL: bucket.url,
    MASTIFF_BACKUP_REGION: bucket.region,
    MASTIFF_BACKUP_RECIPIENTS: Buffer.from(keys.map((key) => key.armoured).join("")).toString("base64"),
    MASTIFF_BACKUP_SCHEDULE: "daily",
    MASTIFF_BACKUP_KEY_ID: bucket.accessKeyId,
    MASTIFF_BACKUP_KEY_SECRET: bucket.secretAccessKey,
    MASTIFF_ESCROW: escrow,
    MASTIFF_DOMAIN: "acme.example",
    MASTIFF_VERSION: "v4.7.4",
  };
}
