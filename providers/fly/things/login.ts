import type { Fly } from "../call/flyctl.ts";
import { say } from "../call/progress.ts";
import type { Task } from "../kind.ts";
import type { LoginOutput, LoginSpec, Observation } from "../spec.ts";
import { awaitServer, identifier, letIn, literal, sql } from "./psql.ts";
import { scramVerifier } from "./scram.ts";
import { serverOf } from "./server.ts";

/**
 * An additional login to a community's database: a role that has its own password and acts as the role that
 * owns everything.
 *
 * A role has one password, so changing the password locks out the running machines. Two roles have two
 * passwords: a release moves the machines from one role to the other, and only then is the old role dropped.
 * Everything that a session creates belongs to the owner (`ALTER ROLE … SET role`, applied at login), so a
 * dropped role leaves nothing behind.
 *
 * @see https://www.postgresql.org/docs/current/sql-alterrole.html
 */
export async function ensure({ spec, secrets, fly }: Task<LoginSpec>): Promise<LoginOutput> {
  const { app, owner, user } = spec;
  const password = secrets.password;
  if (password === undefined) throw new Error("stdin has no password");
  const machine = (await serverOf(fly, app))?.id;
  if (machine === undefined) throw new Error(`the database ${app} has no machine`);
  await awaitServer(fly, app, machine);
  const verifier = literal(scramVerifier(password));
  const known = await sql(fly, app, machine, `SELECT 1 FROM pg_roles WHERE rolname = ${literal(user)}`);
  say("database", `creating the login ${user}, which acts as ${owner}`);
  await letIn(fly, app, machine, { user, known: known.length > 0, verifier });
  for (const statement of [
    `GRANT ${identifier(owner)} TO ${identifier(user)}`,
    `ALTER ROLE ${identifier(user)} SET role TO ${literal(owner)}`,
  ])
    await sql(fly, app, machine, statement);
  return { user };
}

/** Ends the role's sessions and drops it. Skipped when the database is gone, or is off and admits nobody. */
export async function destroy({ spec, fly }: Task<LoginSpec>): Promise<void> {
  const server = await serverOf(fly, spec.app);
  if (server?.state !== "started") return;
  const machine = server.id;
  say("database", `dropping ${spec.user}`);
  await awaitServer(fly, spec.app, machine);
  await shutOut(fly, spec.app, machine, spec.user);
  await sql(fly, spec.app, machine, `DROP ROLE IF EXISTS ${identifier(spec.user)}`);
}

/** Reports no drift: Fly lists no roles, and only an exec could check. Without the role a release fails. */
export async function observe(): Promise<Observation> {
  return { exists: true, differences: [] };
}

/** Forbids the role to log in, and ends its open sessions. */
export async function shutOut(fly: Fly, app: string, machine: string, user: string): Promise<void> {
  const known = await sql(fly, app, machine, `SELECT 1 FROM pg_roles WHERE rolname = ${literal(user)}`);
  if (known.length === 0) return;
  await sql(fly, app, machine, `ALTER ROLE ${identifier(user)} WITH NOLOGIN`);
  await sql(
    fly,
    app,
    machine,
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = ${literal(user)}`,
  );
}
