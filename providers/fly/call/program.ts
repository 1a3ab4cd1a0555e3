import { spawn } from "node:child_process";
import type { Readable } from "node:stream";

/** What to run, and when to stop it. */
export interface Program {
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** Its whole standard input. */
  input: string;
  /** How long it may take, in milliseconds; 0: as long as it wants. */
  timeoutMs: number;
  /** Stops it when it aborts. */
  signal: AbortSignal;
  /** Told of each piece that it writes, to either stream. */
  onOutput(stream: "stdout" | "stderr", text: string): void;
}

/** How a program ended. */
export interface Ended {
  stdout: string;
  stderr: string;
  /** Undefined when a signal ended it, or when it never began. */
  exitCode: number | undefined;
  /** Why it was stopped before its end: it took too long, or `signal` aborted. */
  stopped?: "timeout" | "signal";
  /** Why it never began: the system's words, such as "spawn flyctl ENOENT". */
  missing?: string;
}

/** A program that is told to stop is given this long to clean up, in milliseconds, before it is killed. */
const graceMs = 15_000;

/**
 * Runs a program from PATH to its end, without a shell. Never rejects: how it ended is the answer.
 *
 * The driver starts dozens of times in an `up`, and execa with all that it can do was half of what a start cost
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
    // Whoever does not read its input to the end closes the pipe: that is its own business.
    child.stdin.on("error", () => {});
    child.stdin.end(o.input);
  });
}
