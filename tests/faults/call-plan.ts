/** Lists the cases, and decides which of them run in parallel. */

import { callFaults, isSilent } from "./call-faults.ts";
import { type Rehearsed, representative } from "./call-operation.ts";
import type { Planned } from "./call-planned.ts";

/**
 * Each operation meets each fault, once and until the next run, at the call that represents the operation.
 * Each distinct call also meets each fault once, in the first operation that makes it.
 *
 * @param everyCall tries each call of each operation, also calls that several operations have in common.
 */
export function plan(operations: readonly Rehearsed[], everyCall: boolean): Planned[] {
  const tried = new Set<string>();
  return operations.flatMap((operation) => {
    const standing = representative(operation);
    const targets = operation.targets.filter((target) => {
      const call = sameFor(target.name);
      const isNew = !tried.has(call);
      tried.add(call);
      return isNew || everyCall || target === standing;
    });
    return callFaults.flatMap((fault) => [
      ...targets.map((target) => ({ operation, target, fault, lasting: false })),
      ...(standing === undefined ? [] : [{ operation, target: standing, fault, lasting: true }]),
    ]);
  });
}

/** A call's name without the name of the app. */
function sameFor(name: string): string {
  return name.replaceAll(/\bacme[\w-]*/g, "<app>");
}

/** How much a case computes. */
const paces = ["busy", "waiting", "silent"] as const;
type Pace = (typeof paces)[number];

/** Number of parallel cases by pace. More cases that compute would only slow each other down. */
const worldsFor: Record<Pace, number> = { busy: 2, waiting: 2, silent: 4 };

/** Number of worlds for all parallel cases. */
export const worldsAtOnce = Object.values(worldsFor).reduce((sum, count) => sum + count);

function paceOf({ fault, lasting }: Planned): Pace {
  if (isSilent(fault)) return "silent";
  return lasting ? "waiting" : "busy";
}

/** Runs each case in one of the worlds. A world without cases of its own pace takes a case that waits longer. */
export async function sideBySide<W>(
  cases: readonly Planned[],
  worlds: readonly W[],
  work: (planned: Planned, world: W) => Promise<void>,
): Promise<void> {
  const of = (pace: Pace) => cases.filter((one) => paceOf(one) === pace);
  const queues: Record<Pace, Planned[]> = { busy: of("busy"), waiting: of("waiting"), silent: of("silent") };
  const seats = paces.flatMap((pace, index) =>
    Array.from({ length: worldsFor[pace] }, () => paces.slice(index)),
  );
  await Promise.all(
    worlds.map(async (world, index) => {
      const own = seats[index] ?? ["silent"];
      const next = () => queues[own.find((pace) => queues[pace].length > 0) ?? "silent"].shift();
      for (let planned = next(); planned !== undefined; planned = next()) await work(planned, world);
    }),
  );
}
