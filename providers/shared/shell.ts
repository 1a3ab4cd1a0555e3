/** The parts of its process that a run of the driver or of a command uses. */
import { AsyncLocalStorage } from "node:async_hooks";
import { tmpdir } from "node:os";
import { text } from "node:stream/consumers";
import { isatty } from "node:tty";
import { ask } from "./ask.ts";
import { runAttached } from "./attached.ts";
import { runProgram } from "./program.ts";

/** Signals by which an engine or a person ends a run. */
export type Stop = "SIGINT" | "SIGTERM" | "SIGHUP";

/** The environment of one run: the process's own, or one that a test makes to run many in one process. */
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
  /** Sends a request, as Node's own does. */
  fetch: typeof fetch;
  /** Whether standard input is a terminal. */
  readonly isTerminal: boolean;
  /** Columns of the terminal that shows standard error, if it can move its cursor; undefined: it is none. */
  readonly columns: number | undefined;
  runAttached: typeof runAttached;
  ask: typeof ask;
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
  // Node loads its HTTP client with the first use of the global name.
  fetch: (...request) => fetch(...request),
  get isTerminal() {
    return isatty(0);
  },
  get columns() {
    const { CI, TERM } = process.env;
    return process.stderr.isTTY && TERM !== "dumb" && !CI ? process.stderr.columns : undefined;
  },
  runAttached,
  ask,
};

const current = new AsyncLocalStorage<Shell>();

/** The environment of the current run. Default: the process's own. */
export function shell(): Shell {
  return current.getStore() ?? ownProcess;
}

/** Runs the work in an environment other than the process's own. */
export function inShell<T>(surroundings: Shell, work: () => Promise<T>): Promise<T> {
  return current.run(surroundings, work);
}
