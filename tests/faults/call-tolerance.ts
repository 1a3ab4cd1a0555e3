/** Faults that an operation may ignore, each with its reason. Faults without an entry may not be ignored. */
import type { Planned } from "./call-planned.ts";

/** A reason, and the cases that it applies to. */
export interface Tolerance {
  applies(planned: Planned): boolean;
  /** Whether everything must be done all the same. Otherwise the next run has something left to do. */
  complete: boolean;
  reason: string;
}

const tolerances: readonly Tolerance[] = [
  {
    applies: ({ operation }) => /^(?:mail|status) look$/.test(operation.name),
    complete: false,
    reason: "a status line stops no up: what could not be learnt is said in it",
  },
  {
    applies: ({ operation, fault, lasting }) =>
      lasting && fault.name !== "429" && /^DomainValidation (create|update)$/.test(operation.name),
    complete: false,
    reason: "a look at DNS may fail for two days: why is said in `reasons`, and each up looks again",
  },
  {
    applies: ({ target, fault, lasting }) => lasting && fault.when === "after" && target.changes,
    complete: true,
    reason: "the cloud did it and was not heard; the look that follows finds it done",
  },
  {
    applies: ({ target, lasting }) => lasting && /^fly DELETE .*\/lease/.test(target.name),
    complete: true,
    reason: "a lease that is not given back ends by itself; what it was taken for is done",
  },
  {
    applies: ({ target, fault }) => fault.name === "malformed" && /^(?:r2|fly) DELETE /.test(target.name),
    complete: true,
    reason: "of an answer to a removal only the status counts",
  },
];

/** Why this fault may be ignored. Undefined: it may not. */
export function toleranceFor(planned: Planned): Tolerance | undefined {
  return tolerances.find((one) => one.applies(planned));
}
