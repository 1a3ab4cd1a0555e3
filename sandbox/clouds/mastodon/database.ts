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
  /** SHA-256 of the encryption keys that wrote the first encrypted row. Other keys cannot read it. */
  keys: string | null;
}

/** One database of a server. */
export interface Catalogue {
  owner: string;
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

/** What `SHOW max_connections` answers (fly-apps/postgres-flex internal/flypg/pg.go, for a machine of 1 GB). */
export const mostConnections = 300;

export const firstDay = { bytes: 21_000_000, connections: 14 };
