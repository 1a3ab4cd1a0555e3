/** Where a community's backups are, and what it takes to read and to open them. */
export interface BackupAccess {
  /** Name of the bucket. */
  bucket: string;
  /** URL of the S3 API, without the bucket, as the operator's machine reaches it. */
  endpoint: string;
  /** Region of the bucket: `auto` in R2. */
  region: string;
  /** Id of the bucket's key. */
  accessKeyId: string;
  /** Secret half of the bucket's key. */
  secretAccessKey: string;
  /** Public key that the backups are encrypted for, in ASCII armour. */
  publicKey: string;
  /** Private key that opens the backups, in ASCII armour, without a passphrase. */
  privateKey: string;
  /** App of the machine that takes the backups. */
  app: string;
}
