/**
 * Results of the parts of the matrix, kept in docs/faults between runs, machines and people: all of it takes hours, so
 * parts are run alone, some cases of a part anew, and reported together, each with the commit that it was run at.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execaSync } from "execa";
import { root } from "../toolchain/paths.ts";
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
  /** Commit of the checkout that was tried; a `+` after it: with changes. Set when it is kept. */
  commit?: string;
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

const folder = join(root, "docs/faults");

const commit = commitNow();

function commitNow(): string {
  const git = (...args: string[]) => execaSync("git", args, { cwd: root, reject: false }).stdout;
  const changed = git("status", "--porcelain", "--", ".", ":!docs") !== "";
  return `${git("rev-parse", "--short=7", "HEAD")}${changed ? "+" : ""}`;
}

/** Keeps a part's result in place of an earlier one: a line for each case, in the order of their names. */
export function keep({ cases, ...part }: PartResult): void {
  mkdirSync(folder, { recursive: true });
  for (const one of cases) one.commit ??= commit;
  const sorted = [...cases].sort((a, b) => (a.name < b.name ? -1 : 1));
  const lines = sorted.map((one) => `  ${JSON.stringify(one)}`).join(",\n");
  const head = JSON.stringify(part).slice(1, -1);
  writeFileSync(join(folder, `${part.part}.json`), `{${head},"cases":[\n${lines}\n]}\n`);
}

/** A part as it is kept; undefined: it was never run. */
export function earlier(part: string): PartResult | undefined {
  return kept().find((result) => result.part === part);
}

/** The commits that cases were run at, oldest name first. */
export function commitsOf(cases: readonly CaseResult[]): string {
  return [...new Set(cases.map((one) => one.commit ?? "unknown"))].sort().join(", ");
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
