/**
 * The note in a state from which the bridge rebuilds Terraform's own state.
 *
 * @see pulumi/pulumi-terraform-bridge: pkg/tfbridge/rawstate.go
 */

import { hasUnknown, type Properties, Secret } from "../values.ts";
import type { Attributes } from "./attributes.ts";
import type { Values } from "./plan.ts";

/** The `__pulumi_raw_state_delta` of a state, or undefined when it holds unknowns. */
export function rawStateDelta(attributes: Attributes, values: Values): Properties | undefined {
  if (hasUnknown(values)) return undefined;
  const parts: Properties = {};
  for (const [name, { type }] of Object.entries(attributes)) {
    if ((values[name] ?? null) === null) parts[name] = new Secret({ replace: { raw: null } });
    else if (type === "map") parts[name] = { map: {} };
  }
  return { obj: Object.keys(parts).length > 0 ? { ps: parts } : {} };
}
