/** Whole runs under a mix of faults. Each fault hits once, and the run has to end like an undisturbed one. */
import type { JournalEntry } from "../support/world.ts";
import type { Secrets, Subject } from "./community.ts";
import { missingIn } from "./error-words.ts";
import { setFaults } from "./gate.ts";
import { judge, lastWords } from "./judge.ts";
import { start } from "./killable-run.ts";
import { type CallForm, callForms } from "./mix-calls.ts";
import { drawMix, type FaultKind, type PlannedFault } from "./mix-plan.ts";
import { askedFor, carryOn, doAsAsked } from "./operator.ts";
import type { CaseResult } from "./results.ts";
import { type Scenario, type Stage, setStage, verbs } from "./stage.ts";

/** A scenario, and the calls of its undisturbed run. */
export interface MixStage extends Stage {
  calls: CallForm[];
}

/** Result of a run under a mix. */
export interface MixCase extends CaseResult {
  seed: number;
  scenario: Scenario;
  /** Number of faults that hit, by kind. */
  met: Partial<Record<FaultKind, number>>;
}

/** Brings the subject to the scenario's beginning, and records the calls of an undisturbed run. */
export async function setMixStage(scenario: Scenario, subject: Subject): Promise<MixStage> {
  const { world } = subject;
  let before = 0;
  // The undisturbed run begins right after the beginning was saved.
  const watched: Subject = {
    ...subject,
    async save() {
      before = (await world.journal()).length;
      return subject.save();
    },
  };
  const stage = await setStage(scenario, watched);
  const journal: JournalEntry[] = await world.journal(before);
  return { ...stage, calls: callForms(journal) };
}

/**
 * Plays one run under the mix that this seed draws.
 *
 * @param withSlow whether the slow fault is included. Default true.
 */
export async function playMix(stage: MixStage, seed: number, withSlow = true): Promise<MixCase> {
  const { scenario, subject, beginning } = stage;
  const began = performance.now();
  await subject.restore(beginning);
  const mix = drawMix(stage.calls, seed, withSlow);
  await subject.world.faults(...mix.flatMap(({ rules }) => rules));
  const { steps, problems, known } = await persist(stage);
  const met = await hitOf(stage, mix);
  await setFaults(subject.world.url, []);
  const judged = await judge(stage, known);
  return {
    name: `${scenario}, seed ${seed}: ${met.map(({ kind, when, call }) => `${kind} ${when} ${call.words}`).join("; ")}`,
    seed,
    scenario,
    met: byKind(met),
    steps,
    deviation: judged.deviation,
    problems: [...problems, ...judged.problems],
    milliseconds: Math.round(performance.now() - began),
  };
}

/** More than the number of runs that the faults of one mix can make fail. */
const patience = 4;

/**
 * Runs the command until it succeeds, and does what the screen asks for in between. A run that fails has to
 * say why.
 *
 * @returns the steps after the first run, and the secrets that were in the state after a failed run.
 */
async function persist({ scenario, subject }: Stage): Promise<{
  steps: string[];
  problems: string[];
  known: Secrets;
}> {
  const { place } = subject.stack;
  const verb = verbs[scenario];
  const [steps, problems] = [[] as string[], [] as string[]];
  let known: Secrets = new Map();
  let run = await (await start(place, verb)).ended;
  for (let failures = 1; ; failures++) {
    if (run.exitCode !== 0) {
      const missing = missingIn(run.output, verb);
      if (missing.length > 0)
        problems.push(`an error does not say ${missing.join(", ")}: ${lastWords(run.output)}`);
      known = new Map([...(await subject.secrets()), ...known]);
    }
    const recovery = await carryOn(place, verb, run);
    steps.push(...recovery.steps);
    if (recovery.ended) return { steps, problems, known };
    if (failures === patience) {
      problems.push(`it does not end: ${lastWords(recovery.output)}`);
      return { steps, problems, known };
    }
    // Another fault may ask for the same step again.
    const asked = askedFor(recovery.output);
    if (asked !== undefined) {
      await doAsAsked(place, asked);
      steps.push(asked);
    }
    steps.push(verb);
    run = await (await start(place, verb)).ended;
  }
}

/** The faults of the mix that hit a call. */
async function hitOf({ subject }: Stage, mix: readonly PlannedFault[]): Promise<PlannedFault[]> {
  const answer = await fetch(`${subject.world.url}/_local/faults`);
  const left = (await answer.json()) as { times: number }[];
  let rule = 0;
  return mix.filter(({ rules }) => {
    const mine = left.slice(rule, rule + rules.length);
    rule += rules.length;
    return mine.every(({ times }) => times === 0);
  });
}

function byKind(faults: readonly PlannedFault[]): MixCase["met"] {
  const counts: MixCase["met"] = {};
  for (const { kind } of faults) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}
