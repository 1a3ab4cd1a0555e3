import type { CallFault } from "./call-faults.ts";
import type { Rehearsed } from "./call-operation.ts";
import type { Target } from "./call-target.ts";

/** A case that has not run yet. */
export interface Planned {
  operation: Rehearsed;
  target: Target;
  fault: CallFault;
  /** Whether the call keeps failing until the next run. */
  lasting: boolean;
}
