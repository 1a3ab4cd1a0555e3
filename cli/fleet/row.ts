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
  /** How the work on each community ended, of a stack that has several. */
  communities?: readonly EndedCommunity[];
}

/** One of several communities of a stack, and how the work on it ended. */
export interface EndedCommunity extends Ended {
  /** Its logical name. */
  community: string;
  seconds: number;
}

/** A stack, or one of its several communities, and how the work on it ended. */
export interface Row extends Ended {
  stack: string;
  /** Undefined: the stack as a whole. */
  community?: string;
  seconds: number;
}

/** What people call it. */
export function titleOf({ stack, community }: Pick<Row, "stack" | "community">): string {
  return community === undefined ? stack : `${stack}/${community}`;
}

/** A row for each of several communities, behind one for the stack where the work changes resources of all. */
export function apart({ communities, ...whole }: Row): Row[] {
  if (communities === undefined) return [whole];
  const { stack, changes } = whole;
  return [...(changes === undefined ? [] : [whole]), ...communities.map((one) => ({ stack, ...one }))];
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
export function exitCodeOf(rows: readonly Pick<Ended, "exitCode">[], signalled = 0): number {
  return Math.max(signalled, ...rows.map(({ exitCode }) => exitCode));
}
