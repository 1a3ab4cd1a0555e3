import { execFileSync, type StdioOptions, spawn, spawnSync } from "node:child_process";
import { randomInt } from "node:crypto";
import { appendFileSync, closeSync, existsSync, openSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** In a machine of Fly's, PostgreSQL itself listens here (fly-apps/postgres-flex internal/flypg/node.go). */
const port = "5433";

/** What psql said, and how it ended. */
interface Said {
  exit: number;
  stdout: string;
  stderr: string;
}

/** How long a server may take to start on a busy computer. */
const startLimitMs = 60_000;

/**
 * A real PostgreSQL in the place of one on Fly. The port is in the address that a community uses, so each server has an
 * address of its own on the loopback. Its socket is in its folder and asks for no password: only who may enter the
 * folder reaches it.
 *
 * All calls wait: what programs of the model do is done at once, and no other call may come between.
 */
export class RealServer {
  /** Its address on the loopback. */
  readonly address: string;
  readonly #folder: string;
  readonly #programs: string;

  private constructor(folder: string, programs: string) {
    this.#folder = folder;
    this.#programs = programs;
    // Linux answers at all of 127.0.0.0/8. Elsewhere one address has to do, for one server.
    const third = () => randomInt(1, 255);
    this.address = process.platform === "linux" ? `127.${third()}.${third()}.${third()}` : "127.0.0.1";
  }

  /**
   * Starts the server whose cluster is in a folder, and makes the cluster first if there is none.
   *
   * @param programs folder of PostgreSQL's programs
   * @throws Error with the server's log when it does not start
   */
  static start(folder: string, programs: string): RealServer {
    const server = new RealServer(folder, programs);
    if (!existsSync(server.#data)) server.#make();
    server.#launch();
    return server;
  }

  /**
   * Runs a script of psql's in a database, as a superuser.
   *
   * @returns what it selects: a line a row, fields separated by `|`
   * @throws Error with psql's words when a statement fails
   */
  sql(database: string, script: string): string {
    const options = ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"];
    const where = `host=${this.#folder} port=${port} user=postgres dbname=${database}`;
    return execFileSync(this.#program("psql"), [...options, "-d", where], {
      // Who holds a lock may wait for an answer of the clouds, which wait for psql.
      env: { PGOPTIONS: "-c lock_timeout=10s" },
      input: script,
      encoding: "utf8",
      maxBuffer: 2 ** 28,
    });
  }

  /** Runs psql with these arguments as in the server's machine, where `localhost` is the server. */
  psql(args: readonly string[]): Said {
    const env = { PGHOSTADDR: this.address, LC_ALL: "C" };
    const run = spawnSync(this.#program("psql"), args, { env, input: "", encoding: "utf8" });
    return { exit: run.status ?? 1, stdout: run.stdout, stderr: run.stderr };
  }

  /** Ends the server as a power cut does, if it has not ended by itself. Its cluster stays. */
  stop(): void {
    spawnSync(this.#program("pg_ctl"), ["stop", "--mode=immediate", `--pgdata=${this.#data}`], this.#quiet);
  }

  get #data(): string {
    return join(this.#folder, "cluster");
  }

  #program(name: string): string {
    return join(this.#programs, name);
  }

  /** Options for programs of the server: run by whom the folder belongs to. */
  get #owned(): { cwd: string; uid: number; gid: number } {
    const { uid, gid } = statSync(this.#folder);
    return { cwd: this.#folder, uid, gid };
  }

  /** Only an error of the program's is read, which becomes a part of the one that is thrown. */
  get #quiet(): { cwd: string; uid: number; gid: number; stdio: StdioOptions } {
    return { ...this.#owned, stdio: ["ignore", "ignore", "pipe"] };
  }

  #make(): void {
    execFileSync(
      this.#program("initdb"),
      [
        `--pgdata=${this.#data}`,
        "--username=postgres",
        "--auth-local=trust",
        "--auth-host=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C",
        "--no-sync",
      ],
      this.#quiet,
    );
    appendFileSync(join(this.#data, "pg_hba.conf"), "host all all 127.0.0.0/8 scram-sha-256\n");
  }

  #launch(): void {
    const log = join(this.#folder, "log");
    const output = openSync(log, "a");
    const settings = [
      `port=${port}`,
      `listen_addresses=${this.address}`,
      `unix_socket_directories=${this.#folder}`,
      "fsync=off",
    ];
    // Without pg_ctl: the server is in the clouds' process group and ends with it.
    spawn(this.#program("postgres"), ["-D", this.#data, ...settings.flatMap((one) => ["-c", one])], {
      ...this.#owned,
      stdio: ["ignore", output, output],
    });
    closeSync(output);
    const until = Date.now() + startLimitMs;
    const pause = new Int32Array(new SharedArrayBuffer(4));
    while (spawnSync(this.#program("pg_isready"), ["-q", "-h", this.#folder, "-p", port]).status !== 0) {
      if (Date.now() > until)
        throw new Error(`PostgreSQL in ${this.#folder} does not start:\n${readFileSync(log, "utf8")}`);
      Atomics.wait(pause, 0, 0, 50);
    }
  }
}
