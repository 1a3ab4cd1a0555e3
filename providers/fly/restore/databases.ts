import { DriverError, retry } from "../call/errors.ts";
import type { Fly } from "../call/flyctl.ts";
import type { DatabaseMeasures, RestoreSpec } from "../spec.ts";
import type { Machine } from "../things/machines.ts";
import { awaitServer, ensureCreated, identifier, literal, SqlError, sql } from "../things/psql.ts";
import { serverOf } from "../things/server.ts";
import {
  besides,
  commentOf,
  type Database,
  type Databases,
  foreignAmong,
  type Mark,
} from "./database-marks.ts";

/** A community's database server, with the databases of a restore on it. */
export interface Server {
  fly: Fly;
  /** App of the server. */
  app: string;
  /** Name of the community's database. */
  database: string;
  /** Role that owns the databases. */
  role: string;
  machine: Machine;
}

/** Waits until the server answers. @throws DriverError when no machine of it runs */
export async function openServer(
  fly: Fly,
  { server: app, database, role }: Pick<RestoreSpec, "server" | "database" | "role">,
): Promise<Server> {
  const machine = await serverOf(fly, app);
  if (machine?.state !== "started") {
    throw new DriverError({
      what: `The database ${app} has no machine that runs, so nothing can be restored into it.`,
      fix: "have it started, or made again:  pulumi up",
      retry: retry.no,
    });
  }
  await awaitServer(fly, app, machine.id);
  return { fly, app, database, role, machine };
}

/** Lines of a statement's result, in the given database or in `postgres`. */
function ask({ fly, app, machine }: Server, statement: string, database?: string): Promise<string[]> {
  return sql(fly, app, machine.id, statement, database);
}

/** The databases of a restore. @throws DriverError when one of their names is somebody else's database */
export async function databasesOn(server: Server): Promise<Databases> {
  const { restored, before } = besides(server.database);
  const names = [server.database, restored, before];
  const rows = await ask(
    server,
    `SELECT datname, datallowconn, coalesce(shobj_description(oid, 'pg_database'), '') FROM pg_database WHERE datname IN (${names.map(literal).join(", ")})`,
  );
  const found = rows.map((row): Database => {
    const [, name = "", accepts, comment = ""] = /^([^|]*)\|([^|]*)\|(.*)$/.exec(row) ?? [];
    return { name, accepts: accepts === "t", comment };
  });
  for (const one of found) {
    const isUnmarked = one.name !== server.database && one.comment === "" && one.accepts;
    if (isUnmarked) one.isEmpty = (await tablesIn(server, one.name)) === 0;
  }
  const named = (name: string) => found.find((one) => one.name === name);
  const databases = { own: named(server.database), restored: named(restored), before: named(before) };
  const [foreign] = foreignAmong(databases);
  if (foreign !== undefined) throw notOurs(server, foreign);
  return databases;
}

async function tablesIn(server: Server, database: string): Promise<number> {
  const tables =
    "SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')";
  const [count = ""] = await ask(server, tables, database);
  return Number(count);
}

/** Makes the database for what is restored: empty, and marked. */
export async function createRestored(server: Server, name: string): Promise<void> {
  const { restored } = besides(server.database);
  const statement = `CREATE DATABASE ${identifier(restored)} OWNER ${identifier(server.role)}`;
  await ensureCreated(server.fly, server.app, server.machine.id, statement);
  await mark(server, restored, { kind: "restoring", name });
}

export async function mark(server: Server, database: string, what: Mark): Promise<void> {
  await ask(server, comment(database, what));
}

/** Drops a database with the sessions in it. The caller has seen that it is ours. */
export async function drop(server: Server, { name }: Database): Promise<void> {
  await ask(server, `DROP DATABASE IF EXISTS ${identifier(name)} WITH (FORCE)`);
}

/** Lets everybody in again, where a run stopped before it did. */
export async function reopen(server: Server, { own, restored, before }: Databases): Promise<void> {
  for (const one of [own, restored, before])
    if (one?.accepts === false)
      await ask(server, `ALTER DATABASE ${identifier(one.name)} ALLOW_CONNECTIONS true`);
}

/** An exchange of the community's database. */
export interface Exchange {
  /** Name of the database that becomes the community's. */
  next: string;
  /** Name that the community's database gets. */
  away: string;
  /** Comment that it gets. @param since when, in ISO 8601 */
  mark(since: string): Mark;
  /** Whether the databases are as they are after the exchange. */
  isDone(databases: Databases): boolean;
}

/** PostgreSQL's own programs. Who has one open works by hand, or takes a dump of their own. */
const ownPrograms = ["pg_dump", "pg_restore", "psql"];

/** Programs that have a session with the community's database, or with the next one, and that a person has started. */
export function programsOn(server: Server, { next }: Exchange): Promise<string[]> {
  const both = [server.database, next].map(literal).join(", ");
  return ask(
    server,
    `SELECT DISTINCT application_name FROM pg_stat_activity WHERE datname IN (${both}) AND application_name IN (${ownPrograms.map(literal).join(", ")})`,
  );
}

/** Lets nobody connect to the community's database and to the next one. Sessions that are open stay open. */
export async function shut(server: Server, { next }: Exchange): Promise<void> {
  const both = [server.database, next].map(
    (one) => `ALTER DATABASE ${identifier(one)} ALLOW_CONNECTIONS false`,
  );
  await ask(server, both.join("; "));
}

/**
 * Gives the community's name to another database, in one transaction. Before, the two are {@link shut}, and their
 * sessions end: a database with a session cannot be renamed (postgres/postgres src/backend/commands/dbcommands.c,
 * RenameDatabase). Stopped machines are not enough. Streaming goes on, and the server's own exporter has a session in
 * each database (fly-apps/postgres-flex: cmd/start/main.go, PG_EXPORTER_AUTO_DISCOVER_DATABASES).
 *
 * @returns when, in ISO 8601
 */
export async function exchange(
  server: Server,
  { next, away, mark: markSince, isDone }: Exchange,
): Promise<string> {
  const own = server.database;
  const since = new Date().toISOString();
  const name = identifier;
  const end = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IN (${literal(own)}, ${literal(next)})`;
  const swap = [
    "BEGIN",
    `ALTER DATABASE ${name(own)} RENAME TO ${name(away)}`,
    comment(away, markSince(since)),
    `ALTER DATABASE ${name(next)} RENAME TO ${name(own)}`,
    `COMMENT ON DATABASE ${name(own)} IS NULL`,
    `ALTER DATABASE ${name(away)} ALLOW_CONNECTIONS true`,
    `ALTER DATABASE ${name(own)} ALLOW_CONNECTIONS true`,
    "COMMIT",
  ].join("; ");
  const act = async () => {
    // A connection that was made at that moment shows up a little later: the loop comes back to it.
    await ask(server, end);
    try {
      await ask(server, swap);
    } catch (error) {
      // Fly may have lost the answer to the first of two calls. The second then finds the names taken.
      if (!(error instanceof SqlError) || !isDone(await databasesOn(server))) throw error;
    }
    return true;
  };
  await server.fly.repeat(act, {
    tries: 6,
    passes: (error) => error instanceof SqlError && /being accessed by other users/.test(error.message),
    waitMs: () => 1000,
  });
  return since;
}

function comment(database: string, what: Mark): string {
  return `COMMENT ON DATABASE ${identifier(database)} IS ${literal(commentOf(what))}`;
}

/** Versions in `schema_migrations`: the newest, and how many. */
export interface Schema {
  newest: string;
  count: number;
}

/** The schema of a database; undefined: it has none of Mastodon's tables. */
export async function schemaOf(server: Server, database: string): Promise<Schema | undefined> {
  const tables = "SELECT 1 FROM pg_tables WHERE schemaname = 'public' AND tablename = 'users'";
  if ((await ask(server, tables, database)).length === 0) return undefined;
  const [line = ""] = await ask(
    server,
    "SELECT max(version), count(*) FROM public.schema_migrations",
    database,
  );
  const [newest = "", count = ""] = line.split("|");
  return { newest, count: Number(count) };
}

/** Whether a schema lacks migrations that the other one has. */
export function isBehind(one: Schema, other: Schema): boolean {
  return one.newest === other.newest ? one.count < other.count : one.newest < other.newest;
}

/** What is in a database that has a schema. */
export async function measure(server: Server, database: string): Promise<DatabaseMeasures> {
  const count = (table: string) => `(SELECT count(*) FROM public.${table})`;
  const [line = ""] = await ask(
    server,
    `SELECT ${count("accounts")}, ${count("users")}, ${count("statuses")}, (SELECT max(version) FROM public.schema_migrations), pg_database_size(current_database())`,
    database,
  );
  const [, accounts, users, statuses, schema = "", bytes] =
    /^(\d+)\|(\d+)\|(\d+)\|(\d+)\|(\d+)$/.exec(line) ?? [];
  if (bytes === undefined)
    throw new Error(`the database ${database} answers the count of rows with: ${line}`);
  return {
    schema,
    rows: { accounts: Number(accounts), users: Number(users), statuses: Number(statuses) },
    databaseBytes: Number(bytes),
  };
}

function notOurs({ app }: Server, { name }: Database): DriverError {
  return new DriverError({
    what: `The database ${app} has a database "${name}" that no restore has made; a restore needs this name, and touches only what is its own.`,
    fix: [
      `see what is in it:  flyctl postgres connect -a ${app} --database ${name}`,
      `if it is needed, give it another name there:  ALTER DATABASE "${name}" RENAME TO "<name>"`,
    ],
    retry: retry.no,
  });
}
