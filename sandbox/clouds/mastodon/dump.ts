/**
 * The job that takes a dump, in the image of the database's machines. It is a shell script that is recognised
 * by its first line, like the scripts of `rails runner`. Its effect is modelled. It runs pg_dump, pg_restore,
 * psql and curl.
 */
import { askFromMachine } from "../cloudflare/serve-r2.ts";
import type { Outcome, Situation } from "./behaviour.ts";
import { connectDatabase, cutBySilence } from "./connect.ts";
import { behind } from "./direct.ts";

/** The dump script in a machine's command; undefined: the machine runs something else. */
export function dumpJob(argv: string[]): string | undefined {
  const [shell, flag, script = ""] = behind(argv, {}).words;
  return shell === "sh" && flag === "-c" && /^# mastiff: dump\n/.test(script) ? script : undefined;
}

/** Dumps the database at DATABASE_URL and uploads the dump to MASTIFF_DUMP_URL. */
export function dump(seen: Situation): Outcome {
  const { DATABASE_URL, MASTIFF_DUMP_URL } = behind(seen.argv, seen.env).env;
  for (const [name, value] of Object.entries({ DATABASE_URL, MASTIFF_DUMP_URL })) {
    // `set -u`, in dash's words.
    if (value === undefined) return { lines: [`sh: ${name}: parameter not set`], exit: 2 };
  }
  const connection = connectDatabase(seen, DATABASE_URL);
  if (!connection.ok) return { lines: [`pg_dump: error: ${connection.message}`], exit: 1 };
  const cut = cutBySilence(seen.world, connection);
  if (cut !== undefined) return { lines: `pg_dump: error: query failed: ${cut}`.split("\n"), exit: 1 };
  const [server, own] = [connection.server.version, seen.image.version];
  if (Number.parseInt(server, 10) > Number.parseInt(own, 10)) {
    return {
      lines: [
        "pg_dump: error: aborting because of server version mismatch",
        `pg_dump: detail: server version: ${server}; pg_dump version: ${own}`,
      ],
      exit: 1,
    };
  }
  const schema = connection.catalogue.mastodon;
  if (schema === undefined) return { lines: ['ERROR:  relation "users" does not exist'], exit: 1 };
  // The magic bytes of a custom-format archive, then the data to restore.
  const body = Buffer.from(`PGDMP${JSON.stringify(connection.catalogue)}`);
  const request = new Request(MASTIFF_DUMP_URL ?? "", { method: "PUT" });
  const answer = askFromMachine(seen.world, request, body);
  if (answer === undefined) {
    return { lines: [`curl: (6) Could not resolve host: ${new URL(request.url).hostname}`], exit: 6 };
  }
  if (answer.status >= 400)
    return { lines: [`curl: (22) The requested URL returned error: ${answer.status}`], exit: 22 };
  const users = schema.accounts.length;
  return { lines: [JSON.stringify({ bytes: body.length, entries: 812, users })], exit: 0 };
}
