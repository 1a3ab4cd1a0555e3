/**
 * The SQL that operators send to a community's database server. Every other statement is a syntax error:
 * otherwise a wrong statement could pass here and fail on a real server.
 *
 * Messages: postgres/postgres src/backend/commands/user.c, dbcommands.c.
 */
import {
  type Catalogue,
  type Database,
  firstDay,
  rowsOf,
  type Schema,
  schemaVersion,
  schemaVersions,
} from "./database.ts";
import { isVerifier, verifierOf } from "./scram.ts";

/** A server's answer: rows, or the statement's tag, or an error. */
export interface Answer {
  rows?: string[];
  tag?: string;
  notice?: string;
  error?: string;
}

/** How many sessions others have with a database. */
export type Sessions = (database: string) => number;

/** Where statements run. */
interface At {
  database: string;
  sessions: Sessions;
}

type Statement = [RegExp, (server: Database, parts: string[], at: At) => Answer];

const identifier = `(?:"((?:[^"]|"")+)"|([a-z_][a-z0-9_]*))`;
const text = `'((?:[^']|'')*)'`;
const texts = `\\(('[^']*'(?:, '[^']*')*)\\)`;
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
    (s, _parts, { database }) => ({ rows: s.databases[database]?.mastodon === undefined ? [] : ["1"] }),
  ],
  [form("SELECT count\\(\\*\\) FROM public\\.users"), ofSchema("users", ({ accounts }) => [accounts.length])],
  [
    form(
      "SELECT count\\(\\*\\) FROM pg_tables WHERE schemaname NOT IN \\('pg_catalog', 'information_schema'\\)",
    ),
    (s, _parts, { database }) => ({ rows: [s.databases[database]?.mastodon === undefined ? "0" : "122"] }),
  ],
  [
    form("SELECT max\\(version\\), count\\(\\*\\) FROM public\\.schema_migrations"),
    ofSchema("schema_migrations", (schema) => [schemaVersion(schema), schemaVersions(schema).length]),
  ],
  [
    form(
      "SELECT \\(SELECT count\\(\\*\\) FROM public\\.accounts\\), \\(SELECT count\\(\\*\\) FROM public\\.users\\), \\(SELECT count\\(\\*\\) FROM public\\.statuses\\), \\(SELECT max\\(version\\) FROM public\\.schema_migrations\\), pg_database_size\\(current_database\\(\\)\\)",
    ),
    ofSchema("accounts", (schema) => [
      ...Object.values(rowsOf(schema)),
      schemaVersion(schema),
      firstDay.bytes,
    ]),
  ],
  [
    form(
      `SELECT datname, datallowconn, coalesce\\(shobj_description\\(oid, 'pg_database'\\), ''\\) FROM pg_database WHERE datname IN ${texts}`,
    ),
    describe,
  ],
  [form(`CREATE (?:ROLE|USER) ${identifier} (?:WITH )?LOGIN PASSWORD ${text}`), createRole],
  [form(`ALTER (?:ROLE|USER) ${identifier} (?:WITH )?(?:LOGIN )?PASSWORD ${text}`), alterRole],
  [form(`ALTER (?:ROLE|USER) ${identifier} (?:WITH )?NOLOGIN`), noLogin],
  [form(`GRANT ${identifier} TO ${identifier}`), grant],
  [form(`ALTER (?:ROLE|USER) ${identifier} SET role (?:TO|=) ${text}`), actAs],
  [
    // No session is known by its role, so there is never one to terminate.
    form(`SELECT pg_terminate_backend\\(pid\\) FROM pg_stat_activity WHERE usename = ${text}`),
    () => ({ rows: [] }),
  ],
  [form(`SELECT pg_terminate_backend\\(pid\\) FROM pg_stat_activity WHERE datname IN ${texts}`), terminate],
  [
    // No session is known by its program either.
    form(
      `SELECT DISTINCT application_name FROM pg_stat_activity WHERE datname IN ${texts} AND application_name IN ${texts}`,
    ),
    () => ({ rows: [] }),
  ],
  [form(`CREATE DATABASE ${identifier} (?:WITH )?OWNER ${identifier}`), createDatabase],
  [form(`DROP DATABASE (IF EXISTS )?${identifier}(?: WITH \\(FORCE\\))?`), dropDatabase],
  [form(`ALTER DATABASE ${identifier} (?:WITH )?ALLOW_CONNECTIONS (true|false)`), allowConnections],
  [form(`ALTER DATABASE ${identifier} RENAME TO ${identifier}`), renameDatabase],
  [form(`COMMENT ON DATABASE ${identifier} IS (NULL|'(?:[^']|'')*')`), commentOn],
  [form(`DROP ROLE (IF EXISTS )?${identifier}`), dropRole],
];

/**
 * Runs the statements of one message as a superuser, up to the first that fails. Several in one message are one
 * transaction, unless they begin and commit one themselves (PostgreSQL's documentation, protocol-flow, “Multiple
 * Statements in a Simple Query”).
 */
export function runAll(server: Database, sql: string, at: At): Answer[] {
  const all = statementsIn(sql);
  const [only = ""] = all;
  if (all.length < 2) return [run(server, only, at)];
  const before = structuredClone({ roles: server.roles, databases: server.databases });
  const answers: Answer[] = [];
  for (const statement of all) {
    const [, alone] = /^\s*((?:CREATE|DROP) DATABASE)\b/i.exec(statement) ?? [];
    const answer: Answer =
      alone !== undefined
        ? { error: `ERROR:  ${alone.toUpperCase()} cannot run inside a transaction block` }
        : /^\s*(BEGIN|COMMIT)\s*$/i.test(statement)
          ? { tag: statement.trim().toUpperCase() }
          : run(server, statement, at);
    answers.push(answer);
    if (answer.error === undefined) continue;
    Object.assign(server, before);
    break;
  }
  return answers;
}

/** The statements of a message: a semicolon within quotes ends none. */
function statementsIn(sql: string): string[] {
  const found = sql.match(/(?:'[^']*'|"[^"]*"|[^;'"])+/g) ?? [];
  return found.filter((one) => one.trim() !== "");
}

function run(server: Database, sql: string, at: At): Answer {
  for (const [pattern, act] of statements) {
    const found = pattern.exec(sql);
    if (found === null) continue;
    return act(
      server,
      found.slice(1).filter((part) => part !== undefined),
      at,
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

/** A row that is read from one of Mastodon's tables. */
function ofSchema(table: string, read: (schema: Schema) => (string | number)[]): Statement[1] {
  return (server, _parts, { database }) => {
    const schema = server.databases[database]?.mastodon;
    if (schema !== undefined) return { rows: [read(schema).join("|")] };
    return { error: `ERROR:  relation "public.${table}" does not exist` };
  };
}

/** Database, whether it may be connected to, and its comment. */
function describe(server: Database, [list = ""]: string[]): Answer {
  const names = namesIn(list);
  const found = Object.entries(server.databases).filter(([name]) => names.includes(name));
  return {
    rows: found.map(
      ([name, { closed, comment = "" }]) => `${name}|${closed === true ? "f" : "t"}|${comment}`,
    ),
  };
}

/** A session of a database that is open comes back at once. */
function terminate(server: Database, [list = ""]: string[], { sessions }: At): Answer {
  const rows = namesIn(list).flatMap((name) => Array<string>(sessions(name)).fill("t"));
  for (const name of namesIn(list)) {
    const catalogue = server.databases[name];
    if (catalogue?.closed === true) catalogue.ended = true;
  }
  return { rows };
}

function namesIn(list: string): string[] {
  return [...list.matchAll(/'([^']*)'/g)].map(([, name = ""]) => name);
}

function allowConnections(server: Database, [raw = "", word = ""]: string[]): Answer {
  const catalogue = server.databases[named(raw)];
  if (catalogue === undefined) return missing(raw);
  if (word.toLowerCase() === "false") catalogue.closed = true;
  else {
    delete catalogue.closed;
    delete catalogue.ended;
  }
  return { tag: "ALTER DATABASE" };
}

function renameDatabase(
  server: Database,
  [from = "", to = ""]: string[],
  { database, sessions }: At,
): Answer {
  const [old, name] = [named(from), named(to)];
  const catalogue = server.databases[old];
  if (catalogue === undefined) return missing(from);
  if (server.databases[name] !== undefined) return { error: `ERROR:  database "${name}" already exists` };
  if (old === database) return { error: "ERROR:  current database cannot be renamed" };
  const count = sessions(old);
  if (count > 0) {
    const are = count === 1 ? "is 1 other session" : `are ${count} other sessions`;
    return {
      error: `ERROR:  database "${old}" is being accessed by other users\nDETAIL:  There ${are} using the database.`,
    };
  }
  delete server.databases[old];
  server.databases[name] = catalogue;
  return { tag: "ALTER DATABASE" };
}

function commentOn(server: Database, [raw = "", words = ""]: string[]): Answer {
  const catalogue: Catalogue | undefined = server.databases[named(raw)];
  if (catalogue === undefined) return missing(raw);
  if (words.toUpperCase() === "NULL") delete catalogue.comment;
  else catalogue.comment = words.slice(1, -1).replaceAll("''", "'");
  return { tag: "COMMENT" };
}

function missing(raw: string): Answer {
  return { error: `ERROR:  database "${named(raw)}" does not exist` };
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
