/** `psql` inside a Postgres machine: connects to the server on the same machine and runs the statements of one -c. */

import type { Execution } from "./behaviour.ts";
import type { Database } from "./database.ts";
import { verifies } from "./scram.ts";
import { runAll, type Sessions } from "./sql.ts";

const switches = new Set(["-X", "-A", "-t", "-q", "-At", "-XAt", "-tA"]);

/**
 * Runs psql with its arguments. The server's own verifier checks the password.
 *
 * @param sessions how many sessions others have with a database
 */
export function psql(server: Database, args: string[], sessions: Sessions): Execution {
  let url: string | undefined;
  let sql: string | undefined;
  let quiet = false;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    if (arg === "-c" || arg === "--command") sql = args[++i];
    else if (arg === "-v" || arg === "--set") i++;
    else if (switches.has(arg)) quiet ||= arg === "-q";
    else if (arg.startsWith("-")) return failed(1, `psql: invalid option -- '${arg.replace(/^-+/, "")}'`);
    else url ??= arg;
  }
  if (url === undefined || !URL.canParse(url)) {
    return failed(
      2,
      `psql: error: connection to server on socket "/var/run/postgresql/.s.PGSQL.5432" failed: No such file or directory`,
    );
  }
  const where = new URL(url);
  const refusal = connect(server, where);
  if (refusal !== undefined) return failed(2, refusal);
  if (sql === undefined) return { exit: 0, stdout: "", stderr: "" };
  const answers = runAll(server, sql, { database: databaseOf(where), sessions });
  const error = answers.find((answer) => answer.error !== undefined)?.error;
  if (error !== undefined) return failed(1, error);
  const lines = answers.flatMap(({ rows, tag }) => rows ?? (quiet || tag === undefined ? [] : [tag]));
  const notices = answers.flatMap(({ notice }) => (notice === undefined ? [] : [notice]));
  const text = (all: string[]) => all.map((line) => `${line}\n`).join("");
  return { exit: 0, stdout: text(lines), stderr: text(notices) };
}

/** libpq's text when the server refuses a connection; undefined: the connection succeeds. */
function connect(server: Database, url: URL): string | undefined {
  const where = `connection to server at "${url.hostname}" (::1), port ${url.port || "5432"} failed: `;
  if (!["localhost", "127.0.0.1", "[::1]"].includes(url.hostname)) {
    return `psql: error: could not translate host name "${url.hostname}" to address: Name or service not known`;
  }
  // Postgres itself listens on 5433, its proxy on 5432 (fly-apps/postgres-flex).
  if (!["5433", "5432", ""].includes(url.port)) return `psql: error: ${where}Connection refused`;
  const user = decodeURIComponent(url.username);
  const role = server.roles[user];
  const password = decodeURIComponent(url.password);
  if (password === "") return `psql: error: ${where}fe_sendauth: no password supplied`;
  if (role === undefined || role.verifier === null || !verifies(role.verifier, password)) {
    return `psql: error: ${where}FATAL:  password authentication failed for user "${user}"`;
  }
  const database = databaseOf(url);
  const found = server.databases[database];
  if (found === undefined) return `psql: error: ${where}FATAL:  database "${database}" does not exist`;
  if (found.closed !== true) return undefined;
  return `psql: error: ${where}FATAL:  database "${database}" is not currently accepting connections`;
}

/** Without a database in the URL, libpq connects to the database with the user's name. */
function databaseOf(url: URL): string {
  return decodeURIComponent(url.pathname.slice(1)) || decodeURIComponent(url.username);
}

function failed(exit: number, message: string): Execution {
  return { exit, stdout: "", stderr: `${message}\n` };
}
