/** One case: an operation meets one fault, once or for good, at one of its calls. */
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

/** How it went. */
export interface CallCase extends CaseResult {
  client: Client;
  fault: CallFault["name"];
  lasting: boolean;
  /** Lasting only: the first run ended in a clear error, or was right to end well. */
  clear?: boolean;
  /** Lasting only: the next run, without the fault, ended as if nothing had been. */
  completed?: boolean;
  /** Why the fault was passed over. */
  tolerated?: string;
}

type Verdict = Pick<CallCase, "problems" | "clear" | "completed" | "tolerated">;

/** Runs a case in a world of its own. */
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

/** What a lease is taken for outlives a tenth of the driver's limits: it ends two minutes after its taker. */
function patienceFor({ target, fault, lasting }: Planned): string {
  const leavesLease = isSilent(fault) && !lasting && /^fly DELETE .*\/machines\/:machine$/.test(target.name);
  return leavesLease ? "1" : shortPatience;
}

/** What a case is called: "app ensure, 429 once at fly POST /v1/apps". */
export function nameOf({ operation, target, fault, lasting }: Planned): string {
  return `${operation.name}, ${fault.name} ${lasting ? "for good" : "once"} at ${target.name}`;
}

/** No fault any more, and nothing that still waits for an answer. */
async function calm(fault: CallFault, world: CallWorld): Promise<void> {
  await world.faults();
  if (isSilent(fault)) await world.letGo(fault.when === "before" ? "drop" : "go");
}

/** Green, nothing twice, and the call was come back to, unless there is a reason not to. */
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

/** A clear error, or a reason to end well; then, where anything is left to do, the same again, which completes it. */
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
  // What ended well and is complete, nobody runs again: a dump is another one each time.
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
