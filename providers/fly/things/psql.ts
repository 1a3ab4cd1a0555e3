import { DriverError, FlyctlFailure, isPassing } from "../call/errors.ts";
import { execIn } from "../call/exec.ts";
import type { Fly } from "../call/flyctl.ts";

/**
 * Runs one SQL statement on a Fly Postgres and returns the lines of its result.
 *
 * psql runs inside the database's machine, by `machine exec`: this needs only Fly's API, where
 * `postgres connect` needs a tunnel. The password of the superuser `postgres` is in the machine's environment
 * (OPERATOR_PASSWORD), so the driver never has it.
 *
 * The statement is quoted twice: as one word for psql's -c, inside one word for sh's -c. {@link shellCommand}
 * escapes what these quotings change, and refuses what it cannot escape.
 *
 * @throws SqlError when the statement fails
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
 * Runs a CREATE. The caller has just seen that the thing does not exist. So "already exists" is no error: the
 * answer to this very CREATE was lost, and the call was retried.
 */
export async function ensureCreated(
  fly: Fly,
  app: string,
  machine: string,
  statement: string,
): Promise<void> {
  try {
    await sql(fly, app, machine, statement);
  } catch (error) {
    if (!(error instanceof SqlError) || !/already exists/.test(error.message)) throw error;
  }
}

/**
 * Lets a role log in with a password. `known` says whether the role exists; if not, it is created. `verifier`
 * is the SCRAM verifier of the password, as an SQL literal.
 */
export async function letIn(
  fly: Fly,
  app: string,
  machine: string,
  { user, known, verifier }: { user: string; known: boolean; verifier: string },
): Promise<void> {
  const role = identifier(user);
  if (known) await sql(fly, app, machine, `ALTER ROLE ${role} WITH LOGIN PASSWORD ${verifier}`);
  else await ensureCreated(fly, app, machine, `CREATE ROLE ${role} LOGIN PASSWORD ${verifier}`);
}

/** A statement failed: Postgres refused it, or psql found no server, which may not have started yet. */
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

/**
 * The shell command that runs a statement inside the machine. It connects to Postgres itself, on port 5433: the
 * proxy in front of it, on 5432, answers only once a leader is elected.
 */
export function shellCommand(statement: string, database = "postgres"): string {
  identifier(database); // Throws if the URL below would have to escape the name.
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

/** A text as an SQL literal. Only text that needs no escaping: names, verifiers, and comments of ours. */
export function literal(text: string): string {
  if (!/^[\w$:+/=., -]+$/.test(text)) throw new Error("this value is not a plain literal");
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
      // `execIn` has already retried such a failure several times, so quick questions would only add load.
      isFlyBusy ||= isPassing(error);
      return isFlyBusy ? 5000 : Math.min(250 * 1.5 ** (attempt - 1), 5000);
    },
  });
}
