import type { Caller } from "./apps.ts";

/** What every handler of the local Fly finds in its context. */
export interface FlyEnv {
  Variables: { caller: Caller };
}
