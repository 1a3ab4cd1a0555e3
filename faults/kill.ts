/** The kill matrix: a run is killed at one call, then at the next, and has to end in the world of an undisturbed one. */
import { isDeepStrictEqual } from "node:util";
import type { Traces } from "../tests/support/traces.ts";
import type { Secrets, Snapshot, Subject } from "./community.ts";
import { type Deviation, deviation, type Estate } from "./estate.ts";
import { type Side, throughGate, type WaitingCall } from "./gate.ts";
import { start, type Verb } from "./killable-run.ts";
import { momentOf } from "./moment.ts";
import { askedFor, cancel, carryOn, doAsAsked } from "./operator.ts";

/** What is being done when it is killed. */
export type Scenario = "up" | "destroy" | "upgrade";
export const scenarios: readonly Scenario[] = ["up", "destroy", "upgrade"];

export const verbs: Record<Scenario, Verb> = { up: "up", destroy: "destroy", upgrade: "up" };

/** A step over a minor version, so with migrations on both sides of the restart. */
const upgrade = { from: "v4.6.10", to: "v4.7.4" };

/** Where a scenario begins, and how it ends when nobody disturbs it. */
export interface Stage {
  scenario: Scenario;
  subject: Subject;
  beginning: Snapshot;
  end: { estate: Estate; traces: Traces; moments: string[] };
}

/** How one case went. */
export interface Case {
  /** What was killed, and when: "after cloudflare POST …", or how often. */
  name: string;
  /** How often a run was killed; 0: no run came to that moment. */
  kills: number;
  /** What the operator did. */
  steps: string[];
  deviation: Deviation;
  /** What is wrong; nothing: it converged. */
  problems: string[];
  milliseconds: number;
}

/** Brings the subject to where the scenario begins, and plays it undisturbed once. @throws Error when that fails. */
export async function setStage(scenario: Scenario, subject: Subject): Promise<Stage> {
  const { stack, world } = subject;
  if (scenario === "upgrade") await stack.config({ "mastiff:mastodonVersion": upgrade.from });
  if (scenario !== "up") await must(stack.up());
  if (scenario === "upgrade") await stack.config({ "mastiff:mastodonVersion": upgrade.to });
  const beginning = await subject.save();
  const run = await throughGate(
    world.url,
    "before",
    () => start(stack.place, verbs[scenario]),
    () => false,
  );
  await must(Promise.resolve(run));
  const end = {
    estate: await subject.estate(),
    traces: await subject.traces(),
    moments: numbered(run.calls),
  };
  return { scenario, subject, beginning, end };
}

/**
 * Kills one run at one moment, and carries on as an operator would. Moments are told by what they do and not by their
 * number: calls race each other, so the tenth call of one run is the twelfth of the next.
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

/** What the case of a moment is called: "after cloudflare POST /zones/:id/dns_records CNAME …". */
export function nameOf(side: Side, moment: string): string {
  return `${side} ${moment}`;
}

/** What is known while a chain goes on. */
export interface Link {
  kills: number;
  at: string;
}

/**
 * Kills one run after another, each at the first call at which none was killed before, until one comes to its
 * end by itself. So every moment is hit within one life, and what one crash leaves meets the next one.
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
    // A run that is cut off may have more to do the next time, but not without end.
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
  /** Moments of the undisturbed run at which none was. */
  unhit: string[];
}

/** Compares the end with the undisturbed one. */
export async function judge(
  { scenario, subject, end }: Stage,
  known: Secrets,
): Promise<{ deviation: Deviation; problems: string[] }> {
  const problems: string[] = [];
  const found = deviation(await subject.estate(), end.estate);
  for (const [what, things] of Object.entries(found)) {
    if (things.length > 0) problems.push(`${what}: ${things.join(", ")}`);
  }
  const traces = await subject.traces();
  for (const side of ["state", "clouds"] as const) {
    if (!isDeepStrictEqual(traces[side], end.traces[side]))
      problems.push(`${side}: ${difference(traces[side], end.traces[side])}`);
  }
  const pending = await subject.pending();
  if (pending.length > 0) problems.push(`pending: ${pending.join(", ")}`);
  problems.push(...changedSecrets(known, await subject.secrets(), scenario));
  return { deviation: found, problems };
}

/** Secrets that are others now, or gone while the community stays. */
function changedSecrets(before: Secrets, after: Secrets, scenario: Scenario): string[] {
  if (scenario === "destroy") return [];
  return [...before].flatMap(([urn, value]) =>
    after.get(urn) === value ? [] : [`secret ${urn.split("::").at(-1)} was made again`],
  );
}

/** Moments with their number where one comes more than once in a run. */
export function numbered(calls: readonly WaitingCall[]): string[] {
  const counts = new Map<string, number>();
  return calls.map((call) => {
    const moment = momentOf(call);
    const count = (counts.get(moment) ?? 0) + 1;
    counts.set(moment, count);
    return count === 1 ? moment : `${moment} #${count}`;
  });
}

/** The first place at which two values differ, for a person. */
export function difference(is: unknown, should: unknown, path = ""): string {
  const both = [is, should];
  if (both.every((one) => typeof one === "object" && one !== null)) {
    const [left, right] = both as Record<string, unknown>[];
    for (const key of new Set([...Object.keys(left ?? {}), ...Object.keys(right ?? {})])) {
      const [a, b] = [left?.[key], right?.[key]];
      if (!isDeepStrictEqual(a, b)) return difference(a, b, `${path}.${key}`);
    }
  }
  const shown = both.map((one) => (JSON.stringify(one) ?? "nothing").slice(0, 300));
  return `${path.slice(1)} is ${shown[0]}, should be ${shown[1]}`;
}

export function lastWords(output: string): string {
  const errors = output.split("\n").filter((line) => /error/i.test(line));
  return (errors.length > 0 ? errors : output.trim().split("\n")).slice(-6).join(" | ");
}

async function must(running: Promise<{ exitCode: number | undefined; output: string }>): Promise<void> {
  const { exitCode, output } = await running;
  if (exitCode !== 0) throw new Error(`the undisturbed run failed:\n${output}`);
}
