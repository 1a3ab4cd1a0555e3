/** The backup that a command works with: one in the stack's bucket, or files on this machine. */
import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { open, readFile, rm, stat, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { z } from "zod";
import { type Bucket, S3Error } from "../../providers/cloudflare/s3.ts";
import type { BackupManifest } from "../../providers/fly/spec.ts";
import { OperatorError } from "../../providers/shared/operator-error.ts";
import { type DrillRecord, drillRecordKey } from "../backups/drill-record.ts";
import type { Backup } from "../backups/in-bucket.ts";
import { manifestOf } from "../backups/manifest.ts";
import { UsageError } from "../usage-error.ts";

/** The option that names a backup. */
export const from = {
  type: "string",
  valueHint: "backup",
  description: "latest, a time that mastiff backups shows, or a file ….dump.gpg",
} as const;

/** A backup, wherever it is. */
export interface ChosenBackup {
  manifest: BackupManifest;
  /** Milliseconds since 1970. */
  taken: number;
  /** What the last drill has proved of it; undefined: there was none, or the files do not say. */
  drill: DrillRecord | undefined;
  /** The first bytes of the dump. */
  beginning(): Promise<Uint8Array>;
  /** The encrypted escrow. */
  escrow(): Promise<Uint8Array>;
  /** Puts the dump where a machine can read it. @returns its key in the bucket */
  inBucket(told: (line: string) => void): Promise<string>;
  /** Removes what `inBucket` has put there. */
  leaveBucket(): Promise<void>;
  /** Keeps what a drill has proved beside the dump. @returns where */
  keep(record: DrillRecord): Promise<string>;
}

/** As many bytes as hold the session keys of hundreds of recipients. */
const beginningBytes = 64 * 1024;

/** What the stack's bucket has in the order of {@link backupsIn}: the newest first. */
export interface BackupPlace {
  bucket: Bucket;
  found: readonly Backup[];
  domain: string;
  /** What names the community after `-s`; undefined: `mastiff backups` cannot ask its new stack yet. */
  named: string | undefined;
}

/**
 * The backup that `--from` names.
 *
 * @throws UsageError when there is none of that name, or several; OperatorError when it cannot be relied on
 */
export async function chosenBackup(text: string, place: BackupPlace): Promise<ChosenBackup> {
  if (isFile(text)) return backupInFiles(text, place);
  const counting = place.found.filter(({ problem }) => problem === undefined);
  if (text === "latest") {
    const [newest] = counting;
    if (newest !== undefined) return backupInBucket(newest, place.bucket);
    throw new OperatorError(
      `In the bucket ${place.bucket.name} there is no backup of ${place.domain} that can be relied on.\n  fix     check that it is the bucket of the backups (mastiff:backup.bucket, mastiff:backup.account)\n          if you have the files of a backup:  --from <path>/<time>.dump.gpg`,
    );
  }
  const list = place.named === undefined ? [] : [`see all of them:  npx mastiff backups -s ${place.named}`];
  const named = place.found.filter((one) => isNamed(one, text));
  const [one, other] = named;
  if (one === undefined || other !== undefined)
    throw new UsageError({
      what: `${one === undefined ? "No backup" : `More than one backup`} in the bucket ${place.bucket.name} is named ${JSON.stringify(text)}.`,
      fix: [
        `name one of these:  ${(one === undefined ? counting : named).slice(0, 5).map(nameOf).join(", ") || "none"}`,
        ...list,
        ...(text.endsWith(".gpg") ? ["a file has to be there, and its name has to end in .dump.gpg"] : []),
      ],
    });
  if (one.problem === undefined) return backupInBucket(one, place.bucket);
  throw new OperatorError(
    `The backup ${nameOf(one)} cannot be relied on: ${one.problem}.\n  fix     name another one:  ${counting.slice(0, 5).map(nameOf).join(", ") || "none"}`,
  );
}

/**
 * Has the person name the newest backup by its time when another one has much more in it. The first backups of a
 * community that was just made anew, in the bucket of the old one, have next to nothing.
 *
 * @throws OperatorError with both
 */
export function refuseSmaller(newest: ChosenBackup, found: readonly Backup[]): void {
  const { rows } = newest.manifest;
  const larger = found.find(
    ({ manifest, problem }) =>
      problem === undefined &&
      manifest !== undefined &&
      (rows.users * 2 < manifest.rows.users || rows.statuses * 2 < manifest.rows.statuses),
  );
  if (larger?.manifest === undefined) return;
  const { users, statuses } = larger.manifest.rows;
  throw new OperatorError(
    `The newest backup (${nameOf(newest)}) has ${rows.users} users and ${rows.statuses} posts. The one of ${nameOf(larger)} has ${users} and ${statuses}.\n  fix     name the one that you mean:  --from <time>\n          this one:  --from ${nameOf(newest)}`,
  );
}

/** How the operator names a backup. */
export function nameOf({ taken }: { taken: number }): string {
  return `${new Date(taken).toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;
}

/** By the beginning of its key, or of its time however that is written: 20261129T03, 2026-11-29 03:00 UTC. */
function isNamed({ key, taken }: Backup, text: string): boolean {
  if (key.startsWith(text.replace(/\.(dump\.gpg|escrow\.gpg|json)$/, ""))) return true;
  const digits = text.replace(/[-:TZ ]|UTC$/g, "");
  return /^\d{8,14}$/.test(digits) && nameOf({ taken }).replace(/\D/g, "").startsWith(digits);
}

const isFile = (text: string) => text.endsWith(".dump.gpg") && existsSync(text);

function backupInBucket({ key, taken, manifest, drill }: Backup, bucket: Bucket): ChosenBackup {
  if (manifest === undefined) throw new Error(`${key} has no manifest`);
  return {
    manifest,
    taken,
    drill,
    beginning: () => bucket.bytes(manifest.dump, Math.min(beginningBytes, manifest.bytes)),
    escrow: () => bucket.bytes(manifest.escrow),
    inBucket: async () => manifest.dump,
    leaveBucket: async () => {},
    async keep(record) {
      const place = drillRecordKey(manifest.dump);
      await bucket.put(place, `${JSON.stringify(record)}\n`, "application/json");
      return `${bucket.name}/${place}`;
    },
  };
}

/** Prefix of dumps that are in the bucket only while a machine reads them. No rule of the bucket is about it. */
const uploaded = "uploaded/";

/** The three files of a backup, named as in the bucket. @throws OperatorError when they are no whole backup */
async function backupInFiles(path: string, { bucket, domain }: BackupPlace): Promise<ChosenBackup> {
  const stem = path.replace(/\.dump\.gpg$/, "");
  const broken = (why: string) =>
    new OperatorError(
      `${path} is no backup that can be restored: ${why}.\n  fix     put the dump, its escrow and its manifest into one folder, as they are named in the bucket:  ….dump.gpg ….escrow.gpg ….json\n          copy what is damaged from there again`,
    );
  const read = (file: string) =>
    readFile(file).catch((error: NodeJS.ErrnoException) => {
      throw broken(`${file} cannot be read (${error.code})`);
    });
  const manifest = manifestOf((await read(`${stem}.json`)).toString());
  if (manifest === undefined) throw broken("this version of Mastiff cannot read its manifest");
  if (manifest.domain !== domain) throw broken(`it is of ${manifest.domain}, and this stack is ${domain}`);
  const { size } = await stat(path);
  if (size !== manifest.bytes) throw broken(`it has ${size} bytes, and ${manifest.bytes} were written`);
  const sha256 = await digestOf(path);
  if (sha256 !== manifest.sha256)
    throw broken(`it has the SHA-256 ${sha256}, and ${manifest.sha256} was written`);
  const key = `${uploaded}${basename(path)}`;
  return {
    manifest,
    taken: Date.parse(manifest.taken),
    drill: undefined,
    beginning: () => bytesOf(path, 0, Math.min(beginningBytes, size)),
    escrow: () => read(`${stem}.escrow.gpg`),
    async inBucket(told) {
      const there = await bucket.list(uploaded);
      if (there.some((one) => one.key === key && one.bytes === size)) return key;
      const note = `${stem}.upload.json`;
      await abortNoted(bucket, note);
      await bucket.upload(key, (offset, bytes) => bytesOf(path, offset, bytes), {
        begun: (upload) => noted(note, { bucket: bucket.name, ...upload }),
        told: (bytes) => told(`uploading the dump: ${Math.floor((bytes / Math.max(size, 1)) * 100)} %`),
      });
      await rm(note, { force: true });
      return key;
    },
    leaveBucket: () => removed(bucket, key),
    async keep(record) {
      const place = drillRecordKey(path);
      await writeFile(place, `${JSON.stringify(record)}\n`);
      return place;
    },
  };
}

/** A key of the operator's own may have no right to delete. Then the object stays, and is as closed as a backup. */
function removed(bucket: Bucket, key: string): Promise<void> {
  return ifGranted(bucket.delete([key]));
}

async function ifGranted(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof S3Error)) throw error;
  }
}

/** An upload that has begun and is not complete, as the note beside its file says. */
const unfinished = z.object({ bucket: z.string(), key: z.string(), id: z.string() });

type Unfinished = z.infer<typeof unfinished>;

/**
 * Notes an upload beside its file, because nobody else can tell it from somebody's that goes on: a killed run leaves
 * parts that the bucket keeps. Where the folder takes no file, they stay until a rule of the bucket ends them.
 */
async function noted(note: string, upload: Unfinished): Promise<void> {
  await writeFile(note, `${JSON.stringify(upload)}\n`).catch(() => undefined);
}

/** Ends the upload that a killed run of this file has begun. */
async function abortNoted(bucket: Bucket, note: string): Promise<void> {
  const upload = unfinishedIn(await readFile(note, "utf8").catch(() => ""));
  if (upload?.bucket === bucket.name) await ifGranted(bucket.abort(upload));
}

/** @returns undefined when the text is no such note, or half of one */
function unfinishedIn(text: string): Unfinished | undefined {
  try {
    return unfinished.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** The SHA-256 of a file of any size, in hex. */
async function digestOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of createReadStream(path)) hash.update(piece);
  return hash.digest("hex");
}

/** Fewer bytes only at the end of the file. */
async function bytesOf(path: string, offset: number, bytes: number): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const buffer = Buffer.alloc(bytes);
    let held = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, held, bytes - held, offset + held);
      held += bytesRead;
      if (bytesRead === 0 || held === bytes) return buffer.subarray(0, held);
    }
  } finally {
    await file.close();
  }
}
