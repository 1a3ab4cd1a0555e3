/** A real PostgreSQL for one test file: a cluster in a folder of its own, on a port of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, realpathSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { execa } from "execa";
import { isExecutable, onPath } from "../../sandbox/toolchain/executables.ts";
import { freePort } from "./free-port.ts";
import type { Owner } from "./owner.ts";

/** A running PostgreSQL. */
export interface Postgres {
  /** The address of a database, as DATABASE_URL has it, for a role with {@link password}. Default: a superuser. */
  url(database: string, role?: string): string;
  /** Runs statements in a database. @returns what they select, a line a row, fields separated by `|` */
  sql(database: string, statements: string): Promise<string>;
  /** May be called again. */
  stop(): Promise<void>;
}

/** The owner of the cluster. The password needs encoding in a URL, and quoting in most other places. */
const user = "mastodon";
/** See {@link user}. */
export const password = String.raw`p/ss:w@rd %41\x"'$`;

/** Folder of the newest PostgreSQL's programs: that of the PATH, else Debian's. Undefined: none is installed. */
export function findPostgres(): string | undefined {
  const debian = "/usr/lib/postgresql";
  const versions = (() => {
    try {
      return readdirSync(debian).sort((a, b) => Number(b) - Number(a));
    } catch {
      return [];
    }
  })();
  const folders = [
    ...onPath("initdb").map((file) => dirname(realpathSync(file))),
    ...versions.map((version) => join(debian, version, "bin")),
  ];
  const needed = ["initdb", "postgres", "pg_ctl", "psql", "pg_dump", "pg_restore", "pg_isready"];
  return folders.find((folder) => needed.every((program) => isExecutable(join(folder, program))));
}

/**
 * Makes a cluster and starts it.
 *
 * @param programs folder of PostgreSQL's programs
 * @param folder where the cluster is made; it belongs to `owner`
 * @param owner who runs the server, because it refuses to be run by root
 */
export async function startPostgres(programs: string, folder: string, owner: Owner): Promise<Postgres> {
  const data = join(folder, "cluster");
  const passwordFile = join(folder, "password");
  writeFileSync(passwordFile, `${password}\n`);
  await execa(
    join(programs, "initdb"),
    [`--pgdata=${data}`, `--username=${user}`, `--pwfile=${passwordFile}`, "--auth=scram-sha-256"].concat([
      "--encoding=UTF8",
      "--locale=C",
      "--no-sync",
    ]),
    { ...owner, cwd: folder, stdin: "ignore" },
  );
  const port = await freePort();
  const settings = [`port=${port}`, "listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off"];
  const server = spawn(join(programs, "postgres"), ["-D", data, ...settings.flatMap((one) => ["-c", one])], {
    ...owner,
    cwd: folder,
    stdio: ["ignore", "ignore", "pipe"],
  });
  await accepting(server);
  const address = (database: string, login: string) =>
    `postgres://${login}@127.0.0.1:${port}/${database}?sslmode=disable`;
  return {
    url: (database, role = user) => address(database, `${role}:${encodeURIComponent(password)}`),
    async sql(database, statements) {
      const { stdout } = await execa(
        join(programs, "psql"),
        ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", address(database, user)],
        { env: { PGPASSWORD: password }, input: statements },
      );
      return stdout;
    },
    async stop() {
      if (server.exitCode !== null) return;
      const exited = once(server, "exit");
      // A fast shutdown: sessions are ended. postgres(1)
      server.kill("SIGINT");
      await exited;
    },
  };
}

/** Waits for the server's own word. @throws Error with its log when it ends before */
async function accepting(server: ChildProcess): Promise<void> {
  if (server.stderr === null) throw new Error("the server has no log");
  const log: string[] = [];
  // Read to the end: a server whose log nobody reads would stop at a full pipe.
  const lines = createInterface({ input: server.stderr });
  await new Promise<void>((resolve, reject) => {
    lines.on("line", (line) => {
      log.push(line);
      if (line.includes("database system is ready to accept connections")) resolve();
    });
    server.once("error", reject);
    server.once("exit", (code) => reject(new Error(`postgres ended with ${code}:\n${log.join("\n")}`)));
  });
}
