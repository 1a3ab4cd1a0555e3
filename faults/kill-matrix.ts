/** The kill matrix as a part of the command: which cases, with progress, kept as they come. */
import type { Terminal } from "../toolchain/terminal.ts";
import type { Subject } from "./community.ts";
import type { Side } from "./gate.ts";
import { killInChain, killOnce, type Scenario, type Stage, setStage } from "./kill.ts";
import { keep, type PartResult } from "./results.ts";

/** Which kills. */
export interface KillSelection {
  scenario: Scenario;
  sides: readonly Side[];
  /** All moments in one life, each run killed at the next; else each moment in a life of its own. */
  chain: boolean;
  /** Every n-th call. Only without `chain`. Default 1. */
  every: number;
  /** The first call, from 1. */
  from: number;
}

/** Runs the selected kills of one scenario. @returns what was kept. */
export async function runKills(
  subject: Subject,
  { scenario, sides, chain, every, from }: KillSelection,
  setting: string,
  terminal: Terminal,
): Promise<PartResult[]> {
  const staged = terminal.step(`${scenario}: an undisturbed run, for comparison`);
  const stage = await setStage(scenario, subject);
  const { moments } = stage.end;
  staged.done(`${scenario}: undisturbed, ${moments.length} calls that change something`);
  const results: PartResult[] = [];
  for (const side of sides) {
    const result: PartResult = {
      part: `kill-${scenario}-${side}${chain ? "-chain" : ""}`,
      title: `${scenario}, killed ${side} ${chain ? "call after call" : "one call"}`,
      setting,
      of: chain ? 1 : moments.length,
      cases: [],
    };
    results.push(result);
    if (chain) await chained(stage, side, result, terminal);
    else await single(stage, side, range(from, moments.length, every), result, terminal);
  }
  return results;
}

async function single(
  stage: Stage,
  side: Side,
  calls: number[],
  result: PartResult,
  terminal: Terminal,
): Promise<void> {
  for (const [index, k] of calls.entries()) {
    const step = terminal.step(`${result.title}: ${index + 1} of ${calls.length}, call ${k}`);
    const found = await killOnce(stage, side, k);
    result.cases.push(found);
    keep(result);
    if (found.problems.length === 0) step.done(`${found.name} (${found.steps.join(", ")})`);
    else step.fail(`${found.name}: ${found.problems.join("; ")}`);
  }
}

async function chained(stage: Stage, side: Side, result: PartResult, terminal: Terminal): Promise<void> {
  const step = terminal.step(result.title);
  const found = await killInChain(stage, side, ({ kills, at }) => step.update(`kill ${kills} ${side} ${at}`));
  result.cases.push({ ...found, name: `${found.kills} kills in one life` });
  keep(result);
  if (found.problems.length === 0) step.done(`${result.title}: ${found.kills} kills, the same end`);
  else step.fail(`${result.title}: ${found.problems.join("; ")}`);
}

/** `from`, `from + every`, … up to `last`. */
function range(from: number, last: number, every: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1).filter(
    (k) => k >= from && (k - from) % every === 0,
  );
}
