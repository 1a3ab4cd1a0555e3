/**
 * The backups in a bucket. Each has three objects, and is one from the moment when the third is there:
 *
 *   daily/2026-11-29/20261129T030000Z.dump.gpg
 *   daily/2026-11-29/20261129T030000Z.escrow.gpg
 *   daily/2026-11-29/20261129T030000Z.json          the manifest
 *   daily/2026-11-29/20261129T030000Z.drill.json    after a drill: what it has proved
 */
import type { BackupAccess } from "../../components/backup/backup-access.ts";
import type { BackupSettings } from "../../components/config/backup-settings.ts";
import { Bucket, S3Error, type StoredObject } from "../../providers/cloudflare/s3.ts";
import type { BackupManifest } from "../../providers/fly/spec.ts";
import { backupClasses } from "../../providers/rules/backup-objects.ts";
import { OperatorError } from "../../providers/shared/operator-error.ts";
import type { OpenedCommunity } from "../community.ts";
import { type DrillRecord, drillRecordKey, drillRecordOf } from "./drill-record.ts";
import { manifestOf } from "./manifest.ts";

/** A backup, as the bucket has it. */
export interface Backup {
  /** Key of the manifest. */
  key: string;
  class: string;
  /** Milliseconds since 1970. */
  taken: number;
  /** Undefined when this version of Mastiff cannot read it. */
  manifest: BackupManifest | undefined;
  /** Why the community cannot rely on it, in words; undefined: dump and escrow are there as the manifest says. */
  problem: string | undefined;
  /** What the last drill has proved of it; undefined: there was none. */
  drill: DrillRecord | undefined;
}

const manifestKey = /^(\w+)\/[^/]+\/(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z\.json$/;

/** Manifests that are read at once. */
const atOnce = 16;

/** The bucket of the backups, as an operator's machine opens it. @param signal ends what is still asked */
export function bucketOf(access: BackupAccess, { s3 }: BackupSettings, signal?: AbortSignal): Bucket {
  const { bucket, endpoint, region, accessKeyId, secretAccessKey } = access;
  const service = s3 === undefined ? "R2" : new URL(s3.endpoint).host;
  return new Bucket({ bucket, endpoint, region, accessKeyId, secretAccessKey, service }, signal);
}

/**
 * All backups, the newest first.
 *
 * @param domain whose they should be: several communities may have one bucket in another S3. Undefined: anybody's
 * @throws S3Error
 */
export async function backupsIn(bucket: Bucket, domain: string | undefined): Promise<Backup[]> {
  const { keys, sizes } = await manifestsIn(bucket);
  const found: (Backup | undefined)[] = [];
  for (let i = 0; i < keys.length; i += atOnce)
    found.push(
      ...(await Promise.all(keys.slice(i, i + atOnce).map((key) => read(bucket, key, sizes, domain)))),
    );
  return found.filter((one) => one !== undefined);
}

/** The newest backup of the domain that can be relied on; undefined: there is none. @throws S3Error */
export async function newestIn(bucket: Bucket, domain: string): Promise<Backup | undefined> {
  const { keys, sizes } = await manifestsIn(bucket);
  for (const key of keys) {
    const one = await read(bucket, key, sizes, domain);
    if (one !== undefined && one.problem === undefined) return one;
  }
  return undefined;
}

/** How large a database was. */
export interface Measured {
  /** Milliseconds since 1970. */
  taken: number;
  bytes: number;
}

/**
 * The oldest of the domain's backups since a moment that says how large the database was.
 *
 * @param since milliseconds since 1970
 * @returns undefined when none of the oldest does: they are of an earlier version
 * @throws S3Error
 */
export async function measuredSince(
  bucket: Bucket,
  domain: string,
  since: number,
): Promise<Measured | undefined> {
  const { keys, sizes } = await manifestsIn(bucket);
  const oldest = keys.filter((key) => takenOf(key) >= since).slice(-atOnce);
  const found = await Promise.all(oldest.map((key) => read(bucket, key, sizes, domain)));
  const measured = found.flatMap((one) => {
    const { domain: of, databaseBytes: bytes } = one?.manifest ?? {};
    return one === undefined || of !== domain || bytes === undefined ? [] : [{ taken: one.taken, bytes }];
  });
  return measured.at(-1);
}

/** Keys of the manifests, the newest first, and the sizes of all objects by key. */
async function manifestsIn(bucket: Bucket): Promise<{ keys: string[]; sizes: Map<string, number> }> {
  const objects: StoredObject[] = (
    await Promise.all(backupClasses.map((name) => bucket.list(`${name}/`)))
  ).flat();
  const keys = objects.map(({ key }) => key).filter((key) => manifestKey.test(key));
  const time = (key: string) => key.slice(key.lastIndexOf("/") + 1);
  return {
    keys: keys.sort((a, b) => (time(a) < time(b) ? 1 : -1)),
    sizes: new Map(objects.map(({ key, bytes }) => [key, bytes])),
  };
}

/** @returns undefined for a backup that went since the list was made: its time was over */
async function read(
  bucket: Bucket,
  key: string,
  sizes: ReadonlyMap<string, number>,
  domain: string | undefined,
): Promise<Backup | undefined> {
  const [, name = ""] = manifestKey.exec(key) ?? [];
  const taken = takenOf(key);
  try {
    const manifest = manifestOf(await bucket.text(key));
    const proof = drillRecordKey(key.replace(/\.json$/, ".dump.gpg"));
    const drill = sizes.has(proof) ? drillRecordOf(await bucket.text(proof)) : undefined;
    return { key, class: name, taken, manifest, problem: problemOf(manifest, sizes, domain), drill };
  } catch (error) {
    if (error instanceof S3Error && error.code === "NoSuchKey") return undefined;
    throw error;
  }
}

/** When the backup of a manifest was taken. */
function takenOf(key: string): number {
  const [, , ...time] = manifestKey.exec(key) ?? [];
  const [year = 0, month = 1, ...rest] = time.map(Number);
  return Date.UTC(year, month - 1, ...rest);
}

function problemOf(
  manifest: BackupManifest | undefined,
  sizes: ReadonlyMap<string, number>,
  domain: string | undefined,
): string | undefined {
  if (manifest === undefined) return "this version of Mastiff cannot read its manifest";
  if (domain !== undefined && manifest.domain !== domain) return `it is of ${manifest.domain}`;
  const bytes = sizes.get(manifest.dump);
  if (bytes === undefined) return "its dump is not in the bucket";
  if (bytes !== manifest.bytes) return `its dump has ${bytes} bytes, and ${manifest.bytes} were written`;
  return sizes.has(manifest.escrow) ? undefined : "its escrow is not in the bucket";
}

/** Does the work with the bucket. @throws OperatorError when S3 refuses a call, with what to do about it */
export async function asking<T>(
  community: Pick<OpenedCommunity, "settings" | "stack">,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof S3Error ? unreadable(error, community) : error;
  }
}

/**
 * Whether S3 refuses the key or the bucket. What to do about a clock, a certificate, or a failure that passes does not
 * depend on whose bucket it is, and is in the error.
 */
export function isRefusal({ status, code }: S3Error): boolean {
  return status !== undefined && status < 500 && status !== 429 && code !== "RequestTimeTooSkewed";
}

function unreadable(
  error: S3Error,
  { settings, stack }: Pick<OpenedCommunity, "settings" | "stack">,
): OperatorError {
  const { backupAccessKeyId: own } = settings;
  if (!isRefusal(error)) return error;
  return new OperatorError(
    own === undefined
      ? `${error.words}\n  fix     see what differs at Cloudflare:  pulumi preview --refresh -s ${stack.name}\n          repair it:  pulumi up --refresh -s ${stack.name}`
      : `${error.words}\n  fix     the key ${own} has to list the bucket and to read its objects. If it was replaced:\n          pulumi config set mastiff:backupAccessKeyId <id> -s ${stack.name}\n          pulumi config set --secret mastiff:backupSecretAccessKey <secret> -s ${stack.name}\n          pulumi up -s ${stack.name}`,
  );
}
