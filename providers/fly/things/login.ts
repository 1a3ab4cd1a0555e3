import { FlyctlFailure } from "../call/errors.ts";
import type { Fly } from "../call/flyctl.ts";
import { say } from "../call/progress.ts";
import type { Task } from "../kind.ts";
import type { LoginOutput, LoginSpec, Observation } from "../spec.ts";
import { isGone, type Machine, machinesOf } from "./machines.ts";
import { awaitServer, identifier, letIn, literal, sql } from "./psql.ts";
import { scramVerifier } from "./scram.ts";

/**
 * A further way into a community's database: a role that logs in with a password of its own and then acts as the
 * owner of everything.
 *
 * A role has one password, so that a new one shuts out who has the old one: the machines that run. Two roles have
 * two; the machines go over from one to the other in a release, and only then the old one is dropped. What a session
 * makes belongs to the owner (`ALTER ROLE … SET role`, applied at login), so a role that is dropped leaves nothing.
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
  say("database", `letting ${user} in, who acts as ${owner}`);
  await letIn(fly, app, machine, { user, known: known.length > 0, verifier });
  for (const statement of [
    `GRANT ${identifier(owner)} TO ${identifier(user)}`,
    `ALTER ROLE ${identifier(user)} SET role TO ${literal(owner)}`,
  ])
    await sql(fly, app, machine, statement);
  return { user };
}

/** Ends its sessions and drops it; a database that is gone took it along, and one that is off lets nobody in. */
export async function destroy({ spec, fly }: Task<LoginSpec>): Promise<void> {
  const server = await serverOf(fly, spec.app);
  if (server?.state !== "started") return;
  const machine = server.id;
  say("database", `dropping ${spec.user}`);
  await awaitServer(fly, spec.app, machine);
  await shutOut(fly, spec.app, machine, spec.user);
  await sql(fly, spec.app, machine, `DROP ROLE IF EXISTS ${identifier(spec.user)}`);
}

/** A role is in no listing of Fly's; only an exec into the machine could say, and a release that fails does. */
export async function observe(): Promise<Observation> {
  return { exists: true, differences: [] };
}

/** Nobody is logged in as this role any more, and a session that is left over does not go on. */
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

/** The database's machine; undefined when there is none, or no app. */
export async function serverOf(fly: Fly, app: string): Promise<Machine | undefined> {
  try {
    return (await machinesOf(fly, app)).find((one) => !isGone(one));
  } catch (error) {
    if (error instanceof FlyctlFailure && error.reason === "absent") return undefined;
    throw error;
  }
}
