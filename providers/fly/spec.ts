/**
 * What the program tells the driver, and what the driver answers: the one place where the two meet.
 * Types only, so that components/ can import it without loading any of the driver.
 *
 * Every spec comes in by the environment variable SPEC (JSON), its `stack` by MASTIFF_STACK, secrets by stdin (JSON object, name →
 * value), a rendered fly.toml by FLY_TOML with SECRETS_DIGEST (anything that changes when a secret does), what an
 * earlier ensure printed by PULUMI_COMMAND_STDOUT or IDENTITY. The answer is one JSON document on stdout.
 */

/** Whose an app is. */
export interface Owned {
  /** `<identity> <project>/<stack>`: what the mark on every app of ours is made from. Comes by MASTIFF_STACK. */
  stack: string;
  /** Slug of the Fly organisation. */
  org: string;
  /** Name of the Fly app, unique over all of Fly. */
  app: string;
}

/** A spec as the program declares it: whose the thing is comes on its own. */
export type Declared<Spec> = Omit<Spec, "stack">;

/** A machine's size, in Fly's own terms. */
export interface Size {
  cpuKind: "shared" | "performance";
  cpus: number;
  memoryMb: number;
}

/** An app with its public addresses. */
export interface AppSpec extends Owned {
  /** One IPv6 and one IPv4 address; false: none at all, the app is private. */
  publicAddresses: boolean;
  /** An IPv4 address of its own ($2 a month) instead of the shared one. */
  dedicatedV4: boolean;
}
export interface AppOutput {
  app: string;
  v4: string | null;
  v6: string | null;
  /** Further addresses that the app still has, because DNS may lead to them. */
  leaving?: string[];
}

/** The addresses of an app that DNS leads to, once it does. */
export interface AddressesSpec extends Owned {
  dedicatedV4: boolean;
  /** What the records say; not known to a look. */
  v4?: string | null;
  v6?: string | null;
}
export interface AddressesOutput {
  app: string;
  v4: string | null;
  v6: string | null;
  leaving: LeavingAddress[];
}
/** An address that DNS has left, and from when on nobody knows it any more (ISO 8601). */
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
  /** CNAME that proves the name by DNS, so that the certificate comes before any traffic does. */
  challenge: { name: string; target: string };
  /** TXT that proves the name where a CDN hides the app's addresses. */
  ownership: { name: string; value: string };
}

/** The secrets of one app, staged; values come by stdin. */
export interface SecretsSpec {
  app: string;
  names: string[];
  /** Those whose values never change once the app has them. Default: none. */
  forGood?: string[];
}
export interface SecretsOutput {
  /** Fly's digest by name; it changes when the value does. */
  digests: Record<string, string>;
}

/** Unmanaged Postgres on one machine. stdin: `{ "password": … }`, the role's. */
export interface PostgresSpec extends Owned {
  region: string;
  size: Size;
  volumeGb: number;
  database: string;
  user: string;
  /** Apps whose DATABASE_URL points here: unset, staged, when the database goes. */
  consumers: string[];
  /** Another role logs in (kind `login`): whether this one may is no longer looked after. Default false. */
  loginElsewhere?: boolean;
  /** It may be destroyed with the community in it. Default false. */
  dispensable?: boolean;
}
export interface PostgresOutput {
  app: string;
  host: string;
  port: number;
  database: string;
  user: string;
}

/** A role that logs in with a password of its own and acts as `owner`. stdin: `{ "password": … }`. */
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

/** An own Redis on one machine, private. stdin: `{ "password": … }`. */
export interface RedisSpec extends Owned {
  region: string;
  size: Size;
  volumeGb: number;
  image: string;
  /** The password comes by `redis-restart`: the one that is there is kept. Default false. */
  passwordElsewhere?: boolean;
  /** It may be destroyed with jobs in it. Default false. */
  dispensable?: boolean;
}
/** How many jobs wait in an own Redis; verb `look`. */
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
/** A further password of an own Redis, and the restart that leaves it alone. stdin: `{ "password": … }`. */
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

/** A Redis of Upstash, bought through Fly. */
export interface UpstashSpec {
  stack: string;
  org: string;
  /** App of the community, which bears the mark that a Redis of Upstash cannot. */
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
   * Memory of the machines that migrate; null: this app has no database of its own. `sidekiq`: all parts of the size
   * that the memory follows from, for the words of an error.
   */
  database: { memoryMb: number; sidekiq?: Readonly<Record<string, number>> } | null;
  /** Ask Redis for its version first: Sidekiq 8 refuses to start below 7. */
  redisGate: boolean;
  /** App of the own Redis that Sidekiq's heartbeat is looked for in. Default: it is not looked for. */
  redis?: string;
  /** Ask afterwards what /health does not: bucket, push signature, mail, database, Redis, scheduler. */
  smoke: boolean;
}
export interface ReleaseOutput {
  app: string;
  image: string;
  release: number;
}

/** The owner's account. stdin: `{ "password": … }`, used when the account is new, or its password rotates. */
export interface OwnerSpec {
  app: string;
  username: string;
  email: string;
  /** Do not ask the e-mail domain's DNS whether it takes mail. */
  skipDns: boolean;
  /** Word of the password; another one than before gives the account the password of stdin. Default: none. */
  rotation?: string;
}
export interface OwnerOutput {
  result: "created" | "present" | "rotated";
  username: string;
  /** Word of the password that the account was given last. */
  rotation?: string;
}

/**
 * The last dump of a community's database, taken once, into a bucket that stays.
 * stdin: `{ "accessKeyId": …, "secretAccessKey": … }`, a key that may write to the bucket.
 */
export interface DumpSpec {
  /** App whose DATABASE_URL leads to the database. */
  app: string;
  /** App of the database, whose image has a pg_dump of the server's own version. */
  server: string;
  bucket: string;
  /** The bucket in R2's S3 API, as machines reach it: `https://<account>.r2.cloudflarestorage.com/<bucket>`. */
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

/** Where certificates stand; verb `look`. */
export interface StatusSpec {
  certificates: { app: string; hostname: string }[];
}
export interface CertificateStatus {
  hostname: string;
  status: "active" | "expiring" | "expired" | "pending" | "limited" | "failing" | "missing" | "unknown";
  /** In words, for the operator. */
  detail: string;
}
export interface StatusOutput {
  certificates: CertificateStatus[];
}

/** Whose apps of a community's names are; verb `look`. */
export interface MarksSpec {
  /** Slug of the organisation. */
  org: string;
  apps: string[];
  /** Name of a Redis at Upstash; null: none. */
  redis: string | null;
  /** `<project>/<stack>`: its mark from before identities is told apart. */
  stack: string;
}
export interface MarkedThing {
  /** In words. */
  what: string;
  /** Identity of the stack that marked it; null: it bears no mark, and goes with those that do. */
  identity: string | null;
  /** The mark is one from before identities, of a stack of this very name. */
  isEarlier: boolean;
}
export interface MarksOutput {
  things: MarkedThing[];
}

/** What `observe` says of anything: how the live thing differs from its spec. */
export interface Observation {
  exists: boolean;
  /** In words, each a sentence's middle: "machine 148e… of web is stopped". Empty: in sync. */
  differences: string[];
  /** What ensure prints will be another than before: a new address, a new app. Default: it stays. */
  identity?: boolean;
  /** What ensure would refuse, in its own words, with the ways out. Default: nothing. */
  refused?: string[];
  /** Nothing of it is waited for any more: a certificate is issued and far from its end. Default: not known. */
  ready?: true;
}

/** Several observations in one run of the driver, which asks each question once: `all observe`. */
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
  /** What the last ensure printed, when it is known; sharpens what is said of secrets and addresses. */
  previous?: unknown;
}
export type ObserveAllOutput = Record<string, Observation>;
