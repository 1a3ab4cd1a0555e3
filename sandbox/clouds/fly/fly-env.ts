import type { Caller } from "./apps.ts";

/** The context variables that every handler of the local Fly can read. */
export interface FlyEnv {
  Variables: { caller: Caller };
}
