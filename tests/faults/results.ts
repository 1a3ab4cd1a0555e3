/**
 * Results of the parts of the matrix, kept in docs/faults between runs, machines and people. A complete run
 * takes hours. So parts are run alone, and some cases of a part are run again. The report covers all of them,
 * and says for each which state of the project was tested.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execaSync } from "execa";
import { root } from "../../sandbox/toolchain/paths.ts";
import type { Deviation } from "./estate.ts";

/** One case of any part. */
export interface CaseResult {
  name: string;
  /** Empty when the case has no problem. */
  problems: string[];
  deviation?: Deviation;
  /** The operator's steps. */
  steps?: string[];
  /** Number of kills in the case. */
  kills?: number;
  milliseconds: number;
  /** Commit time of the tested checkout, UTC, followed by `+` when it had changes. Set when the case is kept. */
  asOf?: string;
}

/** Last result of one part of the matrix. */
export interface PartResult {
  /** File name: `kill-up-before`. */
  part: string;
  /** Title in the report: "killed before a call of up". */
  title: string;
  /** The official parts of the toolchain that were used. Empty when the part uses no tool. */
  setting: string;
  /** Number of all cases. The cases that were run may be a selection. */
  of: number;
  cases: CaseResult[];
}

const folder = join(root, "docs/faults");

/** Determined once per process, because a checkout may change during a run. */
let now: string | undefined;

/**
 * Commit time of the checkout. The time and not the hash, because a rebase changes the hash. "unknown"
 * outside a checkout.
 */
function checkedOut(): string {
  const git = (...args: string[]) => execaSync("git", args, { cwd: root, reject: false }).stdout ?? "";
  const written = git("log", "-1", "--format=%aI");
  if (written === "") return "unknown";
  const changed = git("status", "--porcelain", "--", ".", ":!docs") !== "";
  return `${new Date(written).toISOString().slice(0, 16).replace("T", " ")}${changed ? "+" : ""}`;
}

/** Replaces a part's earlier result. The file has one line per case, sorted by name. */
export function keep({ cases, ...part }: PartResult): void {
  mkdirSync(folder, { recursive: true });
  now ??= checkedOut();
  for (const one of cases) one.asOf ??= now;
  const sorted = [...cases].sort((a, b) => (a.name < b.name ? -1 : 1));
  const lines = sorted.map((one) => `  ${JSON.stringify(one)}`).join(",\n");
  const head = JSON.stringify(part).slice(1, -1);
  // A run's output may contain the path of the checkout, which must not be published.
  const text = `{${head},"cases":[\n${lines}\n]}\n`
    .replaceAll(`file://${root}/`, "")
    .replaceAll(`${root}/`, "");
  writeFileSync(join(folder, `${part.part}.json`), text);
}

/**
 * A part's kept result. Undefined when the part was never run with these tools. A result with other tools
 * says nothing about these.
 */
export function earlier(part: string, setting: string): PartResult | undefined {
  return kept().find((result) => result.part === part && result.setting === setting);
}

/** The states of the project that these cases tested. */
export function statesOf(cases: readonly CaseResult[]): string {
  return [...new Set(cases.map((one) => one.asOf ?? "unknown"))].sort().join(", ");
}

/** All kept results, sorted by name. */
export function kept(): PartResult[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .sort()
    .map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")) as PartResult);
}

/** Number of cases without a problem. */
export function converged(cases: readonly CaseResult[]): number {
  return cases.filter((one) => one.problems.length === 0).length;
}

/** Number of things with one kind of deviation in all cases. */
export function count(cases: readonly CaseResult[], what: keyof Deviation): number {
  return cases.reduce((sum, one) => sum + (one.deviation?.[what].length ?? 0), 0);
}
