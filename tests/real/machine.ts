/**
 * A machine in the image of the database's: it runs a script of providers/fly/scripts as the driver starts it, with the
 * real programs. On its PATH is nothing but the programs that the image has. Each of them notes its arguments and its
 * environment before it runs.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { bashJob } from "../../providers/fly/call/bash-job.ts";
import { direct } from "../../providers/fly/call/direct.ts";
import { onPath } from "../../sandbox/toolchain/executables.ts";
import type { Place } from "../support/secret-hunt.ts";
import { filesBelow } from "../support/secret-hunt.ts";
import type { Owner } from "./owner.ts";

/** coreutils, sed, grep, util-linux, gnupg and curl. PostgreSQL's come from a folder of their own. */
const programs = [
  ..."base64 cat chown curl date gpg grep head md5sum mkdir mkfifo mktemp rm sed setpriv sha256sum".split(
    " ",
  ),
  ..."sleep stat tail tee".split(" "),
];
const postgresPrograms = ["initdb", "pg_dump", "pg_isready", "pg_restore", "postgres", "psql"];

/** Who may have the database's password in the environment, besides sed, which direct.sh runs. */
const trusted = { backup: ["psql", "pg_dump"], restore: ["psql", "pg_restore"], drill: [] };

/** 64 MiB in the machine. S3's smallest part here, so that a small database has several. */
const partsOf5MiB = { from: "64 * 1024 * 1024", to: "5 * 1024 * 1024" };

/** A script. */
export type Job = keyof typeof trusted;

/** How a run of the script ended. */
export interface Run {
  code: number | null;
  /** All lines of both outputs. */
  lines: string[];
  /** The last line. */
  last: string;
}

/** A run that goes on. */
export interface StartedRun {
  process: ChildProcess;
  ended: Promise<Run>;
}

/** A place where the script can be run. */
export interface Machine {
  /** Starts the script with these variables. */
  start(env: Record<string, string>): StartedRun;
  /** Starts the script and waits for its end. */
  run(env: Record<string, string>): Promise<Run>;
  /** What the programs were started with since the last {@link Machine.forget}. */
  argv(): Place[];
  /** The environments of all programs but those that need the database's password. */
  environments(): Place[];
  /** Ids of the processes that this program was started as. */
  started(program: string): number[];
  /** The files on its disk. */
  disk(): Place[];
  /** Empties the disk and the notes. */
  forget(): void;
}

/** The programs of {@link programs} that this computer lacks. */
export function missingPrograms(): string[] {
  return [...programs, "bash", "sh"].filter((name) => onPath(name).length === 0);
}

/**
 * Makes a machine below `folder`.
 *
 * @param postgres folder of PostgreSQL's programs
 * @param owner who runs the script
 */
export function makeMachine(folder: string, postgres: string, owner: Owner, job: Job): Machine {
  const home = join(folder, `machine-${job}`);
  const [bin, disk, notes] = ["bin", "disk", "notes"].map((name) => join(home, name)) as [
    string,
    string,
    string,
  ];
  const real = (name: string) =>
    postgresPrograms.includes(name) ? join(postgres, name) : (onPath(name)[0] ?? `/bin/${name}`);
  mkdirSync(bin, { recursive: true });
  for (const shell of ["sh", "bash"]) symlinkSync(real(shell), join(bin, shell));
  for (const name of [...programs, ...postgresPrograms]) {
    const file = join(bin, name);
    const note = `${notes}/${name}.$$`;
    writeFileSync(
      file,
      `#!/bin/sh\nprintf '%s\\n' "$0" "$@" >>${note}.argv\n/usr/bin/env >>${note}.env\nexec ${real(name)} "$@"\n`,
    );
    chmodSync(file, 0o755);
  }
  const forget = () => {
    for (const path of [disk, notes]) {
      rmSync(path, { recursive: true, force: true });
      mkdirSync(path);
      chmodSync(path, 0o777);
    }
  };
  forget();
  const noted = (ending: string): Place[] =>
    readdirSync(notes)
      .filter((name) => name.endsWith(ending))
      .map((name) => ({ name, text: readFileSync(join(notes, name), "utf8") }));
  const start = (env: Record<string, string>): StartedRun => {
    const [file = "", ...args] = direct(bashJob(job).map(withSmallParts));
    const child = spawn(file, args, {
      ...owner,
      cwd: "/",
      env: { PATH: bin, HOME: "/nonexistent", TMPDIR: disk, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    return { process: child, ended: ended(child) };
  };
  return {
    start,
    run: (env) => start(env).ended,
    argv: () => noted(".argv"),
    environments: () =>
      noted(".env").filter(({ name }) => !["sed", ...trusted[job]].some((one) => name.startsWith(`${one}.`))),
    started: (program) =>
      noted(".argv").flatMap(({ name }) =>
        name.startsWith(`${program}.`) ? [Number(name.split(".")[1])] : [],
      ),
    disk: () => filesBelow(disk, "disk"),
    forget,
  };
}

function withSmallParts(word: string): string {
  if (!word.startsWith("# mastiff: ")) return word;
  if (!word.includes(partsOf5MiB.from))
    throw new Error(`the script has no part of ${partsOf5MiB.from} bytes`);
  return word.replace(partsOf5MiB.from, partsOf5MiB.to);
}

async function ended(child: ChildProcess): Promise<Run> {
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (stream !== null) createInterface({ input: stream }).on("line", (line) => lines.push(line));
  }
  const [code] = (await once(child, "close")) as [number | null];
  return { code, lines, last: lines.at(-1) ?? "" };
}
