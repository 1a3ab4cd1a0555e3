import {
  array,
  boolean,
  type Infer,
  nullable,
  number,
  type ObjectOf,
  object,
  oneOf,
  optional,
  record,
  string,
  unknown,
} from "./schema.ts";

/**
 * What the program and the driver exchange: specs, as schemas that the driver checks, and outputs, as types.
 * components/ import types only, so that the program loads nothing of the driver.
 *
 * The driver reads
 * - the spec from the environment variable SPEC (JSON), and its `stack` from MASTIFF_STACK;
 * - secrets from stdin (a JSON object, name → value);
 * - a rendered fly.toml from FLY_TOML;
 * - SECRETS_DIGEST, any text that changes when a secret does, for what new secrets have to reach: a release, the
 *   machine of the backups;
 * - the output of an earlier ensure from PULUMI_COMMAND_STDOUT or IDENTITY.
 * It prints one JSON document on stdout.
 */

/** An app, with the stack and the organisation that it belongs to. */
const owned = {
  /** `<identity> <project>/<stack>`, from which the mark on each app is made. From MASTIFF_STACK. */
  stack: string,
  /** Slug of the Fly organisation. */
  org: string,
  /** Name of the Fly app, unique over all of Fly. */
  app: string,
};
export type Owned = ObjectOf<typeof owned>;

/** A spec as the program declares it: without `stack`, which is passed separately. */
export type Declared<Spec> = Omit<Spec, "stack">;

/** A machine's size, in Fly's own terms. */
const size = object({
  cpuKind: oneOf("shared", "performance"),
  cpus: number,
  memoryMb: number,
});
export type Size = Infer<typeof size>;

/** Days for which Fly keeps the snapshots of a volume, 1 to 60. Default: they are kept as they are. */
const snapshotDays = optional(number);

/** An app with its public addresses. */
export const appSpec = object({
  ...owned,
  /** True: one IPv6 and one IPv4 address. False: no addresses, the app is private. */
  publicAddresses: boolean,
  /** A dedicated IPv4 address ($2 a month) instead of the shared one. */
  dedicatedV4: boolean,
});
export type AppSpec = Infer<typeof appSpec>;
export interface AppOutput {
  app: string;
  v4: string | null;
  v6: string | null;
  /** Further addresses that the app keeps, because DNS may still point to them. */
  leaving?: string[];
}

/** The public addresses of an app, once the DNS records point to them. */
export const addressesSpec = object({
  ...owned,
  dedicatedV4: boolean,
  /** The addresses in the DNS records; not known to `observe`. */
  v4: optional(nullable(string)),
  v6: optional(nullable(string)),
});
export type AddressesSpec = Infer<typeof addressesSpec>;
export interface AddressesOutput {
  app: string;
  v4: string | null;
  v6: string | null;
  leaving: LeavingAddress[];
}
/** An address that DNS no longer names, and the time (ISO 8601) after which no resolver knows it any more. */
export interface LeavingAddress {
  address: string;
  from: string;
}

/** A certificate for one host name. */
export const certificateSpec = object({ app: string, hostname: string });
export type CertificateSpec = Infer<typeof certificateSpec>;
export interface CertificateOutput {
  hostname: string;
  /** CNAME that proves the name by DNS, so that the certificate is issued before any traffic arrives. */
  challenge: { name: string; target: string };
  /** TXT that proves the name where a CDN hides the app's addresses. */
  ownership: { name: string; value: string };
}

/** The secrets of one app, staged; values come by stdin. */
export const secretsSpec = object({
  app: string,
  names: array(string),
  /** Names whose values never change once the app has them. The states of 0.2.0 have this word. Default: none. */
  forGood: optional(array(string)),
});
export type SecretsSpec = Infer<typeof secretsSpec>;
export interface SecretsOutput {
  /** Fly's digest by name; it changes when the value does. */
  digests: Record<string, string>;
}

/** Unmanaged Postgres on one machine. stdin: `{ "password": … }`, the password of the role `user`. */
export const postgresSpec = object({
  ...owned,
  region: string,
  size,
  volumeGb: number,
  database: string,
  user: string,
  /** Apps whose DATABASE_URL points here. It is unset there, staged, when the database is destroyed. */
  consumers: array(string),
  /** Another role logs in (kind `login`), so an existing role `user` is left as it is. Default false. */
  loginElsewhere: optional(boolean),
  /** The database may be destroyed with the community in it. Default false. */
  dispensable: optional(boolean),
  snapshotDays,
});
export type PostgresSpec = Infer<typeof postgresSpec>;
export interface PostgresOutput {
  app: string;
  host: string;
  port: number;
  database: string;
  user: string;
}

/** A role that logs in with its own password and acts as `owner`. stdin: `{ "password": … }`. */
export const loginSpec = object({
  /** App of the database. */
  app: string,
  owner: string,
  user: string,
});
export type LoginSpec = Infer<typeof loginSpec>;
/** A role that no longer logs in. */
export const retiredLoginSpec = object({ app: string, user: string });
export type RetiredLoginSpec = Infer<typeof retiredLoginSpec>;
export interface LoginOutput {
  user: string;
}

/** The stack's own Redis on one machine, private. stdin: `{ "password": … }`. */
export const redisSpec = object({
  ...owned,
  region: string,
  size,
  volumeGb: number,
  image: string,
  /** Kind `redis-restart` sets the password, so an existing password is kept. Default false. */
  passwordElsewhere: optional(boolean),
  /** Redis may be destroyed with jobs in it. Default false. */
  dispensable: optional(boolean),
  snapshotDays,
});
export type RedisSpec = Infer<typeof redisSpec>;
/** The operator's command, run in a machine of its own with the image and settings of the running web machine. */
export const jobSpec = object({
  app: string,
  /** The command and its arguments. */
  command: array(string),
  /** Memory of the machine in MB, in steps of 256. Default: the web machine's. */
  memoryMb: optional(number),
});
export type JobSpec = Infer<typeof jobSpec>;

/** How many jobs wait in the stack's own Redis; verb `look`. */
export const jobsSpec = object({ app: string });
export type JobsSpec = Infer<typeof jobsSpec>;
export interface JobsOutput {
  waiting: number;
}
/** How many people have an account in a database; verb `look`. */
export const peopleSpec = object({
  /** App of the database. */
  app: string,
  database: string,
});
export type PeopleSpec = Infer<typeof peopleSpec>;
export interface PeopleOutput {
  people: number;
}
/** How a community is from inside its machines; verb `look`. */
export const insideSpec = object({
  /** App of the web machines. */
  app: string,
  /** App of the database. */
  postgres: string,
});
export type InsideSpec = Infer<typeof insideSpec>;
export interface InsideOutput {
  /** What scripts/doctor.rb printed; null: Fly has lost the log of a run that succeeded. */
  report: Record<string, unknown> | null;
  /** The volume of the database, or why it could not be measured. */
  disk: DiskSpace | { error: string };
}
/** A file system, in bytes. */
export interface DiskSpace {
  size: number;
  /** What its programs can still write. */
  free: number;
}
/**
 * A password of the stack's own Redis: kind `redis-password` adds it beside the current one, kind
 * `redis-restart` makes it the only one. stdin: `{ "password": … }`.
 */
export const redisPasswordSpec = object({ app: string });
export type RedisPasswordSpec = Infer<typeof redisPasswordSpec>;
export interface RedisPasswordOutput {
  /** SHA-256 of the password, as Redis keeps it. */
  digest: string;
}
export interface RedisRestartOutput {
  app: string;
}
export interface RedisOutput {
  app: string;
  host: string;
  port: number;
}

/** A Redis at Upstash, bought through Fly. */
export const upstashSpec = object({
  stack: string,
  org: string,
  /** App of the community. It carries the mark, because a Redis at Upstash cannot. */
  app: string,
  name: string,
  region: string,
  /** Display name or id of a plan; null: pay as you go. */
  plan: nullable(string),
});
export type UpstashSpec = Infer<typeof upstashSpec>;
export interface UpstashOutput {
  name: string;
  /** Secret: it holds the password. */
  url: string;
}

/** One version of one app on its machines. The app's fly.toml comes by FLY_TOML. */
export const releaseSpec = object({
  ...owned,
  region: string,
  image: string,
  /** How many machines each process group has. */
  groups: record(object({ count: number })),
  /**
   * Memory of the machines that migrate; null: this app has no database of its own. `sidekiq`: all parts of
   * the size in config that the memory is derived from, for error messages.
   */
  database: nullable(object({ memoryMb: number, sidekiq: optional(record(number)) })),
  /** Check the version of Redis first: Sidekiq 8 refuses to start below 7. */
  redisGate: boolean,
  /** App of the stack's own Redis, where Sidekiq's heartbeats are checked. Default: they are not checked. */
  redis: optional(string),
  /**
   * App of the backups: its machine takes one before the database is migrated to another minor version of
   * Mastodon. Default: none is taken.
   */
  backup: optional(string),
  /** Check afterwards what /health does not: bucket, push signature, mail, database, Redis, scheduler. */
  smoke: boolean,
});
export type ReleaseSpec = Infer<typeof releaseSpec>;
export interface ReleaseOutput {
  app: string;
  image: string;
  release: number;
}

/** What a first release needs before it has machines. Its spec is the release's. */
export interface PreparationOutput {
  app: string;
}

/**
 * The owner's account. stdin: `{ "password": …, "secretKeyBase": … }`. The password is used when the account is new or
 * the password rotates, and is sealed with Mastodon's SECRET_KEY_BASE on its way.
 */
export const ownerSpec = object({
  app: string,
  username: string,
  email: string,
  /** Do not check in DNS whether the e-mail domain accepts mail. */
  skipDns: boolean,
  /** Rotation word of the password. When it changes, the account gets stdin's password. Default: none. */
  rotation: optional(string),
});
export type OwnerSpec = Infer<typeof ownerSpec>;
export interface OwnerOutput {
  result: "created" | "present" | "rotated";
  username: string;
  /** Rotation word of the password that the account was given last. */
  rotation?: string;
}

/** How long Mastodon keeps what it can do without, as settings in its database. */
export const retentionSpec = object({
  /** The web app, whose image and database the one-off machine uses. */
  app: string,
  /** Days by the name of Mastodon's setting; 0: for good. */
  days: record(number),
  /** Days for settings that nobody has chosen yet. */
  defaults: record(number),
});
export type RetentionSpec = Infer<typeof retentionSpec>;
export interface RetentionOutput {
  app: string;
}

/** The machine that tidies up the bucket of the uploads by a schedule, in the web app. */
export const housekeepingSpec = object({
  /** The web app, whose image, size, variables and secrets the machine has. */
  app: string,
  /** Fly's own schedules; day and hour are Fly's choice. */
  schedule: oneOf("weekly", "monthly"),
  /** Remove files that belong to nothing in the database. */
  orphans: boolean,
  /** Days after which the images of link previews are removed. Default: they are left alone. */
  previewCardDays: optional(number),
});
export type HousekeepingSpec = Infer<typeof housekeepingSpec>;
export interface HousekeepingOutput {
  app: string;
  /** Id of the machine. */
  machine: string;
}

/** The machine that copies uploads to another bucket by a schedule, in a private app of its own. */
export const mirrorSpec = object({
  app: string,
  region: string,
  /** An image of rclone. */
  image: string,
  /** Fly's own schedules; when in the day or the week is Fly's choice. */
  schedule: oneOf("daily", "weekly"),
  memoryMb: number,
  /** Bucket of rclone's remote `uploads`. */
  from: string,
  /** Bucket of rclone's remote `mirror`. */
  to: string,
  /** Plain variables of rclone, which describe the two remotes. Their keys are the app's secrets (kind `secrets`). */
  env: record(string),
});
export type MirrorSpec = Infer<typeof mirrorSpec>;
export interface MirrorOutput {
  app: string;
  /** Id of the machine. */
  machine: string;
}

/**
 * The last dump of a community's database, taken once, into a bucket that stays.
 * stdin: `{ "accessKeyId": …, "secretAccessKey": … }`, a key that may write to the bucket.
 */
export const dumpSpec = object({
  /** App whose DATABASE_URL points to the database. */
  app: string,
  /** App of the database, whose image has a pg_dump of the server's own version. */
  server: string,
  bucket: string,
  /**
   * URL of the bucket in R2's S3 API, as machines reach it:
   * `https://<account>.r2.cloudflarestorage.com/<bucket>`.
   */
  bucketUrl: string,
});
export type DumpSpec = Infer<typeof dumpSpec>;
export interface DumpOutput {
  bucket: string;
  /** Key of the object; the time is in it. */
  key: string;
  /** Size of the object; null when the job's log was lost. */
  bytes: number | null;
  /** Entries in the archive's table of contents, as pg_restore reads it. */
  entries: number | null;
  /** Rows in `users`: how many people lose their account. */
  users: number | null;
}

/** The machine that takes backups of a community's database by a schedule, in a private app of its own. */
export const backupSpec = object({
  ...owned,
  region: string,
  /** App of the database, whose image has a pg_dump of the server's own version. */
  server: string,
  /** Fly's own schedules; when in the hour or the day is Fly's choice. */
  schedule: oneOf("hourly", "daily"),
  memoryMb: number,
  /** Plain variables of scripts/backup.sh. Its secrets are the app's (kind `secrets`). */
  env: record(string),
});
export type BackupSpec = Infer<typeof backupSpec>;
export interface BackupOutput {
  app: string;
  /** Id of the machine. */
  machine: string;
  /** What its log says of its newest backup; null when Fly has lost the log. */
  taken: BackupManifest | null;
}
/** A backup, right now, by a machine like the scheduled one; verb `run`. */
export const backupNowSpec = object({
  /** App of the backups. */
  app: string,
});
export type BackupNowSpec = Infer<typeof backupNowSpec>;

/** What scripts/backup.sh says of a backup: its last line, and the object `….json` beside the dump. */
export interface BackupManifest {
  format: 1;
  domain: string;
  /** ISO 8601. */
  taken: string;
  class: "hourly" | "daily" | "weekly" | "monthly";
  /** Tag of Mastodon's release. */
  mastodon: string;
  /** Version of the server. */
  postgres: string;
  /** Newest version in `schema_migrations`. */
  schema: string;
  /** Size of the encrypted dump. */
  bytes: number;
  /** Digest of the encrypted dump, in hex. */
  sha256: string;
  /** Entries in the archive's table of contents, as pg_restore reads it. */
  entries: number;
  rows: { accounts: number; users: number; statuses: number };
  /** Size of the database on its server. Undefined: an earlier version took the backup. */
  databaseBytes?: number | undefined;
  /** Key of the dump in the bucket. */
  dump: string;
  /** Key of the escrow in the bucket. */
  escrow: string;
  /** Fingerprints of the keys that open both. */
  recipients: string[];
  /** Fingerprints of further keys, for which gpg could not encrypt. Absent in older backups, which had none. */
  skipped?: string[] | undefined;
  /** How long it took. */
  seconds: number;
}

/** An encrypted dump of a database, as its manifest describes it. */
const restorableDump = object({
  /** Name of the backup: the key of its dump, without `.dump.gpg`. Letters, digits, and `._/-` only. */
  name: string,
  /** Size of the encrypted dump. */
  bytes: number,
  /** Digest of the encrypted dump, in hex. */
  sha256: string,
  /** Newest version in `schema_migrations`. */
  schema: string,
  /** Tag of Mastodon's release. */
  mastodon: string,
  rows: object({ accounts: number, users: number, statuses: number }),
  /** Size of the database that was dumped. Undefined: an earlier version took the backup. */
  databaseBytes: optional(number),
});
export type RestorableDump = Infer<typeof restorableDump>;

/**
 * A community's database, for a restore beside it and the ways from one to the other; verbs `prepare`, `switch`,
 * `undo`, `finish`, `look`.
 *
 * stdin of `prepare`: `{ "url": …, "sessionKey": …, "databaseUrl": … }`, a presigned URL of the dump, the session key
 * that opens it (`9:<hex>`, as gpg shows it), and the community's DATABASE_URL, which names the running database.
 */
export const restoreSpec = object({
  ...owned,
  region: string,
  /** App of the machine that takes backups; null: none are taken. */
  backupApp: nullable(string),
  /** App of the database's server. */
  server: string,
  /** App of the machine that restores, which exists only for that. */
  restoreApp: string,
  /** Name of the community's database. */
  database: string,
  /** Role that owns the database. */
  role: string,
  /** The dump; only `prepare` needs it. */
  dump: optional(restorableDump),
});
export type RestoreSpec = Infer<typeof restoreSpec>;

/** What is in a database of Mastodon's. */
export interface DatabaseMeasures {
  /** Newest version in `schema_migrations`. */
  schema: string;
  rows: RestorableDump["rows"];
  databaseBytes: number;
}

/** What `prepare` has brought into the new database. */
export interface RestorePrepared extends Omit<DatabaseMeasures, "databaseBytes"> {
  /** Name of the new database. */
  database: string;
  /** Name of the backup. */
  name: string;
}

/** How far a restore has come; the answer of `switch`, `undo` and `finish`. */
export interface RestoreState {
  /**
   * - `none`: there is one database, the community's;
   * - `restoring`: a new database is beside it, and is not complete;
   * - `restored`: the new database is complete, and the community runs on the old one;
   * - `switched`: the community runs on the new database, and the old one is beside it;
   * - `undone`: the community runs on the old database again, and what it ran on meanwhile is beside it.
   */
  state: "none" | "restoring" | "restored" | "switched" | "undone";
  /** Name of the backup. */
  name?: string;
  /** When the community went over, or came back; ISO 8601. */
  since?: string;
}
/** The answer of `look`. */
export interface RestoreLook extends RestoreState {
  /** What the community runs on. Undefined: nothing was released on it yet, or a run stopped while nobody may connect. */
  running?: DatabaseMeasures;
}

/**
 * A trial restore in an app that exists only for that, without a way to the community; verb `run`.
 * stdin: `{ "url": …, "sessionKey": … }`, as for a restore.
 */
export const drillSpec = object({
  ...owned,
  region: string,
  /** App of the database's server, whose image the drill runs. */
  server: string,
  dump: restorableDump,
  /** Size of the volume that the database is restored on. */
  volumeGb: number,
});
export type DrillSpec = Infer<typeof drillSpec>;

/** What scripts/restore.sh says of a restored database: its last line. */
export interface RestoreAnswer extends DatabaseMeasures {
  format: 1;
  /** Version of the server. */
  postgres: string;
  /** How long it took. */
  seconds: number;
}
/** What scripts/drill.sh says: its last line, and the answer of a drill. */
export interface DrillAnswer extends RestoreAnswer {
  /** A pair of signing keys of the community; null: there is none to try. */
  proof: {
    /** Its public half, as PEM. */
    public: string;
    /** Its private half, as the database has it: encrypted by ActiveRecord. */
    sealed: string;
  } | null;
  /** Why there is none to try. */
  why?: string;
}

/** The state of certificates; verb `look`. */
export const statusSpec = object({ certificates: array(certificateSpec) });
export type StatusSpec = Infer<typeof statusSpec>;
export interface CertificateStatus {
  hostname: string;
  status: "active" | "expiring" | "expired" | "pending" | "limited" | "failing" | "missing" | "unknown";
  /** The status in words, for the operator. */
  detail: string;
}
export interface StatusOutput {
  certificates: CertificateStatus[];
}

/** Which stacks own the apps with a community's names; verb `look`. */
export const marksSpec = object({
  /** Slug of the organisation. */
  org: string,
  apps: array(string),
  /** Name of a Redis at Upstash; null: none. */
  redis: nullable(string),
  /** `<project>/<stack>`, by which this stack's marks from before identities are recognised. */
  stack: string,
});
export type MarksSpec = Infer<typeof marksSpec>;
export interface MarkedThing {
  /** The thing, in words. */
  what: string;
  /** Identity of the stack that marked it; null: it carries no mark, and belongs with the marked things. */
  identity: string | null;
  /** The mark dates from before identities, and names a stack of this very name. */
  isEarlier: boolean;
}
export interface MarksOutput {
  things: MarkedThing[];
}

/** The answer of `observe`: how the live thing differs from its spec. */
export interface Observation {
  exists: boolean;
  /** In words, each the middle of a sentence: "machine 148e… of web is stopped". Empty: in sync. */
  differences: string[];
  /** The next ensure will print other values than the last: a new address, a new app. Default: the same. */
  identity?: boolean;
  /** Error messages with which ensure would refuse, with the ways out. Default: none. */
  refused?: string[];
  /** Nothing is pending any more: a certificate is issued and far from its end. Default: not known. */
  ready?: true;
}

/** A thing to observe. */
const observeItem = object({
  kind: oneOf(
    "app",
    "addresses",
    "certificate",
    "secrets",
    "postgres",
    "redis",
    "upstash",
    "release",
    "owner",
    "backup",
    "housekeeping",
    "mirror",
  ),
  /** A spec of this kind. */
  spec: record(unknown),
  /** Rendered fly.toml, for `release`; `{v4}` and `{v6}` in it stand for the app's addresses as they are now. */
  flyToml: optional(string),
  /**
   * What the last ensure printed, when known. It makes what is said of secrets and addresses more precise.
   */
  previous: optional(unknown),
});
export type ObserveItem = Infer<typeof observeItem>;

/** Several observations in one run of the driver, which asks Fly each question once: `all observe`. */
export const observeAllSpec = object({ items: record(observeItem) });
export type ObserveAllSpec = Infer<typeof observeAllSpec>;
export type ObserveAllOutput = Record<string, Observation>;
