/** A run over many stacks, from the first to the table. */
import { availableParallelism, constants } from "node:os";
import { OperatorError } from "../../providers/shared/operator-error.ts";
import { inShell, type Stop, shell } from "../../providers/shared/shell.ts";
import { Interrupted } from "../pulumi.ts";
import type { Stack } from "../stack.ts";
import { UsageError } from "../usage-error.ts";
import { countedCalls } from "./calls.ts";
import { inPool } from "./pool.ts";
import { type Progress, progressOn } from "./progress.ts";
import { admission, type Operation, ofCloud, realClock } from "./rate-limits.ts";
import { apart, type Ended, exitCodeOf, isWell, type Row, skipped } from "./row.ts";
import { configInFile } from "./stack-file.ts";
import { fleetJson, fleetTable, troubles } from "./table.ts";

/** How many stacks at once. */
export const parallel = {
  type: "string",
  valueHint: "number",
  description: "how many stacks at once (default: as many as the machine has cores, at least 2)",
} as const;

/** @throws UsageError when it is no number of stacks */
export function parallelOf(text: string | undefined): number {
  if (text === undefined) return Math.max(2, availableParallelism());
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new UsageError({
    what: `--parallel is ${JSON.stringify(text)}: it is a number of stacks, 1 or more.`,
    fix: ["for example:  --parallel 4"],
  });
}

/** How many stacks at once, and which part of the clouds' limits they have. */
export const pace = {
  parallel,
  jobs: {
    type: "string",
    valueHint: "number",
    default: "1",
    description: "how many jobs like this run share the clouds' limits; it keeps to its part",
  },
} as const;

/** @throws UsageError when it is no number of runs */
function sharedByOf(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new UsageError({
    what: `--jobs is ${JSON.stringify(text)}: it is a number of runs, 1 or more.`,
    fix: ["for example:  --jobs 4"],
  });
}

/** @throws UsageError when an option of how a run goes is wrong */
export function runOptions(args: {
  parallel?: string | undefined;
  jobs?: string | undefined;
  json?: boolean | undefined;
}): RunOptions {
  const { jobs = pace.jobs.default } = args;
  return { parallel: parallelOf(args.parallel), sharedBy: sharedByOf(jobs), json: args.json === true };
}

/** What is done with each stack. */
export interface Work {
  /** In the head of the JSON document. */
  name: string;
  /** What it asks of the clouds. */
  operations: readonly Operation[];
  /**
   * @param say shows a step
   * @param stop aborts when somebody ends the run by a signal that reaches this process alone
   * @throws OperatorError, UsageError with the reason why the stack failed
   */
  on(stack: Stack, say: (step: string) => void, stop: AbortSignal): Promise<Ended>;
}

/** Stacks that run together. */
export interface Wave {
  stacks: readonly Stack[];
  work: Work;
}

/** How a run goes. */
export interface RunOptions {
  /** How many stacks at once. */
  parallel: number;
  /** How many runs share the clouds' limits, this one among them. */
  sharedBy: number;
  /** Whether the result is one JSON document instead of a table. */
  json: boolean;
  /** Whether no further stack begins after one that failed. Default: the others of its wave go on. */
  stopsAtFailure?: boolean;
}

/** How a run ended. */
export interface FleetRun {
  /** In the order of the stacks, each of several communities apart. */
  rows: Row[];
  exitCode: number;
}

/**
 * Runs the waves one after the other, and the stacks of each a few at a time, as the clouds' limits allow. A wave begins
 * when every stack of those before it is well. Prints the table, or JSON, on stdout, and what is wrong on stderr.
 *
 * After Ctrl-C no further stack begins. Those that run end as pulumi ends them, which the terminal tells to.
 */
export async function runFleet(
  waves: readonly Wave[],
  { parallel, sharedBy, json, stopsAtFailure = false }: RunOptions,
): Promise<FleetRun> {
  const own = shell();
  const now = () => performance.now();
  const began = now();
  const total = waves.reduce((sum, { stacks }) => sum + stacks.length, 0);
  const progress = progressOn(own, total, now);
  const signals = signalsOfRun();
  const { admit } = admission(realClock, signals.noMore, sharedBy);
  const rows: Row[] = [];
  let isFailed = false;
  try {
    for (const { stacks, work } of waves) {
      const mayBegin = () => !signals.noMore.aborted && !(stopsAtFailure && isFailed);
      const isTurn = rows.every(isWell);
      const ended = await inPool(isTurn ? stacks : [], parallel, mayBegin, async (stack) => {
        const row = await rowOf(stack, work, { progress, admit, signals, now });
        isFailed ||= row !== undefined && !isWell(row);
        return row;
      });
      rows.push(...stacks.flatMap(({ name }, index) => apart(ended[index] ?? skipped(name))));
    }
  } finally {
    progress.close();
  }
  const seconds = (now() - began) / 1000;
  const name = waves.at(-1)?.work.name ?? "";
  own.stdout(
    json ? `${JSON.stringify(fleetJson(name, rows, seconds), null, 2)}\n` : `${fleetTable(rows, seconds)}\n`,
  );
  for (const trouble of troubles(rows)) own.stderr(`\n${trouble}\n`);
  return { rows, exitCode: exitCodeOf(rows, signals.exitCode()) };
}

interface Surroundings {
  progress: Progress;
  admit: ReturnType<typeof admission>["admit"];
  signals: ReturnType<typeof signalsOfRun>;
  now(): number;
}

/** @returns undefined when the run was stopped before the stack began */
async function rowOf(
  stack: Stack,
  { operations, on }: Work,
  { progress, admit, signals, now }: Surroundings,
): Promise<Row | undefined> {
  const { name } = stack;
  // A file that cannot be read is an error of the work itself, in pulumi's words.
  const config = await configInFile(stack).catch(() => ({}));
  const giveBack = await admit(countedCalls(operations, config), (full) =>
    progress.wait(
      `${name} waits: ${full.map((one) => ofCloud[one]).join(" and ")} would get too many calls by now`,
    ),
  );
  if (giveBack === undefined) return undefined;
  progress.wait(undefined);
  const since = now();
  progress.begin(name);
  const ended = await signals
    .heardBy(() => on(stack, (step) => progress.step(name, step), signals.endNow))
    .catch(endOf);
  giveBack();
  const row: Row = { stack: name, seconds: (now() - since) / 1000, ...ended };
  progress.end(row);
  return row;
}

/** A stack that fails, by a defect too, must not end the others. A defect shows where it is. */
export function endOf(error: unknown): Ended {
  const isExpected =
    error instanceof OperatorError || error instanceof UsageError || error instanceof Interrupted;
  const words = !(error instanceof Error)
    ? String(error)
    : isExpected
      ? error.message
      : (error.stack ?? error.message);
  return { result: "failed", exitCode: 1, error: words };
}

/**
 * What signals do to a run. Ctrl-C reaches every process of the terminal, and a second SIGINT makes pulumi give up what it
 * does. So only a signal that reaches this process alone is passed on.
 */
function signalsOfRun() {
  const noMore = new AbortController();
  const endNow = new AbortController();
  const listeners = new Set<(signal: Stop) => void>();
  let first: Stop | undefined;
  shell().onStop((signal) => {
    first ??= signal;
    noMore.abort();
    if (signal !== "SIGINT") endNow.abort();
    for (const listener of listeners) listener(signal);
  });
  return {
    noMore: noMore.signal,
    endNow: endNow.signal,
    exitCode: () => (first === undefined ? 0 : 128 + constants.signals[first]),
    /** What the work of one stack listens with is forgotten with that work. */
    async heardBy<T>(work: () => Promise<T>): Promise<T> {
      const own = new Set<(signal: Stop) => void>();
      const onStop = (listener: (signal: Stop) => void) => {
        own.add(listener);
        listeners.add(listener);
      };
      try {
        return await inShell({ ...shell(), onStop }, work);
      } finally {
        for (const listener of own) listeners.delete(listener);
      }
    },
  };
}
