import type { ObserveItem } from "../../providers/fly/spec.ts";

/** One thing on Fly. */
export interface FlyThing {
  /** Logical name of the resource that makes the thing. */
  name: string;
  /** Kind of thing, as the driver names it: `app`, `secrets`, `release`, … */
  kind: string;
  /** Desired state of the thing. Previews show it and the state stores it, so it must not hold a secret. */
  spec: object;
}

/**
 * A thing that a look compares with what is there. Look and component get it from the same function, so that
 * neither its logical name nor its spec can differ between the two.
 */
export interface ObservedThing extends FlyThing, Omit<ObserveItem, "kind" | "spec"> {
  kind: ObserveItem["kind"];
}
