/** A Postgres server's contents, as far as a Mastodon community and its operator can tell them apart. */

/** A role that may log in; the password is kept as the server keeps it, a SCRAM-SHA-256 verifier. */
export interface Role {
  verifier: string | null;
  superuser: boolean;
  login: boolean;
  /** Roles that it was granted. */
  memberOf?: string[];
  /** The role that its sessions act as (`ALTER ROLE … SET role`); default itself. */
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
  /** The key that others check the account's signatures with. */
  publicKeyPem: string;
  createdAt: string;
}

/** What Mastodon keeps in one database. Absent until the schema is loaded. */
export interface Schema {
  /** Minor version ("4.7") whose migrations that run before a release have been done. */
  pre: string;
  /** Minor version whose migrations that run after a release have been done. */
  post: string;
  /** Whether the seeds ran: without them there is no role to give an owner. */
  seeded: boolean;
  accounts: Account[];
  /** SHA-256 of the encryption keys that wrote the first encrypted row: others can't read it. */
  keys: string | null;
}

/** One database of a server. */
export interface Catalogue {
  owner: string;
  /** Further roles that own something in it: migrations belong to who ran them. */
  owners?: string[];
  mastodon?: Schema;
}

/** A whole server. */
export interface Database {
  version: string;
  roles: Record<string, Role>;
  databases: Record<string, Catalogue>;
}
