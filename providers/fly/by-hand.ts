import type { Fly } from "./call/flyctl.ts";

/**
 * Work that an operator starts by hand, beside what Pulumi declares: a command, a backup, a restore. It shows what its
 * machine says while it runs, and may end with an exit code and an answer of its own.
 */
export interface WorkByHand<Spec> {
  run(task: TaskByHand<Spec>): Promise<EndByHand>;
}

/** The arguments of such work. */
export interface TaskByHand<Spec> {
  spec: Spec;
  /** Values from stdin. */
  secrets: Readonly<Record<string, string>>;
  fly: Fly;
  /** Prints a line of the work's result on stdout, redacted. */
  print(line: string): void;
  /** Shows a line on stderr, redacted. */
  show(line: string): void;
}

/** How such work ended. */
export interface EndByHand {
  /** Exit code of the run. Default 0. */
  exitCode?: number;
  /** Printed on stdout as JSON. Default: nothing is printed. */
  answer?: unknown;
}
