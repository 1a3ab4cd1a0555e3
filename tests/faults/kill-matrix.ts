/**
 * The kill matrix as a part of the command: selects the cases, runs several lives in parallel, shows
 * progress, and keeps the results.
 */
import type { Terminal } from "../../sandbox/toolchain/terminal.ts";
import type { Subject } from "./community.ts";
import type { Side } from "./gate.ts";
import { type Case, killInChain, killOnce, nameOf } from "./kill.ts";
import { earlier, keep, type PartResult } from "./results.ts";
import { shareOut } from "./share-out.ts";
import { type Scenario, type Stage, setStage } from "./stage.ts";

export interface KillSelection {
  scenario: Scenario;
  sides: readonly Side[];
  /** True: one life with a kill at every moment, one run after another. False: a life of its own for each moment. */
  chain: boolean;
  /** Selects every n-th moment. Only without `chain`. Default 1. */
  every: number;
  /** Number of the first moment, counted from 1. */
  from: number;
  /** Number of parallel worlds. Only without `chain`. */
  jobs: number;
}

/** Runs the selected kills of one scenario in worlds that `open` makes. @returns the kept results. */
export async function runKills(
  open: () => Promise<Subject>,
  selection: KillSelection,
  setting: string,
  terminal: Terminal,
): Promise<PartResult[]> {
  const staged = terminal.step(`${selection.scenario}: an undisturbed run, for comparison`);
  const subjects: Subject[] = [];
  try {
    // Each job has a world of its own with the same stage.
    const stages = await Promise.all(
      Array.from({ length: selection.chain ? 1 : selection.jobs }, async () => {
        const subject = await open();
        subjects.push(subject);
        return setStage(selection.scenario, subject);
      }),
    );
    const count = stages[0]?.end.moments.length ?? 0;
    staged.done(`${selection.scenario}: undisturbed, ${count} calls that change something`);
    return await play(stages, selection, setting, terminal);
  } finally {
    await Promise.all(subjects.map((subject) => subject[Symbol.asyncDispose]()));
  }
}

async function play(
  stages: readonly Stage[],
  { scenario, sides, chain, every, from }: KillSelection,
  setting: string,
  terminal: Terminal,
): Promise<PartResult[]> {
  const [stage] = stages;
  if (stage === undefined) throw new Error("--jobs is 0: there is no world to kill in");
  const { moments } = stage.end;
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
    else {
      const chosen = everyNth(moments, from, every);
      // A part may be run in pieces. Cases outside this piece keep the results of their last run.
      const others = new Set(moments.filter((one) => !chosen.includes(one)).map((one) => nameOf(side, one)));
      result.cases.push(
        ...(earlier(result.part, setting)?.cases ?? []).filter((one) => others.has(one.name)),
      );
      await single(stages, side, chosen, result, terminal);
    }
  }
  return results;
}

async function single(
  stages: readonly Stage[],
  side: Side,
  moments: readonly string[],
  result: PartResult,
  terminal: Terminal,
): Promise<void> {
  const before = result.cases.length;
  await shareOut(moments.values(), stages, async (moment, stage) => {
    const found = await killOnce(stage, side, moment);
    result.cases.push(found);
    keep(result);
    tell(found, `${result.cases.length - before} of ${moments.length}`, terminal);
  });
}

function tell(found: Case, count: string, terminal: Terminal): void {
  const how = found.kills === 0 ? "no run came to it" : found.steps.join(", ");
  const said = `${count}: ${found.name} (${how}, ${Math.round(found.milliseconds / 1000)} s)`;
  if (found.problems.length === 0) terminal.success(said);
  else terminal.error(`${said}: ${found.problems.join("; ")}`);
}

async function chained(stage: Stage, side: Side, result: PartResult, terminal: Terminal): Promise<void> {
  const step = terminal.step(result.title);
  const found = await killInChain(stage, side, ({ kills, at }) => step.update(`kill ${kills} ${side} ${at}`));
  result.cases.push({ ...found, name: `${found.kills} kills in one life` });
  keep(result);
  if (found.problems.length === 0) step.done(`${result.title}: ${found.kills} kills, the same end`);
  else step.fail(`${result.title}: ${found.problems.join("; ")}`);
}

/** Moment number `from` (the first is 1), and every `every`-th after it. */
function everyNth(moments: readonly string[], from: number, every: number): string[] {
  return moments.filter((_moment, index) => index + 1 >= from && (index + 1 - from) % every === 0);
}
