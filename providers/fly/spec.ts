/**
 * The types that the program and the driver exchange: specs and outputs.
 * Types only, so that components/ can import them without loading any of the driver.
 *
 * The driver reads
 * - the spec from the environment variable SPEC (JSON), and its `stack` from MASTIFF_STACK;
 * - secrets from stdin (a JSON object, name → value);
 * - a rendered fly.toml from FLY_TOML, with SECRETS_DIGEST (any text that changes when a secret does);
 * - the output of an earlier ensure from PULUMI_COMMAND_STDOUT or IDENTITY.
 * It prints one JSON document on stdout.
 */

/** An app, with the stack and the organisation that it belongs to. */
export interface Owned {
  /** `<identity> <project>/<stack>`, from which the mark on each app is made. From MASTIFF_STACK. */
  stack: string;
  /** Slug of the Fly organisation. */
  org: string;
  /** Name of the Fly app, unique over all of Fly. */
  app: string;
}

/** A spec as the program declares it: without `stack`, which is passed separately. */
export type Declared<Spec> = Omit<Spec, "stack">;

/** A machine's size, in Fly's own terms. */
export interface Size {
  cpuKind: "shared" | "performance";
  cpus: number;
  memoryMb: number;
}

/** An app with its public addresses. */
export interface AppSpec extends Owned {
  /** True: one IPv6 and one IPv4 address. False: no addresses, the app is private. */
  publicAddresses: boolean;
  /** A dedicated IPv4 address ($2 a month) instead of the shared one. */
  dedicatedV4: boolean;
}
export interface AppOutput {
  app: string;
  v4: string | null;
  v6: string | null;
  /** Further addresses that the app keeps, because DNS may still point to them. */
  leaving?: string[];
}

/** The public addresses of an app, once the DNS records point to them. */
export interface AddressesSpec extends Owned {
  dedicatedV4: boolean;
  /** The addresses in the DNS records; not known to `observe`. */
  v4?: string | null;
  v6?: string | null;
}
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
export interface CertificateSpec {
  app: string;
  hostname: string;
}
export interface CertificateOutput {
  hostname: string;
  /** CNAME that proves the name by DNS, so that the certificate is issued before any traffic arrives. */
  challenge: { name: string; target: string };
  /** TXT that proves the name where a CDN hides the app's addresses. */
  ownership: { name: string; value: string };
}

/** The secrets of one app, staged; values come by stdin. */
export interface SecretsSpec {
  app: string;
  names: string[];
  /** Names whose values never change once the app has them. Default: none. */
  forGood?: string[];
}
export interface SecretsOutput {
  /** Fly's digest by name; it changes when the value does. */
  digests: Record<string, string>;
}

/** Unmanaged Postgres on one machine. stdin: `{ "password": … }`, the password of the role `user`. */
export interface PostgresSpec extends Owned {
  region: string;
  size: Size;
  volumeGb: number;
  database: string;
  user: string;
  /** Apps whose DATABASE_URL points here. It is unset there, staged, when the database is destroyed. */
  consumers: string[];
  /** Another role logs in (kind `login`), so an existing role `user` is left as it is. Default false. */
  loginElsewhere?: boolean;
  /** The database may be destroyed with the community in it. Default false. */
  dispensable?: boolean;
}
export interface PostgresOutput {
  app: string;
  host: string;
  port: number;
  database: string;
  user: string;
}

/** A role that logs in with its own password and acts as `owner`. stdin: `{ "password": … }`. */
export interface LoginSpec {
  /** App of the database. */
  app: string;
  owner: string;
  user: string;
}
/** A role that no longer logs in. */
export interface RetiredLoginSpec {
  app: string;
  user: string;
}
export interface LoginOutput {
  user: string;
}

/** The stack's own Redis on one machine, private. stdin: `{ "password": … }`. */
export interface RedisSpec extends Owned {
  region: string;
  size: Size;
  volumeGb: number;
  image: string;
  /** Kind `redis-restart` sets the password, so an existing password is kept. Default false. */
  passwordElsewhere?: boolean;
  /** Redis may be destroyed with jobs in it. Default false. */
  dispensable?: boolean;
}
/** How many jobs wait in the stack's own Redis; verb `look`. */
export interface JobsSpec {
  app: string;
}
export interface JobsOutput {
  waiting: number;
}
/** How many people have an account in a database; verb `look`. */
export interface PeopleSpec {
  /** App of the database. */
  app: string;
  database: string;
}
export interface PeopleOutput {
  people: number;
}
/**
 * A password of the stack's own Redis: kind `redis-password` adds it beside the current one, kind
 * `redis-restart` makes it the only one. stdin: `{ "password": … }`.
 */
export interface RedisPasswordSpec {
  app: string;
}
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
export interface UpstashSpec {
  stack: string;
  org: string;
  /** App of the community. It carries the mark, because a Redis at Upstash cannot. */
  app: string;
  name: string;
  region: string;
  /** Display name or id of a plan; null: pay as you go. */
  plan: string | null;
}
export interface UpstashOutput {
  name: string;
  /** Secret: it holds the password. */
  url: string;
}

/** One version of one app on its machines. The app's fly.toml comes by FLY_TOML. */
export interface ReleaseSpec extends Owned {
  region: string;
  image: string;
  /** How many machines each process group has. */
  groups: Record<string, { count: number }>;
  /**
   * Memory of the machines that migrate; null: this app has no database of its own. `sidekiq`: all parts of
   * the size in config that the memory is derived from, for error messages.
   */
  database: { memoryMb: number; sidekiq?: Readonly<Record<string, number>> } | null;
  /** Check the version of Redis first: Sidekiq 8 refuses to start below 7. */
  redisGate: boolean;
  /** App of the stack's own Redis, where Sidekiq's heartbeats are checked. Default: they are not checked. */
  redis?: string;
  /** Check afterwards what /health does not: bucket, push signature, mail, database, Redis, scheduler. */
  smoke: boolean;
}
export interface ReleaseOutput {
  app: string;
  image: string;
  release: number;
}

/** The owner's account. stdin: `{ "password": … }`, used when the account is new or the password rotates. */
export interface OwnerSpec {
  app: string;
  username: string;
  email: string;
  /** Do not check in DNS whether the e-mail domain accepts mail. */
  skipDns: boolean;
  /** Rotation word of the password. When it changes, the account gets stdin's password. Default: none. */
  rotation?: string;
}
export interface OwnerOutput {
  result: "created" | "present" | "rotated";
  username: string;
  /** Rotation word of the password that the account was given last. */
  rotation?: string;
}

/**
 * The last dump of a community's database, taken once, into a bucket that stays.
 * stdin: `{ "accessKeyId": …, "secretAccessKey": … }`, a key that may write to the bucket.
 */
export interface DumpSpec {
  /** App whose DATABASE_URL points to the database. */
  app: string;
  /** App of the database, whose image has a pg_dump of the server's own version. */
  server: string;
  bucket: string;
  /**
   * URL of the bucket in R2's S3 API, as machines reach it:
   * `https://<account>.r2.cloudflarestorage.com/<bucket>`.
   */
  bucketUrl: string;
}
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

/** The state of certificates; verb `look`. */
export interface StatusSpec {
  certificates: { app: string; hostname: string }[];
}
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
export interface MarksSpec {
  /** Slug of the organisation. */
  org: string;
  apps: string[];
  /** Name of a Redis at Upstash; null: none. */
  redis: string | null;
  /** `<project>/<stack>`, by which this stack's marks from before identities are recognised. */
  stack: string;
}
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

/** Several observations in one run of the driver, which asks Fly each question once: `all observe`. */
export interface ObserveAllSpec {
  items: Record<string, ObserveItem>;
}
export interface ObserveItem {
  kind:
    | "app"
    | "addresses"
    | "certificate"
    | "secrets"
    | "postgres"
    | "redis"
    | "upstash"
    | "release"
    | "owner";
  spec: unknown;
  /** Rendered fly.toml, for `release`; `{v4}` and `{v6}` in it stand for the app's addresses as they are now. */
  flyToml?: string;
  /**
   * What the last ensure printed, when known. It makes what is said of secrets and addresses more precise.
   */
  previous?: unknown;
}
export type ObserveAllOutput = Record<string, Observation>;
