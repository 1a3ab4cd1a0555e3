/** What a trace of one operation is made of. Times are milliseconds since 1970. */
import type { Chain } from "../critical-path.ts";

/** A stretch of time with a name. */
export interface Stretch {
  name: string;
  from: number;
  to: number;
}

/** A step of the engine, a resource's creation for example. */
export interface ResourceStep extends Stretch {
  urn: string;
  type: string;
  /** Logical names of what it needs, by the state: the steps for which the engine could have waited. */
  needs: string[];
  /** Runs of flyctl within it. */
  within: Stretch[];
  /** Whether the operation ended as late as it did because of this step. */
  isCritical: boolean;
  /** On the critical path: the step that ended last among those that it needs. Undefined: the program's own start. */
  waitedFor?: string;
}

/** A machine on Fly. */
export interface MachineStretch extends Stretch {
  /** Whether the end is that of its job. Otherwise it is a service, and the end is the time from which it answers. */
  isJob: boolean;
}

/** One operation, seen from all sides. */
export interface Trace {
  began: number;
  ended: number;
  /** Phases of the engine and the language host, from the engine's own trace. */
  engine: Stretch[];
  steps: ResourceStep[];
  /** Runs of the driver that belong to no resource: the looks. */
  looks: Stretch[];
  machines: MachineStretch[];
  /** Calls by cloud. */
  calls: Record<string, Stretch[]>;
  /** The shortest time in which these calls could have been made. */
  path: Chain;
}
