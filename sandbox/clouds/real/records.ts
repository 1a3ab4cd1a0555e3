/**
 * A real server's roles, databases and Mastodon tables as the model has them (../mastodon/database.ts), in both
 * directions. What the model does not know, such as posts and accounts of other servers, is neither read nor written.
 *
 * What the model keeps of a schema and Mastodon does not is a row of `ar_internal_metadata`, so that a dump has it.
 */
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { type Account, type Database, type Schema, schemaVersions } from "../mastodon/database.ts";

/** Where scripts of psql's are run as a superuser. */
interface Server {
  sql(database: string, script: string): string;
}

const tables = readFileSync(new URL("./mastodon.sql", import.meta.url), "utf8");

/** Databases that are the server's own. */
const own = ["postgres", "repmgr"];

const serverQuery = `
SELECT jsonb_build_object(
  'version', split_part(current_setting('server_version'), ' ', 1),
  'roles', (SELECT jsonb_object_agg(rolname, jsonb_build_object('verifier', rolpassword) ||
    jsonb_strip_nulls(jsonb_build_object(
      'superuser', rolsuper,
      'login', rolcanlogin,
      'memberOf', (SELECT jsonb_agg(pg_get_userbyid(roleid)) FROM pg_auth_members WHERE member = role.oid),
      'actsAs', (SELECT substr(setting, 6) FROM pg_db_role_setting, unnest(setconfig) setting
        WHERE setrole = role.oid AND setdatabase = 0 AND setting LIKE 'role=%'))))
    FROM pg_authid role WHERE rolname NOT LIKE 'pg\\_%'),
  'databases', (SELECT jsonb_object_agg(datname, jsonb_strip_nulls(jsonb_build_object(
      'owner', pg_get_userbyid(datdba),
      'comment', shobj_description(oid, 'pg_database'),
      'closed', CASE WHEN NOT datallowconn THEN true END)))
    FROM pg_database WHERE NOT datistemplate));
`;

const schemaQuery = `
SELECT to_regclass('public.ar_internal_metadata') IS NOT NULL AS has_schema \\gset
\\if :has_schema
SELECT (SELECT value::jsonb FROM ar_internal_metadata WHERE key = 'local_mastodon') || jsonb_build_object(
  'accounts', (SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
      'username', account.username,
      'email', member.email,
      'role', member.role,
      'confirmed', member.confirmed_at IS NOT NULL,
      'approved', member.approved,
      'passwordHash', member.encrypted_password,
      'publicKeyPem', key.public_key,
      'sealedKey', key.private_key,
      'createdAt', to_char(account.created_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))) ORDER BY member.id), '[]')
    FROM users member JOIN accounts account ON account.id = member.account_id
      JOIN keypairs key ON key.account_id = account.id AND key.local_fragment = '#main-key'));
\\endif
`;

/** Reads a server. The schema of a database that nobody may connect to is left out. */
export function readDatabase(server: Server): Database {
  const database = JSON.parse(server.sql("postgres", serverQuery)) as Database;
  for (const [name, catalogue] of Object.entries(database.databases)) {
    if (catalogue.closed || own.includes(name)) continue;
    const said = server.sql(name, schemaQuery);
    if (said !== "") catalogue.mastodon = JSON.parse(said) as Schema;
  }
  return database;
}

/** Makes a server that was `before` what the model is now. The model itself only adds roles and databases. */
export function writeDifferences(server: Server, before: Database, now: Database): void {
  const statements: string[] = [];
  for (const [name, { verifier, superuser, login }] of Object.entries(now.roles)) {
    const known = before.roles[name];
    const password = `PASSWORD ${verifier === null ? "NULL" : literal(verifier)}`;
    const rights = `${superuser ? "SUPERUSER" : ""} ${login ? "LOGIN" : ""}`;
    if (known === undefined) statements.push(`CREATE ROLE ${identifier(name)} ${rights} ${password};`);
    else if (known.verifier !== verifier) statements.push(`ALTER ROLE ${identifier(name)} ${password};`);
  }
  for (const [name, { owner }] of Object.entries(now.databases)) {
    if (before.databases[name] === undefined)
      statements.push(`CREATE DATABASE ${identifier(name)} OWNER ${identifier(owner)};`);
  }
  if (statements.length > 0) server.sql("postgres", statements.join("\n"));
  for (const [name, { owner, mastodon }] of Object.entries(now.databases)) {
    const was = before.databases[name]?.mastodon;
    if (mastodon !== undefined && !isDeepStrictEqual(was, mastodon))
      server.sql(name, schemaScript(owner, was, mastodon));
  }
}

/** Statements that make a schema what the model is now, as the role that owns it. */
function schemaScript(owner: string, before: Schema | undefined, now: Schema): string {
  const { accounts, ...facts } = now;
  const known = new Map(before?.accounts.map((account) => [account.username, account]));
  const changed = accounts.filter((account) => !isDeepStrictEqual(account, known.get(account.username)));
  for (const { username } of accounts) known.delete(username);
  return [
    "BEGIN;",
    `SET LOCAL ROLE ${identifier(owner)};`,
    // The instance's own actor: mastodon/mastodon db/seeds/02_instance_actor.rb.
    ...(before === undefined
      ? [tables, "INSERT INTO accounts (id, username) VALUES (-99, 'mastodon.internal');"]
      : []),
    `INSERT INTO ar_internal_metadata VALUES ('local_mastodon', ${json(facts)})`,
    "  ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value;",
    `INSERT INTO schema_migrations SELECT jsonb_array_elements_text(${json(schemaVersions(now))})`,
    "  ON CONFLICT DO NOTHING;",
    `DELETE FROM accounts WHERE domain IS NULL AND ${json([...known.keys()])}::jsonb ? username;`,
    ...(changed.length > 0 ? [accountStatements(changed)] : []),
    "COMMIT;",
  ].join("\n");
}

function accountStatements(accounts: readonly Account[]): string {
  return `
CREATE TEMPORARY TABLE wanted ON COMMIT DROP AS SELECT * FROM jsonb_to_recordset(${json(accounts)}) AS one (
  username text, email text, role text, confirmed boolean, approved boolean, "passwordHash" text, "publicKeyPem" text,
  "sealedKey" text, "createdAt" timestamp);
INSERT INTO accounts (username, created_at) SELECT username, "createdAt" FROM wanted ON CONFLICT DO NOTHING;
INSERT INTO users (account_id, email, role, confirmed_at, approved, encrypted_password)
  SELECT account.id, wanted.email, wanted.role, CASE WHEN confirmed THEN "createdAt" END, approved, "passwordHash"
  FROM wanted JOIN accounts account USING (username) WHERE account.domain IS NULL
  ON CONFLICT (account_id) DO UPDATE SET email = EXCLUDED.email, role = EXCLUDED.role,
    confirmed_at = EXCLUDED.confirmed_at, approved = EXCLUDED.approved,
    encrypted_password = EXCLUDED.encrypted_password;
INSERT INTO keypairs (account_id, type, local_fragment, public_key, private_key)
  SELECT account.id, 0, '#main-key', "publicKeyPem", "sealedKey"
  FROM wanted JOIN accounts account USING (username) WHERE account.domain IS NULL
  ON CONFLICT DO NOTHING;`;
}

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function json(value: unknown): string {
  return literal(JSON.stringify(value));
}
