/** What a run of the driver touches of the process that it runs in. */
import { AsyncLocalStorage } from "node:async_hooks";
import { tmpdir } from "node:os";
import { text } from "node:stream/consumers";
import { runProgram } from "./program.ts";

/** Signals by which an engine or a person ends a run. */
export type Stop = "SIGINT" | "SIGTERM" | "SIGHUP";

/** The surroundings of one run: those of a process, or those that a test makes to run many in one. */
export interface Shell {
  env: NodeJS.ProcessEnv;
  /** Where the driver and flyctl may keep files while they run. */
  temporaryFolder: string;
  /** The whole of standard input; "" on a terminal. */
  input(): Promise<string>;
  stdout(text: string): void;
  stderr(text: string): void;
  /** Calls the listener when somebody asks the run to stop. */
  onStop(listener: (signal: Stop) => void): void;
  runProgram: typeof runProgram;
}

const ownProcess: Shell = {
  env: process.env,
  temporaryFolder: tmpdir(),
  input: async () => (process.stdin.isTTY ? "" : text(process.stdin)),
  stdout: (words) => void process.stdout.write(words),
  stderr: (words) => void process.stderr.write(words),
  onStop(listener) {
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => listener(name));
  },
  runProgram,
};

const current = new AsyncLocalStorage<Shell>();

/** The surroundings of the run that asks. Default: the process. */
export function shell(): Shell {
  return current.getStore() ?? ownProcess;
}

/** Does the work in other surroundings than the process's. */
export function inShell<T>(surroundings: Shell, work: () => Promise<T>): Promise<T> {
  return current.run(surroundings, work);
}
