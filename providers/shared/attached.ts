import { spawn } from "node:child_process";
import { constants } from "node:os";

/** How a program ended that had this process's own streams. */
export interface AttachedEnd {
  /** Its own; 128 + n after signal n, to it or to this process. Undefined when it never started. */
  exitCode: number | undefined;
  /** Why it never started, in the system's words: "spawn flyctl ENOENT". */
  missing?: string;
}

/**
 * Runs a program from PATH that has the terminal, or the pipes, of this process. A Ctrl-C reaches the program by the
 * terminal, as it reaches this process, which waits for the program's end. Never rejects.
 */
export function runAttached(
  file: string,
  args: readonly string[],
  { env }: { env: NodeJS.ProcessEnv },
): Promise<AttachedEnd> {
  return new Promise((resolve) => {
    let stopped: NodeJS.Signals | undefined;
    const wait = () => {
      stopped ??= "SIGINT";
    };
    // Unlike Ctrl-C, `kill` reaches this process alone.
    const pass = (signal: NodeJS.Signals) => {
      stopped ??= signal;
      child.kill(signal);
    };
    // Before the program starts: it may be seen, and stopped, before this process goes on.
    process.on("SIGINT", wait).on("SIGTERM", pass).on("SIGHUP", pass);
    const child = spawn(file, args, { env, stdio: "inherit" });
    const end = (ended: AttachedEnd) => {
      process.off("SIGINT", wait).off("SIGTERM", pass).off("SIGHUP", pass);
      resolve(ended);
    };
    child.once("error", ({ message }) => end({ exitCode: undefined, missing: message }));
    child.once("exit", (code, signal) => {
      // On a busy machine, a signal that reached both may be heard here after the program's end.
      setImmediate(() => {
        const by = stopped ?? signal;
        end({ exitCode: by === null ? (code ?? undefined) : 128 + constants.signals[by] });
      });
    });
  });
}
