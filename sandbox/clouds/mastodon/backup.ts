/**
 * The job that takes a backup, in the image of the database's machines. It is a bash script that is recognised
 * by its first line, like the dump. Its effect is modelled: it runs gpg, psql, pg_dump, pg_restore and curl.
 *
 * A backup is three objects under `<class>/<period>/<time>`: the encrypted dump, the encrypted escrow, and at
 * last the manifest. A failure leaves no object and no upload, and its last line says why in plain words.
 */
import { createHash } from "node:crypto";
import { etagOf, findBucket, listObjects } from "../cloudflare/r2.ts";
import type { Outcome, Situation } from "./behaviour.ts";
import { connectDatabase, cutBySilence } from "./connect.ts";
import { firstDay, rowsOf, type Schema, schemaVersion } from "./database.ts";
import { behind } from "./direct.ts";
import { encrypt, type PublicKey, publicKeysIn, type Recipient } from "./openpgp.ts";
import { askBucket } from "./s3-request.ts";

/** How long a backup takes on the real Fly, in milliseconds: an order of magnitude for a small community. */
export const backupMs = 20_000;

const variables = [
  "DATABASE_URL",
  "MASTIFF_BACKUP_URL",
  "MASTIFF_BACKUP_REGION",
  "MASTIFF_BACKUP_RECIPIENTS",
  "MASTIFF_BACKUP_SCHEDULE",
  "MASTIFF_BACKUP_KEY_ID",
  "MASTIFF_BACKUP_KEY_SECRET",
  "MASTIFF_ESCROW",
  "MASTIFF_DOMAIN",
  "MASTIFF_VERSION",
] as const;
type Settings = Record<(typeof variables)[number], string>;

/** Ends the script. */
class Failure extends Error {
  /** What the programs wrote before it. */
  readonly before: string[];

  constructor(reason: string, before: string = "") {
    super(reason);
    this.before = before === "" ? [] : before.split("\n");
  }
}

/** Whether a machine's command is the backup script. */
export function isBackup(argv: string[]): boolean {
  const [shell, flag, script = ""] = behind(argv, {}).words;
  return shell === "bash" && flag === "-c" && script.startsWith("# mastiff: backup\n");
}

/** Takes a backup. The last line is the manifest, or says why there is none. */
export function backup(seen: Situation): Outcome {
  const lines: string[] = [];
  try {
    take(seen, lines);
    return { lines, exit: 0 };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { lines: [...lines, ...error.before, `No backup was taken: ${error.message}.`], exit: 1 };
  }
}

/** The order is the script's: keys, bucket, database, dump, escrow, manifest. */
function take(seen: Situation, lines: string[]): void {
  const settings = settingsOf(behind(seen.argv, seen.env).env);
  const taken = new Date(seen.machine.startedAt ?? seen.world.now());
  const classes = classesAt(taken, settings.MASTIFF_BACKUP_SCHEDULE);
  const keys = keysOf(settings, taken.getTime());
  const recipients = keys.filter((one): one is Recipient => one.wrap !== undefined);
  const skipped = keys.filter(({ wrap }) => wrap === undefined).map(({ fingerprint }) => fingerprint);
  lines.push(
    ...skipped.flatMap((fingerprint) => [
      unusable(fingerprint),
      `skipped a recipient: gpg cannot encrypt for ${fingerprint}`,
    ]),
  );
  const escrow = encrypt(Buffer.from(settings.MASTIFF_ESCROW), recipients);
  const bucket = new BackupBucket(seen, settings);
  const chosen = classes.find((one) => !bucket.hasBackup(`${one.name}/${one.period}/`)) ?? classes.at(-1);
  const stem = `${chosen?.name}/${chosen?.period}/${taken.toISOString().replace(/[:-]|\.\d{3}/g, "")}`;
  const { schema, server, archive } = readDatabase(seen, settings);
  lines.push(`dumping ${settings.MASTIFF_DOMAIN} into ${stem}.dump.gpg`);
  const dump = encrypt(archive(), recipients);
  bucket.upload(`${stem}.dump.gpg`, dump);
  bucket.put(`${stem}.escrow.gpg`, escrow);
  const manifest = {
    format: 1,
    domain: settings.MASTIFF_DOMAIN,
    taken: taken.toISOString().replace(/\.\d{3}/, ""),
    class: chosen?.name,
    mastodon: settings.MASTIFF_VERSION,
    postgres: server,
    schema: schemaVersion(schema),
    bytes: dump.length,
    sha256: createHash("sha256").update(dump).digest("hex"),
    entries: 812,
    rows: rowsOf(schema),
    databaseBytes: firstDay.bytes,
    dump: `${stem}.dump.gpg`,
    escrow: `${stem}.escrow.gpg`,
    recipients: recipients.map(({ fingerprint }) => fingerprint),
    skipped,
    seconds: backupMs / 1000,
  };
  bucket.put(`${stem}.json`, Buffer.from(`${JSON.stringify(manifest)}\n`));
  lines.push(JSON.stringify(manifest));
}

function settingsOf(env: Record<string, string>): Settings {
  const missing = variables.find((name) => !env[name]);
  if (missing !== undefined) throw new Failure(`${missing} is not set in this machine`);
  return env as Settings;
}

/** The classes that a backup can be of, with their periods, in order. */
function classesAt(now: Date, schedule: string): { name: string; period: string }[] {
  const time = now.toISOString();
  const classes = [
    { name: "monthly", period: time.slice(0, 7) },
    { name: "weekly", period: weekOf(now) },
    { name: "daily", period: time.slice(0, 10) },
  ];
  if (schedule === "daily") return classes;
  if (schedule === "hourly") return [...classes, { name: "hourly", period: time.slice(0, 13) }];
  throw new Failure(`MASTIFF_BACKUP_SCHEDULE is ${schedule}, and not daily or hourly`);
}

/** The ISO week of a date, as `date +%G-W%V` prints it: a week belongs to the year of its Thursday. */
function weekOf(now: Date): string {
  const day = 86_400_000;
  const thursday = new Date(now.getTime() + (4 - (now.getUTCDay() || 7)) * day);
  const year = thursday.getUTCFullYear();
  const week = Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / day / 7) + 1;
  return `${year}-W${String(week).padStart(2, "0")}`;
}

/** The keys to encrypt to. The first is the stack's own, without which there is no backup. */
function keysOf({ MASTIFF_BACKUP_RECIPIENTS: base64 }: Settings, now: number): PublicKey[] {
  const keys = read(Buffer.from(base64, "base64").toString("utf8"), now);
  const [own] = keys;
  if (own !== undefined && own.wrap === undefined)
    throw new Failure(
      `gpg cannot encrypt for ${own.fingerprint}, the key of the stack`,
      unusable(own.fingerprint),
    );
  return keys;
}

function read(armoured: string, now: number): PublicKey[] {
  try {
    return publicKeysIn(armoured, now);
  } catch (error) {
    throw new Failure("MASTIFF_BACKUP_RECIPIENTS has a key that gpg cannot read", (error as Error).message);
  }
}

function unusable(fingerprint: string): string {
  return `gpg: ${fingerprint}: skipped: Unusable public key`;
}

/** What psql reads, and the archive that pg_dump makes of the same snapshot. */
function readDatabase(
  seen: Situation,
  { DATABASE_URL }: Settings,
): { schema: Schema; server: string; archive: () => Buffer } {
  const connection = connectDatabase(seen, DATABASE_URL);
  if (!connection.ok && connection.kind === "unreachable") {
    throw new Failure(`the database does not answer at ${DATABASE_URL.replace(/^.*@/, "")}`);
  }
  const unreadable = "the database cannot be read: psql says why above";
  if (!connection.ok) throw new Failure(unreadable, `psql: error: ${connection.message}`);
  const { catalogue, server } = connection;
  const schema = catalogue.mastodon;
  if (schema === undefined) {
    throw new Failure(unreadable, 'ERROR:  relation "public.schema_migrations" does not exist');
  }
  const archive = () => {
    const ended = "pg_dump ended with exit code 1";
    if (Number.parseInt(server.version, 10) > Number.parseInt(seen.image.version, 10)) {
      throw new Failure(
        ended,
        `pg_dump: error: aborting because of server version mismatch\npg_dump: detail: server version: ${server.version}; pg_dump version: ${seen.image.version}`,
      );
    }
    const cut = cutBySilence(seen.world, connection);
    if (cut !== undefined) throw new Failure(ended, `pg_dump: error: query failed: ${cut}`);
    // The magic bytes of a custom-format archive, then the data to restore.
    return Buffer.from(`PGDMP${JSON.stringify(catalogue)}`);
  };
  return { schema, server: server.version, archive };
}

/** The bucket at MASTIFF_BACKUP_URL. */
class BackupBucket {
  readonly #seen: Situation;
  readonly #settings: Settings;

  constructor(seen: Situation, settings: Settings) {
    this.#seen = seen;
    this.#settings = settings;
  }

  /** Whether a manifest is below a prefix. */
  hasBackup(prefix: string): boolean {
    const { MASTIFF_BACKUP_URL: url } = this.#settings;
    const query = `?list-type=2&prefix=${encodeURIComponent(prefix)}`;
    this.#ask("GET", `/${query}`, `the bucket ${url} cannot be listed`);
    return listObjects(this.#seen.world, this.#name, prefix).some((key) => key.endsWith(".json"));
  }

  put(key: string, body: Buffer): void {
    this.#ask("PUT", `/${key}`, `${key} was not taken`, body);
    this.#ask("GET", `/${key}`, `${key} cannot be read back`);
  }

  /** A multipart upload. A local dump fits into one part. */
  upload(key: string, body: Buffer): void {
    const { world } = this.#seen;
    this.#ask("POST", `/${key}?uploads=`, `the upload of ${key} cannot begin`);
    const upload = findBucket(world, this.#name)?.uploads.findLast((one) => one.key === key);
    const query = `uploadId=${upload?.id}`;
    const { dials } = world.state.fly;
    if (dials.brokenUploads > 0) {
      dials.brokenUploads -= 1;
      this.#ask("DELETE", `/${key}?${query}`, "");
      const reset = "got no answer (curl: (55) Send failure: Connection reset by peer)";
      throw new Failure(`part 1 of ${key} was not taken: the request ${reset}`);
    }
    this.#ask("PUT", `/${key}?partNumber=1&${query}`, `part 1 of ${key} was not taken`, body);
    const part = `<Part><PartNumber>1</PartNumber><ETag>"${etagOf(body)}"</ETag></Part>`;
    const list = `<CompleteMultipartUpload>${part}</CompleteMultipartUpload>`;
    this.#ask("POST", `/${key}?${query}`, `the upload of ${key} cannot be completed`, Buffer.from(list));
    this.#ask("GET", `/${key}`, `${key} cannot be read back`);
  }

  get #name(): string {
    return new URL(this.#settings.MASTIFF_BACKUP_URL).pathname.slice(1);
  }

  /** @param otherwise what has failed when the bucket refuses; the script ends with it */
  #ask(method: string, path: string, otherwise: string, body?: Buffer): void {
    const url = this.#settings.MASTIFF_BACKUP_URL;
    const { MASTIFF_BACKUP_REGION: region, MASTIFF_BACKUP_KEY_ID: keyId } = this.#settings;
    const access = { url, region, keyId, keySecret: this.#settings.MASTIFF_BACKUP_KEY_SECRET };
    const answer = askBucket(this.#seen.world, access, method, path, body);
    const host = new URL(url).hostname;
    const failed = (how: string) => new Failure(`${otherwise}: the request ${how}`);
    if (answer === undefined) throw failed(`got no answer (curl: (6) Could not resolve host: ${host})`);
    const { status, refusal } = answer;
    if (status >= 400) throw failed(`got HTTP ${status} ${refusal?.code} (${refusal?.message})`);
  }
}
