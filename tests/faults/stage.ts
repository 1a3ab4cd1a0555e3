/** A scenario on its stage: where it begins, and how it ends when nothing disturbs it. */
import type { Traces } from "../support/traces.ts";
import type { Snapshot, Subject } from "./community.ts";
import type { Estate } from "./estate.ts";
import { throughGate } from "./gate.ts";
import { start, type Verb } from "./killable-run.ts";
import { numbered } from "./moment.ts";

/** The operation that is disturbed. */
export type Scenario = "up" | "destroy" | "upgrade";
export const scenarios: readonly Scenario[] = ["up", "destroy", "upgrade"];

export const verbs: Record<Scenario, Verb> = { up: "up", destroy: "destroy", upgrade: "up" };

/** The upgrade crosses a minor version, so it has migrations before and after the restart. */
const upgrade = { from: "v4.6.10", to: "v4.7.4" };

/** The beginning of a scenario, and its end without a disturbance. */
export interface Stage {
  scenario: Scenario;
  subject: Subject;
  beginning: Snapshot;
  end: { estate: Estate; traces: Traces; moments: string[] };
}

/**
 * Brings the subject to the scenario's beginning, and plays the scenario undisturbed once. @throws Error when
 * that fails.
 */
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

async function must(running: Promise<{ exitCode: number | undefined; output: string }>): Promise<void> {
  const { exitCode, output } = await running;
  if (exitCode !== 0) throw new Error(`the undisturbed run failed:\n${output}`);
}
