/** What a run of the stand-in touches of the process that it runs in. */
import { readFileSync } from "node:fs";

/** The surroundings of one run: those of a process, or those that a test makes to run many in one. */
export interface Shell {
  env: NodeJS.ProcessEnv;
  /** The working directory. */
  cwd: string;
  /** Whether standard input is a terminal. */
  isTerminal: boolean;
  /** The whole of standard input. */
  stdin(): string;
  stdout(text: string): void;
  stderr(text: string): void;
  /** Ends the calls that are under way, as the end of a process would. */
  signal?: AbortSignal;
}

/** Those of this process. */
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
