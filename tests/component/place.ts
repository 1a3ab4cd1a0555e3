/** Where the components of these tests are: one stack in one region, with a look that found all in sync. */

import type { FlyPlace } from "../../components/fly/app.ts";
import { noLook } from "../../components/fly/look.ts";

export const place: FlyPlace = {
  stack: "3f9a1c0b77de mastiff/test",
  org: "acme",
  region: "ams",
  drift: noLook,
  last: {},
};

/** The same place, where one thing has drifted. */
export function driftedAt(item: string, difference: string, identity = false): FlyPlace {
  return { ...place, drift: { found: { [item]: { differences: [difference], identity } }, mended: {} } };
}

/** SPEC of a command, parsed. */
export function specIn(inputs: Record<string, unknown>): unknown {
  return JSON.parse((inputs.environment as { SPEC: string }).SPEC);
}
