import type { Fly } from "../call/flyctl.ts";
import type { PeopleOutput, PeopleSpec } from "../spec.ts";
import { literal, sql } from "./psql.ts";
import { serverOf } from "./server.ts";

/**
 * The number of people with an account: rows in `users`, which holds logins and nothing from other servers. A
 * database in which nobody has an account yet, even one that is set up, holds nothing to lose.
 */
export async function look(fly: Fly, { app, database }: PeopleSpec): Promise<PeopleOutput> {
  const machine = await serverOf(fly, app);
  if (machine?.state !== "started") throw new Error(`no machine of ${app} is running`);
  return { people: await peopleIn(fly, app, machine.id, database) };
}

/** As {@link look}, through a machine that is known to answer. */
export async function peopleIn(fly: Fly, app: string, machine: string, database: string): Promise<number> {
  const databases = `SELECT 1 FROM pg_database WHERE datname = ${literal(database)}`;
  if ((await sql(fly, app, machine, databases)).length === 0) return 0;
  const tables = "SELECT 1 FROM pg_tables WHERE schemaname = 'public' AND tablename = 'users'";
  if ((await sql(fly, app, machine, tables, database)).length === 0) return 0;
  const [count = ""] = await sql(fly, app, machine, "SELECT count(*) FROM public.users", database);
  if (!/^\d+$/.test(count)) throw new Error(`the database ${app} answers the count of users with: ${count}`);
  return Number(count);
}
