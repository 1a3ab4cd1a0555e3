import type { CallFault } from "./call-faults.ts";
import type { Rehearsed } from "./call-operation.ts";
import type { Target } from "./call-target.ts";

/** A case before it is played. */
export interface Planned {
  operation: Rehearsed;
  target: Target;
  fault: CallFault;
  /** Whether the call never works again, until the next run. */
  lasting: boolean;
}
