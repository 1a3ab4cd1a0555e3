/** Databases like Mastodon's, on a real PostgreSQL. */
import { readFileSync } from "node:fs";
import type { Postgres } from "./postgres.ts";

/** The tables that the local Mastodon has in a real database, then rows. */
const schema = ["../../sandbox/clouds/real/mastodon.sql", "./database.sql"]
  .map((file) => readFileSync(new URL(file, import.meta.url), "utf8"))
  .join("\n");

/** Makes a database with 3000 statuses. @param more statements that make it another one */
export async function makeDatabase(postgres: Postgres, name: string, more = ""): Promise<void> {
  await postgres.sql("postgres", `CREATE DATABASE ${name}`);
  await postgres.sql(name, `${schema}${more}; REFRESH MATERIALIZED VIEW instances; ANALYZE`);
}

/** Statements that add 12 MiB which do not compress: a dump has three parts of 5 MiB. */
export const previews =
  "INSERT INTO previews SELECT i, decode(string_agg(md5(random()::text), ''), 'hex') " +
  "FROM generate_series(1, 768) i, generate_series(1, 1024) GROUP BY i";

/** What a dump has to bring back: tables, each with its rows and a digest of them, indexes, and constraints. */
export async function contentsOf(postgres: Pick<Postgres, "sql">, database: string): Promise<string> {
  const here = "'public'::regnamespace";
  const tables = await postgres.sql(
    database,
    `SELECT relname FROM pg_class WHERE relnamespace = ${here} AND relkind IN ('r', 'm') ORDER BY 1`,
  );
  const statements = [
    ...tables
      .split("\n")
      .map(
        (table) =>
          `SELECT '${table}', count(*), md5(string_agg(t::text, '' ORDER BY t::text)) FROM ${table} t;`,
      ),
    "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1;",
    `SELECT pg_get_constraintdef(oid), convalidated FROM pg_constraint WHERE connamespace = ${here} ORDER BY 1;`,
  ];
  return postgres.sql(database, statements.join("\n"));
}
