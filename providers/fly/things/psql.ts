import { DriverError, FlyctlFailure, isPassing } from "../call/errors.ts";
import { execIn } from "../call/exec.ts";
import type { Fly } from "../call/flyctl.ts";

/**
 * Runs SQL on a Fly Postgres, inside its machine, by `machine exec`. This goes over the API, without the
 * tunnel that `postgres connect` needs, and takes the operator's password from the machine's own environment.
 *
 * One statement per call: the statement is one word for psql's -c inside one word for sh's -c. Identifiers
 * and literals are limited to characters that neither quoting changes.
 */
export async function sql(
  fly: Fly,
  app: string,
  machine: string,
  statement: string,
  database = "postgres",
): Promise<string[]> {
  const { exitCode, stdout, stderr } = await execIn(fly, app, machine, shellCommand(statement, database));
  if (exitCode !== 0) throw new SqlError(app, fly.redact((stderr || stdout).trim()));
  return stdout.split("\n").filter((line) => line !== "");
}

/**
 * Runs a CREATE for something that did not exist a moment ago. When the answer is lost and the call is
 * retried, "already exists" means that this run has created it.
 */
export async function create(fly: Fly, app: string, machine: string, statement: string): Promise<void> {
  try {
    await sql(fly, app, machine, statement);
  } catch (error) {
    if (!(error instanceof SqlError) || !/already exists/.test(error.message)) throw error;
  }
}

/** Lets a role log in with the password of this verifier (an SQL literal). Creates a role that is unknown. */
export async function letIn(
  fly: Fly,
  app: string,
  machine: string,
  { user, known, verifier }: { user: string; known: boolean; verifier: string },
): Promise<void> {
  const role = identifier(user);
  if (known) await sql(fly, app, machine, `ALTER ROLE ${role} WITH LOGIN PASSWORD ${verifier}`);
  else await create(fly, app, machine, `CREATE ROLE ${role} LOGIN PASSWORD ${verifier}`);
}

/** A statement that the server refused, or psql when there is no server yet. */
export class SqlError extends DriverError {
  constructor(app: string, said: string) {
    super({
      what: `The database ${app} refused a statement.`,
      fix: `its answer is below; its log:  flyctl logs -a ${app}`,
      retry: "helps only if the cause goes away by itself",
      said: said.split("\n"),
    });
    this.name = "SqlError";
  }
}

/** Port 5433 is Postgres itself; 5432 is the proxy in front of it, which needs an elected leader. */
export function shellCommand(statement: string, database = "postgres"): string {
  identifier(database);
  if (/[\\`!\n]/.test(statement)) throw new Error("this statement does not survive two shells");
  // Within sh's double quotes, which are within sh's single quotes: $ and " need a backslash, ' must close and reopen.
  const inDouble = statement.replaceAll("$", "\\$").replaceAll('"', '\\"');
  const inSingle = inDouble.replaceAll("'", "'\\''");
  return `sh -c 'psql -X -A -t -v ON_ERROR_STOP=1 "postgres://postgres:$OPERATOR_PASSWORD@localhost:5433/${database}" -c "${inSingle}"'`;
}

/** A name as an SQL identifier. Our names are made from domains; a name that needs escaping is rejected. */
export function identifier(name: string): string {
  if (!/^[a-z_][a-z0-9_-]{0,62}$/.test(name))
    throw new Error(`"${name}" is not a valid name for a database or role`);
  return `"${name}"`;
}

/** A text as an SQL literal. Only text that needs no escaping: names and verifiers. */
export function literal(text: string): string {
  if (!/^[\w$:+/=.-]+$/.test(text)) throw new Error("this value is not a plain literal");
  return `'${text}'`;
}

/** Waits until the server answers; a fresh server takes a minute to elect itself leader. */
export async function awaitServer(fly: Fly, app: string, machine: string, limitMs = 300_000): Promise<void> {
  let isFlyBusy = false;
  await fly.repeat(() => sql(fly, app, machine, "SELECT 1"), {
    limitMs,
    passes: (error) =>
      error instanceof SqlError ||
      (error instanceof FlyctlFailure && !["login", "stopped"].includes(error.reason)),
    waitMs: (attempt, error) => {
      isFlyBusy ||= isPassing(error);
      return isFlyBusy ? 5000 : Math.min(250 * 1.5 ** (attempt - 1), 5000);
    },
  });
}
