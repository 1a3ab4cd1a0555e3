/** Backups as a bucket has them, for the commands that read them. */
import type { BackupManifest } from "../../providers/fly/spec.ts";
import type { S3Server } from "./s3-server.ts";

const hourMs = 3_600_000;

/** A backup, by default of the class daily. */
export interface PutBackup {
  /** How old it is. */
  hours: number;
  class?: BackupManifest["class"];
  /** Parts of the manifest that differ. */
  manifest?: Partial<BackupManifest>;
}

/** Puts the three objects of a backup into the bucket. @returns its manifest, and the manifest's key */
export function putBackup(
  { objects }: Pick<S3Server, "objects">,
  { hours, class: name = "daily", manifest = {} }: PutBackup,
): { manifest: BackupManifest; key: string } {
  const taken = new Date(Math.floor((Date.now() - hours * hourMs) / 1000) * 1000).toISOString();
  const stem = `${name}/${taken.slice(0, 10)}/${taken.replace(/[-:]|\.000/g, "")}`;
  const dump = "an encrypted dump";
  const whole: BackupManifest = {
    format: 1,
    domain: "mastiff.party",
    taken: taken.replace(".000", ""),
    class: name,
    mastodon: "v4.7.4",
    postgres: "17.2",
    schema: "20261001000000",
    bytes: dump.length,
    sha256: "0".repeat(64),
    entries: 1234,
    rows: { accounts: 40_321, users: 52, statuses: 1_203_455 },
    databaseBytes: 2_147_483_648,
    dump: `${stem}.dump.gpg`,
    escrow: `${stem}.escrow.gpg`,
    recipients: ["87988E0C8550F5B9846003195CC2289DA75901A7"],
    seconds: 41,
    ...manifest,
  };
  objects.set(`${stem}.dump.gpg`, dump);
  objects.set(`${stem}.escrow.gpg`, "an encrypted escrow");
  objects.set(`${stem}.json`, `${JSON.stringify(whole)}\n`);
  return { manifest: whole, key: `${stem}.json` };
}

/** The secret output `backups` of a stack, as `pulumi stack output backups --json` prints it. */
export function backupsOutput(endpoint: string, more: Record<string, string> = {}): string {
  return JSON.stringify({
    bucket: "backups-mastiff-party",
    endpoint,
    region: "auto",
    accessKeyId: "backups-key-id",
    secretAccessKey: "planted-backups-secret",
    publicKey: "-----BEGIN PGP PUBLIC KEY BLOCK-----",
    privateKey: "planted-private-key",
    app: "mastiff-party-backup",
    ...more,
  });
}
