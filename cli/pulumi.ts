/** Runs `pulumi` for a command: with any backend, in the working directory's project. */
import { constants } from "node:os";
import { execa } from "execa";
import { OperatorError } from "../providers/shared/operator-error.ts";
import { shell } from "../providers/shared/shell.ts";

/** How a run of pulumi ended. */
export interface Run {
  exitCode: number;
  stdout: string;
  /** Both streams. */
  output: string;
}

/** Somebody stopped the command. */
export class Interrupted extends Error {
  override name = "Interrupted";
  /** 128 + the signal's number, as shells report it. */
  readonly exitCode: number;

  constructor(signal: "SIGINT" | "SIGTERM") {
    super("stopped; the same command can be run again");
    this.exitCode = 128 + constants.signals[signal];
  }
}

/**
 * Runs pulumi to its end. A Ctrl-C reaches pulumi by the terminal, as it reaches this process. pulumi then ends its
 * own work in order, so this process waits for it.
 *
 * @param env variables beside those of the operator's shell
 * @throws OperatorError when there is no pulumi on PATH, Interrupted after a signal.
 */
export async function pulumi(
  args: readonly string[],
  input = "",
  env: Readonly<Record<string, string>> = {},
): Promise<Run> {
  const child = execa("pulumi", [...args, "--color=never"], {
    env: { ...shell().env, ...env },
    extendEnv: false,
    input,
    reject: false,
    all: true,
  });
  let stopped: "SIGINT" | "SIGTERM" | undefined;
  const wait = () => {
    stopped = "SIGINT";
  };
  // Unlike Ctrl-C, `kill` reaches this process alone.
  const pass = () => {
    stopped = "SIGTERM";
    child.kill("SIGTERM");
  };
  process.on("SIGINT", wait).on("SIGTERM", pass);
  try {
    const run = await child;
    if (stopped !== undefined) throw new Interrupted(stopped);
    if (run.code === "ENOENT")
      throw new OperatorError(
        "pulumi is not on PATH.\n  fix     install it:  https://www.pulumi.com/docs/iac/download-install/",
      );
    if (run.exitCode === undefined) throw new OperatorError(`pulumi failed: ${run.shortMessage}`);
    return { exitCode: run.exitCode, stdout: run.stdout, output: run.all };
  } finally {
    process.off("SIGINT", wait).off("SIGTERM", pass);
  }
}

/** The standard output of a run that went well. @throws OperatorError with all that pulumi said. */
export function must(run: Run): string {
  if (run.exitCode !== 0) throw new OperatorError(run.output);
  return run.stdout;
}
