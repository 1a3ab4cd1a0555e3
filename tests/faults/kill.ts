/**
 * The kill matrix: a run is killed at one call, then at the next, and has to end in the world of an undisturbed run.
 */
import type { Secrets } from "./community.ts";
import type { Deviation } from "./estate.ts";
import { type Side, throughGate } from "./gate.ts";
import { changedSecrets, judge, lastWords } from "./judge.ts";
import { start } from "./killable-run.ts";
import { numbered } from "./moment.ts";
import { askedFor, cancel, carryOn, doAsAsked } from "./operator.ts";
import { type Stage, verbs } from "./stage.ts";

/** Result of a case. */
export interface Case {
  /** The kill: "after cloudflare POST …", or the chain of kills. */
  name: string;
  /** Number of kills. 0: no run reached this moment. */
  kills: number;
  /** The operator's steps. */
  steps: string[];
  deviation: Deviation;
  /** Empty when the world converged. */
  problems: string[];
  milliseconds: number;
}

/**
 * Kills one run at one moment, and carries on as an operator would. A moment is identified by what it does
 * and not by its number. Calls run in parallel, so the tenth call of one run may be the twelfth of the next.
 */
export async function killOnce(stage: Stage, side: Side, moment: string): Promise<Case> {
  const { subject, scenario, beginning } = stage;
  const { place } = subject.stack;
  const began = performance.now();
  await subject.restore(beginning);
  const run = await throughGate(
    subject.world.url,
    side,
    () => start(place, verbs[scenario]),
    (call, before) => numbered([...before, call]).at(-1) === moment,
  );
  const known = await subject.secrets();
  const recovery = await carryOn(place, verbs[scenario], run.killedAt ? undefined : run);
  const problems = recovery.ended ? [] : [`it does not end: ${lastWords(recovery.output)}`];
  const judged = await judge(stage, known);
  return {
    name: nameOf(side, moment),
    kills: run.killedAt === undefined ? 0 : 1,
    steps: recovery.steps,
    deviation: judged.deviation,
    problems: [...problems, ...judged.problems],
    milliseconds: Math.round(performance.now() - began),
  };
}

/** Name of a moment's case: "after cloudflare POST /zones/:id/dns_records CNAME …". */
export function nameOf(side: Side, moment: string): string {
  return `${side} ${moment}`;
}

/** State of a chain in progress. */
export interface Link {
  kills: number;
  at: string;
}

/**
 * Kills one run after another, each at the first call at which no run was killed before, until a run ends by
 * itself. So every moment is hit within one life, and the remains of one crash meet the next one.
 */
export async function killInChain(stage: Stage, side: Side, tell: (link: Link) => void): Promise<Chain> {
  const { subject, scenario, beginning } = stage;
  const { place } = subject.stack;
  const began = performance.now();
  await subject.restore(beginning);
  const hit = new Set<string>();
  let known: Secrets = new Map();
  const steps: string[] = [];
  let sinceKill: string[] = [];
  const problems: string[] = [];
  for (;;) {
    const run = await throughGate(
      subject.world.url,
      side,
      () => start(place, verbs[scenario]),
      (call, before) => !hit.has(numbered([...before, call]).at(-1) ?? ""),
    );
    if (run.killedAt === undefined) {
      const asked = askedFor(run.output);
      const isNew = asked !== undefined && !sinceKill.includes(asked);
      if (!isNew && run.exitCode !== 0) problems.push(`it does not end: ${lastWords(run.output)}`);
      if (!isNew) break;
      await doAsAsked(place, asked);
      sinceKill.push(asked);
      steps.push(asked);
      continue;
    }
    sinceKill = [];
    const at = numbered(run.calls).at(-1) ?? "";
    hit.add(at);
    // An interrupted run may have more to do the next time, but not endlessly.
    if (hit.size > 4 * stage.end.moments.length) {
      problems.push(`it does not end: ${hit.size} kills, the last one at ${at}`);
      break;
    }
    tell({ kills: hit.size, at });
    const now = await subject.secrets();
    problems.push(...changedSecrets(known, now, scenario));
    known = new Map([...known, ...now]);
    await cancel(place);
  }
  const judged = await judge(stage, known);
  return {
    name: `a chain of kills ${side} each call`,
    steps,
    kills: hit.size,
    hit: [...hit],
    unhit: stage.end.moments.filter((moment) => !hit.has(moment)),
    deviation: judged.deviation,
    problems: [...problems, ...judged.problems],
    milliseconds: Math.round(performance.now() - began),
  };
}

/** A case of many kills. */
export interface Chain extends Case {
  /** Moments at which a run was killed. */
  hit: string[];
  /** Moments of the undisturbed run at which no run was killed. */
  unhit: string[];
}
