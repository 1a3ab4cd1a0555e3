/** The mixed runs as a part of the command: whole runs, each with the faults of its seed, kept as they come. */
import type { Terminal } from "../toolchain/terminal.ts";
import { openSubject, type Subject } from "./community.ts";
import type { Scenario } from "./kill.ts";
import { playMix, setMixStage } from "./mix.ts";
import { keep, type PartResult } from "./results.ts";

/** Which runs. */
export interface MixSelection {
  scenarios: readonly Scenario[];
  runs: number;
  /** Of the first run; each further one has the next number. */
  seed: number;
}

/** Runs whole mixed runs, those of one scenario after the other. @returns what was kept. */
export async function runMixes(
  selection: MixSelection,
  setting: string,
  terminal: Terminal,
): Promise<PartResult[]> {
  const { seed, runs } = selection;
  terminal.info(
    `mixed runs: seed ${seed} (the same again: npm run faults -- mix --runs ${runs} --seed ${seed})`,
  );
  const result: PartResult = { part: "mix", title: "mixed runs", setting, of: runs, cases: [] };
  for (const scenario of selection.scenarios) {
    const seeds = seedsOf(scenario, selection);
    if (seeds.length > 0) await playAll(scenario, seeds, result, terminal);
  }
  return [result];
}

/** The scenarios take turns. */
export function seedsOf(scenario: Scenario, { scenarios: chosen, runs, seed }: MixSelection): number[] {
  return Array.from({ length: runs }, (_, run) => run)
    .filter((run) => chosen[run % chosen.length] === scenario)
    .map((run) => seed + run);
}

async function playAll(
  scenario: Scenario,
  seeds: readonly number[],
  result: PartResult,
  terminal: Terminal,
): Promise<void> {
  const subject: Subject = await openSubject();
  try {
    const staged = terminal.step(`${scenario}: an undisturbed run, for comparison`);
    const stage = await setMixStage(scenario, subject);
    staged.done(`${scenario}: undisturbed, ${stage.calls.length} forms of calls`);
    for (const seed of seeds) {
      const step = terminal.step(`${scenario} with the faults of seed ${seed}`);
      const found = await playMix(stage, seed);
      result.cases.push(found);
      keep(result);
      const faults = Object.entries(found.met).map(([kind, count]) => `${count} × ${kind}`);
      const words = `${scenario}, seed ${seed}: ${faults.join(", ")}; ${found.steps?.join(", ") || "by itself"}`;
      if (found.problems.length === 0) step.done(words);
      else step.fail(`${words}: ${found.problems.join("; ")}`);
    }
  } finally {
    await subject[Symbol.asyncDispose]();
  }
}
