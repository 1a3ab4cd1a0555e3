/** Results of the parts of the matrix, kept between runs, so that parts can be run alone and reported together. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { scratch } from "../toolchain/paths.ts";
import type { Deviation } from "./estate.ts";

/** One case of any part. */
export interface CaseResult {
  name: string;
  /** What is wrong; nothing: as it should be. */
  problems: string[];
  deviation?: Deviation;
  /** What the operator did. */
  steps?: string[];
  /** Kills within the case. */
  kills?: number;
  milliseconds: number;
}

/** One part of the matrix, as it was run last. */
export interface PartResult {
  /** File name: `kill-up-before`. */
  part: string;
  /** For people: "killed before a call of up". */
  title: string;
  /** Which parts of the toolchain were official. */
  setting: string;
  /** How many cases there are in all; those that were run may be a selection. */
  of: number;
  cases: CaseResult[];
}

const folder = join(scratch, "faults");

/** Keeps a part's result in place of an earlier one. */
export function keep(result: PartResult): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${result.part}.json`), `${JSON.stringify(result, undefined, 1)}\n`);
}

/** The cases of a part that are kept; none when it was never run. */
export function earlierCases(part: string): CaseResult[] {
  return kept().find((result) => result.part === part)?.cases ?? [];
}

/** Every result that is kept, in the order of their names. */
export function kept(): PartResult[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .sort()
    .map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")) as PartResult);
}

/** How many cases of a part ended as they should. */
export function converged(cases: readonly CaseResult[]): number {
  return cases.filter((one) => one.problems.length === 0).length;
}

/** Things of one kind of deviation over all cases. */
export function count(cases: readonly CaseResult[], what: keyof Deviation): number {
  return cases.reduce((sum, one) => sum + (one.deviation?.[what].length ?? 0), 0);
}
