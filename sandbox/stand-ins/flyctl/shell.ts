/** The parts of its process that a run of the stand-in uses. */
import { readFileSync } from "node:fs";

/** The environment of one run: that of the process, or one that a test makes to run many in one process. */
export interface Shell {
  env: NodeJS.ProcessEnv;
  /** The working directory. */
  cwd: string;
  /** Whether standard input is a terminal. */
  isTerminal: boolean;
  /** All of standard input. */
  stdin(): string;
  stdout(text: string): void;
  stderr(text: string): void;
  /** Aborts running calls, like the end of a process. */
  signal?: AbortSignal;
}

/** The shell of this process. */
export function processShell(): Shell {
  return {
    env: process.env,
    cwd: process.cwd(),
    isTerminal: process.stdin.isTTY === true,
    stdin: () => readFileSync(0, "utf8"),
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
  };
}
