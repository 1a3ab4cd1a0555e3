/**
 * The mixed runs as a part of the command: runs whole runs, each with the faults of its seed, and keeps the results.
 */
import type { Terminal } from "../../sandbox/toolchain/terminal.ts";
import { openSubject, type Subject } from "./community.ts";
import { type MixCase, type MixStage, playMix, setMixStage } from "./mix.ts";
import { lastingFaults, playLasting } from "./mix-lasting.ts";
import { type CaseResult, earlier, keep, type PartResult } from "./results.ts";
import type { Scenario } from "./stage.ts";

export interface MixSelection {
  scenarios: readonly Scenario[];
  runs: number;
  /** Seed of the first run. Each further run has the next number. */
  seed: number;
  /** Also runs an `up` with each lasting fault. */
  lasting: boolean;
  /** True when runs of an earlier selection are repeated. The other results of that selection are kept. */
  again: boolean;
}

/** Runs all selected runs, one scenario after the other. @returns the kept results. */
export async function runMixes(
  selection: MixSelection,
  setting: string,
  terminal: Terminal,
): Promise<PartResult[]> {
  const { seed, runs } = selection;
  const chosen = selection.again ? `${selection.scenarios.join(" ")} ` : "";
  const same = `npm run faults -- mix ${chosen}--runs ${runs} --seed ${seed}`;
  terminal.info(`mixed runs: seed ${seed} (the same again: ${same})`);
  const result: PartResult = {
    part: "mix",
    title: "mixed runs",
    setting,
    of: runs,
    cases: selection.again ? otherCases(selection, setting) : [],
  };
  const staying: PartResult = {
    part: "mix-lasting",
    title: "faults that stay",
    setting,
    of: lastingFaults.length,
    cases: [],
  };
  for (const scenario of selection.scenarios) {
    const seeds = seedsOf(scenario, selection);
    if (seeds.length === 0) continue;
    await onStage(scenario, terminal, async (stage) => {
      for (const seed of seeds) await playOne(stage, seed, result, terminal);
      if (scenario === "up" && selection.lasting) await playStaying(stage, staying, terminal);
    });
  }
  return staying.cases.length > 0 ? [result, staying] : [result];
}

/** Kept results of other seeds, from runs with the same parts. */
function otherCases(selection: MixSelection, setting: string): CaseResult[] {
  const seeds = new Set(selection.scenarios.flatMap((scenario) => seedsOf(scenario, selection)));
  const before = earlier("mix", setting)?.cases ?? [];
  return before.filter((one) => !seeds.has((one as MixCase).seed));
}

/** The scenarios alternate. */
export function seedsOf(scenario: Scenario, { scenarios: chosen, runs, seed }: MixSelection): number[] {
  return Array.from({ length: runs }, (_, run) => run)
    .filter((run) => chosen[run % chosen.length] === scenario)
    .map((run) => seed + run);
}

async function onStage(
  scenario: Scenario,
  terminal: Terminal,
  play: (stage: MixStage) => Promise<void>,
): Promise<void> {
  const subject: Subject = await openSubject();
  try {
    const staged = terminal.step(`${scenario}: an undisturbed run, for comparison`);
    const stage = await setMixStage(scenario, subject);
    staged.done(`${scenario}: undisturbed, ${stage.calls.length} forms of calls`);
    await play(stage);
  } finally {
    await subject[Symbol.asyncDispose]();
  }
}

async function playOne(stage: MixStage, seed: number, result: PartResult, terminal: Terminal): Promise<void> {
  const step = terminal.step(`${stage.scenario} with the faults of seed ${seed}`);
  const found = await playMix(stage, seed);
  result.cases.push(found);
  keep(result);
  const faults = Object.entries(found.met).map(([kind, count]) => `${count} × ${kind}`);
  const end = found.steps?.join(", ") || "by itself";
  const words = `${stage.scenario}, seed ${seed}: ${faults.join(", ")}; ${end}`;
  if (found.problems.length === 0) step.done(words);
  else step.fail(`${words}: ${found.problems.join("; ")}`);
}

async function playStaying(stage: MixStage, result: PartResult, terminal: Terminal): Promise<void> {
  for (const fault of lastingFaults) {
    const step = terminal.step(fault.name);
    const found = await playLasting(stage, fault);
    result.cases.push(found);
    keep(result);
    if (found.problems.length === 0) step.done(fault.name);
    else step.fail(`${fault.name}: ${found.problems.join("; ")}`);
  }
}
