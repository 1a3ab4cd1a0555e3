/** One case: an operation meets one fault at one of its calls, once or until the next run. */
import { holdingsOf } from "./call-estate.ts";
import { type CallFault, isSilent } from "./call-faults.ts";
import {
  problemsOfCalls,
  problemsOfEstate,
  problemsOfFailure,
  problemsOfSuccess,
  unvisited,
} from "./call-judgement.ts";
import type { Client } from "./call-operation.ts";
import type { Planned } from "./call-planned.ts";
import { type Tolerance, toleranceFor } from "./call-tolerance.ts";
import { type CallWorld, type Ended, shortPatience } from "./call-world.ts";
import { deviation } from "./estate.ts";
import type { CaseResult } from "./results.ts";

/** Result of a case. */
export interface CallCase extends CaseResult {
  client: Client;
  fault: CallFault["name"];
  lasting: boolean;
  /** Lasting only: whether the first run ended in a clear error, or rightly succeeded. */
  clear?: boolean;
  /** Lasting only: whether the next run, without the fault, ended like an undisturbed one. */
  completed?: boolean;
  /** Why the operation may ignore the fault. */
  tolerated?: string;
}

type Verdict = Pick<CallCase, "problems" | "clear" | "completed" | "tolerated">;

/** Runs a case in a world that no other case uses. */
export async function runCase(planned: Planned, world: CallWorld): Promise<CallCase> {
  const { operation, target, fault, lasting } = planned;
  const began = performance.now();
  await world.restore(operation.beginning);
  world.patience = patienceFor(planned);
  await world.faults({
    ...target.rule,
    when: fault.when,
    times: lasting ? -1 : 1,
    action: fault.action(target.cloud),
  });
  const ended = await operation.run(world);
  await calm(fault, world);
  const tolerance = toleranceFor(planned);
  const judge = lasting ? afterLasting : afterOnce;
  const verdict = await judge(planned, ended, world, tolerance);
  return {
    name: nameOf(planned),
    client: operation.client,
    fault: fault.name,
    lasting,
    ...verdict,
    deviation: deviation(holdingsOf(await world.state()), operation.estate),
    milliseconds: Math.round(performance.now() - began),
  };
}

/**
 * A flyctl that is stopped leaves its lease, which ends two minutes later. A tenth of the driver's limits is
 * too short for that, so these cases get the whole limits.
 */
function patienceFor({ target, fault, lasting }: Planned): string {
  const leavesLease = isSilent(fault) && !lasting && /^fly DELETE .*\/machines\/:machine$/.test(target.name);
  return leavesLease ? "1" : shortPatience;
}

/** Name of a case: "app ensure, 429 once at fly POST /v1/apps". */
export function nameOf({ operation, target, fault, lasting }: Planned): string {
  return `${operation.name}, ${fault.name} ${lasting ? "for good" : "once"} at ${target.name}`;
}

/** Removes the fault, and ends the calls that still wait for an answer. */
async function calm(fault: CallFault, world: CallWorld): Promise<void> {
  await world.faults();
  if (isSilent(fault)) await world.letGo(fault.when === "before" ? "drop" : "go");
}

/** The run has to succeed, make nothing twice, and come back to the call, unless a tolerance applies. */
async function afterOnce(
  { operation, target, fault }: Planned,
  ended: Ended,
  world: CallWorld,
  tolerance: Tolerance | undefined,
): Promise<Verdict> {
  const estate = holdingsOf(await world.state());
  const found = problemsOfCalls(await world.journal(), operation, target, fault);
  const isPassedOver = tolerance !== undefined && found.includes(unvisited);
  return {
    problems: [
      ...problemsOfSuccess(ended, operation, world),
      ...problemsOfEstate(estate, operation),
      ...found.filter((problem) => !isPassedOver || problem !== unvisited),
    ],
    ...(isPassedOver && { tolerated: tolerance.reason }),
  };
}

/**
 * The run has to end in a clear error, unless a tolerance applies. If anything is left to do, the next run
 * has to complete it.
 */
async function afterLasting(
  { operation, target, fault }: Planned,
  ended: Ended,
  world: CallWorld,
  tolerance: Tolerance | undefined,
): Promise<Verdict> {
  const isPassedOver = tolerance !== undefined && ended.code === 0;
  const unclear = isPassedOver
    ? tolerance.complete
      ? problemsOfEstate(holdingsOf(await world.state()), operation)
      : []
    : problemsOfFailure(ended, operation, target, fault);
  // A run that succeeded and is complete is not run again, because every dump is a new one.
  if (isPassedOver && tolerance.complete)
    return { problems: unclear, clear: unclear.length === 0, completed: true, tolerated: tolerance.reason };
  const next = await operation.run(world);
  const incomplete = [
    ...problemsOfSuccess(next, operation, world),
    ...problemsOfEstate(holdingsOf(await world.state()), operation),
  ];
  return {
    problems: [...unclear, ...incomplete.map((problem) => `the next run: ${problem}`)],
    clear: unclear.length === 0,
    completed: incomplete.length === 0,
    ...(isPassedOver && { tolerated: tolerance.reason }),
  };
}
