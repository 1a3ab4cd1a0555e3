/** What became of each stack. Pure. */
import type { Diagnosis } from "../../checks/examine.ts";

/** `refused`: nothing was begun. `skipped`: it was not its turn before the run ended. */
export type Result = "done" | "failed" | "refused" | "skipped";

/** How many resources. */
export interface Changes {
  create: number;
  update: number;
  replace: number;
  delete: number;
}

/** How the work on a stack ended. */
export interface Ended {
  result: Result;
  /** 0 when all is well. */
  exitCode: number;
  /** Undefined: the work changes no resource. */
  changes?: Changes;
  /** How many reasons the engine, Mastiff or a policy gave to refuse it. */
  refused?: number;
  /** How many resources other hands have changed. Undefined: nobody looked. */
  drift?: number;
  /** What they have changed, in words. */
  drifted?: readonly string[];
  /** Fixed cost a month. Undefined: unknown. */
  costMicroDollars?: number;
  /** Of the doctor, the most urgent first. */
  findings?: readonly Diagnosis[];
  /** What is wrong, and how to repair it. */
  error?: string;
}

/** A stack, and how the work on it ended. */
export interface Row extends Ended {
  stack: string;
  seconds: number;
}

/** A stack whose turn never came. */
export function skipped(stack: string): Row {
  return { stack, result: "skipped", exitCode: 1, seconds: 0 };
}

/** Whether the work on a stack came to a good end. */
export function isWell({ exitCode }: Pick<Ended, "exitCode">): boolean {
  return exitCode === 0;
}

/** That of the worst. A signal that ended the run (128 + n) counts more than what it left undone. */
export function exitCodeOf(rows: readonly Row[], signalled = 0): number {
  return Math.max(signalled, ...rows.map(({ exitCode }) => exitCode));
}
