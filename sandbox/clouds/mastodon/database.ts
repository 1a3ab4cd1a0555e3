/** The contents of a Postgres server, as far as they matter to a Mastodon community and its operator. */

/** A role. Its password is kept as the real server keeps it, as a SCRAM-SHA-256 verifier. */
export interface Role {
  verifier: string | null;
  superuser: boolean;
  login: boolean;
  /** Roles that were granted to it. */
  memberOf?: string[];
  /** The role that its sessions act as (`ALTER ROLE … SET role`); default: the role itself. */
  actsAs?: string;
}

/** A local account of the community. */
export interface Account {
  username: string;
  email: string;
  role: string;
  confirmed: boolean;
  approved: boolean;
  /** SHA-256 of the password. */
  passwordHash: string;
  /** The key that other servers check the account's signatures with. */
  publicKeyPem: string;
  /** The key that it signs with, as ActiveRecord encrypts it. Absent in worlds from before it was kept. */
  sealedKey?: string;
  createdAt: string;
}

/** What Mastodon keeps in one database. Absent until the schema is loaded. */
export interface Schema {
  /** Minor version ("4.7") whose migrations before a release have run. */
  pre: string;
  /** Minor version whose migrations after a release have run. */
  post: string;
  /** Whether the seeds ran. Without them the role Owner does not exist. */
  seeded: boolean;
  accounts: Account[];
  /** Settings of the administration that somebody has chosen, by name. Default: none. */
  settings?: Record<string, number>;
  /** SHA-256 of the encryption keys that wrote the first encrypted row. Other keys cannot read it. */
  keys: string | null;
}

/** One database of a server. */
export interface Catalogue {
  owner: string;
  /** `COMMENT ON DATABASE`. */
  comment?: string;
  /** `ALLOW_CONNECTIONS false`: nobody may connect. Sessions that are open go on. */
  closed?: boolean;
  /** Sessions were ended while it was closed, so it has none. */
  ended?: boolean;
  /** Further roles that own something in it: tables belong to the role that ran the migrations. */
  owners?: string[];
  mastodon?: Schema;
}

/** A whole server. */
export interface Database {
  version: string;
  roles: Record<string, Role>;
  databases: Record<string, Catalogue>;
  /** Bytes of each database. Default: those of a community on its first day. */
  bytes?: number;
  /** Open connections. Default: those of a tiny community. */
  connections?: number;
}

/** Minor versions in order. */
export const minors = ["4.4", "4.5", "4.6", "4.7"] as const;

/** Position of a minor version in the order. */
export function rank(minor: string): number {
  return (minors as readonly string[]).indexOf(minor);
}

/**
 * The versions in schema_migrations, in order. The local Mastodon has a pair for each minor: of before and of after its
 * release.
 */
export function schemaVersions({ pre, post }: Schema): string[] {
  return minors.flatMap((minor) =>
    [pre, post].flatMap((done, half) =>
      rank(minor) <= rank(done) ? [`2026010100${minor.replace(".", "").padStart(3, "0")}${half}`] : [],
    ),
  );
}

/** The newest version in schema_migrations, which only grows. */
export function schemaVersion(schema: Schema): string {
  return schemaVersions(schema).at(-1) ?? "";
}

/**
 * Rows of the tables that are counted. The instance's own actor is an account without a user (mastodon/mastodon
 * db/seeds/02_instance_actor.rb).
 */
export function rowsOf({ accounts }: Schema): { accounts: number; users: number; statuses: number } {
  return { accounts: accounts.length + 1, users: accounts.length, statuses: 0 };
}

/** What `SHOW max_connections` answers (fly-apps/postgres-flex internal/flypg/pg.go, for a machine of 1 GB). */
export const mostConnections = 300;

/** A database that has little more than Mastodon's schema: its size, an order of magnitude, and its sessions. */
export const firstDay = { bytes: 21_000_000, connections: 14 };
