/**
 * Results of the parts of the matrix, kept in docs/faults between runs, machines and people: all of it takes hours, so
 * parts are run alone, some cases of a part anew, and reported together, each with the state of the project that it
 * speaks of.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execaSync } from "execa";
import { root } from "../../sandbox/toolchain/paths.ts";
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
  /** When the checkout that was tried was committed, UTC; a `+` after it: with changes. Set when it is kept. */
  asOf?: string;
}

/** One part of the matrix, as it was run last. */
export interface PartResult {
  /** File name: `kill-up-before`. */
  part: string;
  /** For people: "killed before a call of up". */
  title: string;
  /** Which parts of the toolchain were official; empty: none has a part in it. */
  setting: string;
  /** How many cases there are in all; those that were run may be a selection. */
  of: number;
  cases: CaseResult[];
}

const folder = join(root, "docs/faults");

/** Of this process: a checkout that is changed meanwhile is not what was tried. */
let now: string | undefined;

/**
 * When the checkout was committed: the date and not the hash, which is another one once a branch is rebased.
 * "unknown" outside a checkout.
 */
function checkedOut(): string {
  const git = (...args: string[]) => execaSync("git", args, { cwd: root, reject: false }).stdout ?? "";
  const written = git("log", "-1", "--format=%aI");
  if (written === "") return "unknown";
  const changed = git("status", "--porcelain", "--", ".", ":!docs") !== "";
  return `${new Date(written).toISOString().slice(0, 16).replace("T", " ")}${changed ? "+" : ""}`;
}

/** Keeps a part's result in place of an earlier one: a line for each case, in the order of their names. */
export function keep({ cases, ...part }: PartResult): void {
  mkdirSync(folder, { recursive: true });
  now ??= checkedOut();
  for (const one of cases) one.asOf ??= now;
  const sorted = [...cases].sort((a, b) => (a.name < b.name ? -1 : 1));
  const lines = sorted.map((one) => `  ${JSON.stringify(one)}`).join(",\n");
  const head = JSON.stringify(part).slice(1, -1);
  // What a run said may name where the checkout is, which is nobody's business.
  const text = `{${head},"cases":[\n${lines}\n]}\n`
    .replaceAll(`file://${root}/`, "")
    .replaceAll(`${root}/`, "");
  writeFileSync(join(folder, `${part.part}.json`), text);
}

/** A part as it is kept; undefined: it was never run with this make of tools, whose word stands for no other's. */
export function earlier(part: string, setting: string): PartResult | undefined {
  return kept().find((result) => result.part === part && result.setting === setting);
}

/** Of which state of the project these cases speak. */
export function statesOf(cases: readonly CaseResult[]): string {
  return [...new Set(cases.map((one) => one.asOf ?? "unknown"))].sort().join(", ");
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
