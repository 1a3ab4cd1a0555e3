/** Which steps made an operation as long as it was. Pure. */
import type { ResourceStep } from "./parts.ts";

/** A step with what it needs, before anybody asked which steps are critical. */
export type Step = Omit<ResourceStep, "isCritical" | "waitedFor">;

/**
 * Marks the critical steps: the one that ended last, the one that ended last among those that it needs, and so on. A
 * step that began long after all that it needs had ended waited for the program and not for them; the path goes on with
 * what it needs all the same, so that the gap between the two shows.
 */
export function withCritical(steps: readonly Step[]): ResourceStep[] {
  const byName = new Map(steps.map((step) => [step.name, step]));
  const path = new Map<string, string | undefined>();
  for (let step = lastOf(steps); step !== undefined && !path.has(step.name); ) {
    const { from } = step;
    const needed = step.needs.flatMap((name) => byName.get(name) ?? []);
    const before = lastOf(needed.filter((one) => one.from < from));
    path.set(step.name, before?.name);
    step = before;
  }
  return steps.map((step) => {
    const waitedFor = path.get(step.name);
    return { ...step, isCritical: path.has(step.name), ...(waitedFor !== undefined && { waitedFor }) };
  });
}

function lastOf(steps: readonly Step[]): Step | undefined {
  return steps.reduce<Step | undefined>(
    (last, step) => (last === undefined || step.to > last.to ? step : last),
    undefined,
  );
}
