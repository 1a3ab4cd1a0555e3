import { spawn } from "node:child_process";
import type { Readable } from "node:stream";

/** A program to run, and when to stop it. */
export interface Program {
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** The whole standard input. */
  input: string;
  /** Time limit in milliseconds; 0: none. */
  timeoutMs: number;
  /** Stops the program when this signal aborts. */
  signal: AbortSignal;
  /** Called with each piece of output, of either stream. */
  onOutput(stream: "stdout" | "stderr", text: string): void;
}

/** How a program ended. */
export interface Ended {
  stdout: string;
  stderr: string;
  /** Undefined when a signal ended the program, or when it never started. */
  exitCode: number | undefined;
  /** Why the program was stopped early: the time limit passed, or `signal` aborted. */
  stopped?: "timeout" | "signal";
  /** Why the program never started, in the system's words: "spawn flyctl ENOENT". */
  missing?: string;
}

/** Time in milliseconds that a program has to clean up after SIGINT, before SIGKILL. */
const graceMs = 15_000;

/**
 * Runs a program from PATH to its end, without a shell. Never rejects: the result says how the program ended.
 *
 * Not execa: the driver starts dozens of times in an `up`, and execa was half the cost of a start
 * (0.17 of 0.34 CPU seconds on a busy machine).
 */
export function runProgram(file: string, args: readonly string[], o: Program): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(file, args, { env: o.env, cwd: o.cwd, stdio: "pipe" });
    const timers: NodeJS.Timeout[] = [];
    let stopped: Ended["stopped"];
    const stop = (why: Ended["stopped"]) => {
      if (stopped !== undefined) return;
      stopped = why;
      child.kill("SIGINT");
      timers.push(setTimeout(() => child.kill("SIGKILL"), graceMs));
    };
    const aborted = () => stop("signal");
    const texts = { stdout: "", stderr: "" };
    const end = (ended: Pick<Ended, "exitCode" | "missing">) => {
      for (const timer of timers) clearTimeout(timer);
      o.signal.removeEventListener("abort", aborted);
      resolve({ ...texts, ...ended, ...(stopped && { stopped }) });
    };
    const gather = (name: "stdout" | "stderr", stream: Readable) =>
      stream.setEncoding("utf8").on("data", (text: string) => {
        texts[name] += text;
        o.onOutput(name, text);
      });
    gather("stdout", child.stdout);
    gather("stderr", child.stderr);
    if (o.timeoutMs > 0) timers.push(setTimeout(() => stop("timeout"), o.timeoutMs));
    o.signal.addEventListener("abort", aborted);
    if (o.signal.aborted) aborted();
    child.once("error", ({ message }) => end({ exitCode: undefined, missing: message }));
    child.once("close", (code) => end({ exitCode: code ?? undefined }));
    // A program that does not read all of its input closes the pipe: that is not an error.
    child.stdin.on("error", () => {});
    child.stdin.end(o.input);
  });
}
