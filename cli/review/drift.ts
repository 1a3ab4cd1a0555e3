/** What other hands have changed, in words. Pure. */

import type { System } from "./change.ts";
import { described, shortValue } from "./elsewhere.ts";
import { driftOf } from "./on-fly.ts";
import { type Found, type Inputs, natural, type Step, valueAt } from "./steps.ts";

/** A thing that is not as the state says. */
export interface Drift {
  system: System;
  /** Logical name of the resource that stands for it. */
  name: string;
  /** A sentence for each difference. */
  differences: readonly string[];
  /** Whether the next `up` repairs it. What other hands did may be what the program wants by now. */
  isRepaired: boolean;
}

/**
 * Drift on Fly, which the program's look puts into the steps that repair it, and drift elsewhere, which the engine's
 * refresh finds; by system.
 */
export function driftIn(steps: readonly Step[], found: readonly Found[]): Drift[] {
  const onFly = steps.flatMap((step) => {
    const differences = driftOf(step);
    return differences.length === 0
      ? []
      : [{ system: "Fly" as const, name: step.name, differences, isRepaired: true }];
  });
  const repaired = new Set(steps.map(({ urn }) => urn));
  const elsewhere = found.map((one) => {
    const { system, what } = described({ ...one, operation: "update", next: one.old });
    return {
      system,
      name: one.name,
      differences:
        one.is === undefined ? [`${what} is gone`] : differencesOf(what, one.old, one.is, one.differs),
      isRepaired: repaired.has(one.urn),
    };
  });
  return [...withoutRepeats(onFly), ...elsewhere].sort(
    (a, b) => natural(a.system, b.system) || natural(a.name, b.name),
  );
}

function differencesOf(what: string, old: Inputs, is: Inputs, paths: readonly string[]): string[] {
  return paths.map((path) => {
    const [should, has] = [shortValue(valueAt(old, path)), shortValue(valueAt(is, path))];
    return should === undefined || has === undefined || should === has
      ? `${what}: ${path} is not as Mastiff left it`
      : `${what}: ${path} is ${has}, should be ${should}`;
  });
}

/** A secret that differs is repaired by a release too, and both commands name it (components/fly/app-release.ts). */
function withoutRepeats(drift: readonly Drift[]): Drift[] {
  const told = new Set<string>();
  const isRelease = ({ name }: Drift) => Number(name.endsWith("-release"));
  return drift
    .toSorted((a, b) => isRelease(a) - isRelease(b))
    .flatMap((one) => {
      const differences = one.differences.filter((words) => !told.has(words));
      for (const words of differences) told.add(words);
      return differences.length === 0 ? [] : [{ ...one, differences }];
    });
}
