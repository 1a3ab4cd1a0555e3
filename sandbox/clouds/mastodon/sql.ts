/**
 * The SQL that operators send to a community's database server, one statement at a time. Every other
 * statement is a syntax error: otherwise a wrong statement could pass here and fail on a real server.
 *
 * Messages: postgres/postgres src/backend/commands/user.c, dbcommands.c.
 */
import type { Database } from "./database.ts";
import { isVerifier, verifierOf } from "./scram.ts";

/** A server's answer: rows, or the statement's tag, or an error. */
export interface Answer {
  rows?: string[];
  tag?: string;
  notice?: string;
  error?: string;
}

type Statement = [RegExp, (server: Database, parts: string[], database: string) => Answer];

const identifier = `(?:"((?:[^"]|"")+)"|([a-z_][a-z0-9_]*))`;
const text = `'((?:[^']|'')*)'`;
const form = (source: string) => new RegExp(`^\\s*${source.replaceAll(" ", "\\s+")}\\s*;?\\s*$`, "i");

const statements: Statement[] = [
  [form("SELECT 1"), () => ({ rows: ["1"] })],
  [form("SHOW server_version"), (s) => ({ rows: [`${s.version} (Debian ${s.version}-1.pgdg120+1)`] })],
  [
    form(`SELECT 1 FROM pg_roles WHERE rolname = ${text}`),
    (s, [name = ""]) => ({ rows: s.roles[name] === undefined ? [] : ["1"] }),
  ],
  [
    form(`SELECT 1 FROM pg_database WHERE datname = ${text}`),
    (s, [name = ""]) => ({ rows: s.databases[name] === undefined ? [] : ["1"] }),
  ],
  [
    form("SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY (?:1|datname)"),
    (s) => ({ rows: Object.keys(s.databases).sort() }),
  ],
  [
    form(`SELECT 1 FROM pg_tables WHERE schemaname = 'public' AND tablename = 'users'`),
    (s, _parts, database) => ({ rows: s.databases[database]?.mastodon === undefined ? [] : ["1"] }),
  ],
  [form("SELECT count\\(\\*\\) FROM public\\.users"), countUsers],
  [form(`CREATE (?:ROLE|USER) ${identifier} (?:WITH )?LOGIN PASSWORD ${text}`), createRole],
  [form(`ALTER (?:ROLE|USER) ${identifier} (?:WITH )?(?:LOGIN )?PASSWORD ${text}`), alterRole],
  [form(`ALTER (?:ROLE|USER) ${identifier} (?:WITH )?NOLOGIN`), noLogin],
  [form(`GRANT ${identifier} TO ${identifier}`), grant],
  [form(`ALTER (?:ROLE|USER) ${identifier} SET role (?:TO|=) ${text}`), actAs],
  [
    // The state contains no open connections, so there is never one to terminate.
    form(`SELECT pg_terminate_backend\\(pid\\) FROM pg_stat_activity WHERE usename = ${text}`),
    () => ({ rows: [] }),
  ],
  [form(`CREATE DATABASE ${identifier} (?:WITH )?OWNER ${identifier}`), createDatabase],
  [form(`DROP DATABASE (IF EXISTS )?${identifier}(?: WITH \\(FORCE\\))?`), dropDatabase],
  [form(`DROP ROLE (IF EXISTS )?${identifier}`), dropRole],
];

/** Runs one statement as a superuser who is connected to this database. */
export function run(server: Database, sql: string, database = "postgres"): Answer {
  for (const [pattern, act] of statements) {
    const found = pattern.exec(sql);
    if (found === null) continue;
    return act(
      server,
      found.slice(1).filter((part) => part !== undefined),
      database,
    );
  }
  return {
    error: `ERROR:  syntax error at or near "${sql.trim().split(/\s+/)[0] ?? ""}"\nLINE 1: ${sql}\n        ^`,
  };
}

/** Identifiers are cut at 63 bytes (NAMEDATALEN). */
function named(raw: string): string {
  return raw.replaceAll('""', '"').slice(0, 63);
}

function countUsers(server: Database, _parts: string[], database: string): Answer {
  const schema = server.databases[database]?.mastodon;
  if (schema === undefined)
    return {
      error:
        'ERROR:  relation "public.users" does not exist\nLINE 1: SELECT count(*) FROM public.users\n                             ^',
    };
  return { rows: [String(schema.accounts.length)] };
}

function createRole(server: Database, [raw = "", password = ""]: string[]): Answer {
  const name = named(raw);
  // postgres/postgres src/backend/catalog/catalog.c (IsReservedName), commands/user.c.
  if (name.startsWith("pg_") || name === "public" || name === "none")
    return { error: `ERROR:  role name "${name}" is reserved` };
  if (server.roles[name] !== undefined) return { error: `ERROR:  role "${name}" already exists` };
  server.roles[name] = { verifier: kept(password), superuser: false, login: true };
  return { tag: "CREATE ROLE" };
}

function alterRole(server: Database, [raw = "", password = ""]: string[]): Answer {
  const role = server.roles[named(raw)];
  if (role === undefined) return { error: `ERROR:  role "${named(raw)}" does not exist` };
  role.verifier = kept(password);
  role.login = true;
  return { tag: "ALTER ROLE" };
}

function noLogin(server: Database, [raw = ""]: string[]): Answer {
  const role = server.roles[named(raw)];
  if (role === undefined) return { error: `ERROR:  role "${named(raw)}" does not exist` };
  role.login = false;
  return { tag: "ALTER ROLE" };
}

/** `GRANT owner TO user`: repeating it gives a notice. */
function grant(server: Database, [group = "", member = ""]: string[]): Answer {
  const missing = [group, member].map(named).find((name) => server.roles[name] === undefined);
  if (missing !== undefined) return { error: `ERROR:  role "${missing}" does not exist` };
  const role = server.roles[named(member)];
  if (role === undefined) return { error: `ERROR:  role "${named(member)}" does not exist` };
  const already = role.memberOf?.includes(named(group)) === true;
  if (!already) role.memberOf = [...(role.memberOf ?? []), named(group)];
  return {
    tag: "GRANT ROLE",
    ...(already && {
      notice: `NOTICE:  role "${named(member)}" has already been granted membership in role "${named(group)}" by role "postgres"`,
    }),
  };
}

/** Postgres checks the role when a session begins, not here. */
function actAs(server: Database, [raw = "", other = ""]: string[]): Answer {
  const role = server.roles[named(raw)];
  if (role === undefined) return { error: `ERROR:  role "${named(raw)}" does not exist` };
  role.actsAs = other;
  return { tag: "ALTER ROLE" };
}

/** A password that is not a verifier is plain text, and is converted to a verifier. */
function kept(password: string): string {
  const plain = password.replaceAll("''", "'");
  return isVerifier(plain) ? plain : verifierOf(plain);
}

function createDatabase(server: Database, [raw = "", ownerRaw = ""]: string[]): Answer {
  const name = named(raw);
  const owner = named(ownerRaw);
  if (server.roles[owner] === undefined) return { error: `ERROR:  role "${owner}" does not exist` };
  if (server.databases[name] !== undefined) return { error: `ERROR:  database "${name}" already exists` };
  server.databases[name] = { owner };
  return { tag: "CREATE DATABASE" };
}

function dropDatabase(server: Database, parts: string[]): Answer {
  const lenient = parts.length > 1;
  const name = named(parts.at(-1) ?? "");
  if (server.databases[name] === undefined) {
    if (!lenient) return { error: `ERROR:  database "${name}" does not exist` };
    return { tag: "DROP DATABASE", notice: `NOTICE:  database "${name}" does not exist, skipping` };
  }
  if (name === "postgres") return { error: "ERROR:  cannot drop the currently open database" };
  delete server.databases[name];
  return { tag: "DROP DATABASE" };
}

function dropRole(server: Database, parts: string[]): Answer {
  const lenient = parts.length > 1;
  const name = named(parts.at(-1) ?? "");
  if (server.roles[name] === undefined) {
    if (!lenient) return { error: `ERROR:  role "${name}" does not exist` };
    return { tag: "DROP ROLE", notice: `NOTICE:  role "${name}" does not exist, skipping` };
  }
  const owned = Object.entries(server.databases).filter(
    ([, d]) => d.owner === name || d.owners?.includes(name),
  );
  if (owned.length > 0) {
    return {
      error: `ERROR:  role "${name}" cannot be dropped because some objects depend on it\nDETAIL:  ${owned.map(([d]) => `owner of database ${d}`).join("\n")}`,
    };
  }
  delete server.roles[name];
  return { tag: "DROP ROLE" };
}
