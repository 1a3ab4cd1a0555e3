/** Which cases there are, and which of them may run side by side. */

import { callFaults, isSilent } from "./call-faults.ts";
import { type Rehearsed, representative } from "./call-operation.ts";
import type { Planned } from "./call-planned.ts";

/**
 * Each operation meets each fault, once and for good, at the call that stands for it; and each distinct call meets each
 * fault once, in the first operation that makes it.
 *
 * @param everyCall each call of each operation: what several operations have in common is then tried in all of them.
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

/** A call's name whichever app it is about. */
function sameFor(name: string): string {
  return name.replaceAll(/\bacme[\w-]*/g, "<app>");
}

/** How much a case computes. */
const paces = ["busy", "waiting", "silent"] as const;
type Pace = (typeof paces)[number];

/** How many of each pace run at once: those that compute would only slow each other down. */
const worldsFor: Record<Pace, number> = { busy: 2, waiting: 2, silent: 4 };

/** How many worlds all of them take. */
export const worldsAtOnce = Object.values(worldsFor).reduce((sum, count) => sum + count);

function paceOf({ fault, lasting }: Planned): Pace {
  if (isSilent(fault)) return "silent";
  return lasting ? "waiting" : "busy";
}

/** Runs each case in one of the worlds. Who has none of its own pace left takes one that waits longer. */
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
