/**
 * Machines whose programs really run, in a world that was asked for them (`--machines`, main.ts): a PostgreSQL for each
 * database, and processes for the scripts that take, prove and restore backups.
 *
 *   folder/<volume>/cluster   data directory of a PostgreSQL   ◄── records.ts ──► model of Mastodon
 *   folder/<volume>/…         what a script keeps on the volume
 *   folder/<machine>-…        disk of a script's machine, gone at its end
 *
 * Everything else stays a model. The real server is the only copy of a database: the model reads it when a program
 * connects, and what the program has changed is written when the program has done its work.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { chownSync, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Database } from "../mastodon/database.ts";
import { RealServer } from "./real-server.ts";
import { readDatabase, writeDifferences } from "./records.ts";

/** Where the machines run, and with which programs. */
export interface RealMachinesOptions {
  /** Empty, or of an earlier run. Its owner runs the servers, because PostgreSQL refuses to be run by root. */
  folder: string;
  /** Folder of PostgreSQL's programs. All others are found on PATH. */
  programs: string;
}

/** A program in a machine. */
export interface RealJob {
  argv: readonly string[];
  env: Readonly<Record<string, string>>;
}

/** What is told of a program while it runs. */
interface Listener {
  line(text: string): void;
  /** @param code 128 and the signal's number, when a signal has ended it */
  end(code: number): void;
}

/** A server whose database a program of the model works on. */
interface Opened {
  server: RealServer;
  model: Database;
  /** The model as it was read. */
  before: Database;
}

export class RealMachines {
  /** Address of the local clouds, which the machines have for an internet. */
  internet = "";
  readonly #folder: string;
  readonly #programs: string;
  readonly #servers = new Map<string, RealServer>();
  readonly #opened = new Map<string, Opened>();
  readonly #jobs = new Map<string, ChildProcess>();

  constructor({ folder, programs }: RealMachinesOptions) {
    this.#folder = folder;
    this.#programs = programs;
  }

  /** The folder of a volume. */
  folderOf(volume: string): string {
    const folder = join(this.#folder, volume);
    mkdirSync(folder, { recursive: true });
    const { uid, gid } = statSync(this.#folder);
    chownSync(folder, uid, gid);
    return folder;
  }

  /** Starts the server on a volume, and makes its cluster first if there is none. Does nothing when it runs. */
  startServer(volume: string): void {
    if (this.#servers.has(volume)) return;
    this.#servers.set(volume, RealServer.start(this.folderOf(volume), this.#programs));
  }

  /** The server on a volume; undefined: none runs. */
  server(volume: string): RealServer | undefined {
    return this.#servers.get(volume);
  }

  /**
   * The contents of the server on a volume, as far as the model knows them. Until {@link store}, it is the same object.
   *
   * @returns undefined: no server runs
   */
  contents(volume: string): Database | undefined {
    const server = this.#servers.get(volume);
    if (server === undefined) return undefined;
    const opened = this.#opened.get(volume);
    if (opened !== undefined) return opened.model;
    const model = readDatabase(server);
    this.#opened.set(volume, { server, model, before: structuredClone(model) });
    return model;
  }

  /** Writes what was changed in the contents that were handed out, and forgets them. */
  store(): void {
    const all = [...this.#opened.values()];
    this.#opened.clear();
    for (const { server, before, model } of all) writeDifferences(server, before, model);
  }

  /** Starts a machine's program. */
  run(machine: string, { argv, env }: RealJob, listener: Listener): void {
    const [program = "", ...args] = argv;
    const disk = mkdtempSync(join(this.#folder, `${machine}-`));
    const child = spawn(program, args, {
      cwd: disk,
      env: { PATH: `${this.#programs}:${process.env.PATH}`, HOME: disk, TMPDIR: disk, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#jobs.set(machine, child);
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on("line", (text) => listener.line(text));
    child.once("error", ({ message }) => listener.line(message));
    child.once("close", (code, signal) => {
      if (this.#jobs.get(machine) === child) this.#jobs.delete(machine);
      rmSync(disk, { recursive: true, force: true });
      listener.end(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  }

  /** Tells a machine's program to end. Does nothing when none runs. */
  interrupt(machine: string): void {
    this.#jobs.get(machine)?.kill("SIGTERM");
  }

  /** Ends all programs and servers. What is on the volumes stays. */
  stop(): void {
    for (const machine of this.#jobs.keys()) this.interrupt(machine);
    for (const server of this.#servers.values()) server.stop();
    this.#servers.clear();
    this.#opened.clear();
  }
}
