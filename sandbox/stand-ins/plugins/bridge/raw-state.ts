/**
 * The note in a state that lets the bridge rebuild Terraform's own state from Pulumi's.
 *
 * @see pulumi/pulumi-terraform-bridge: pkg/tfbridge/rawstate.go
 */

import { hasUnknown, type Properties, type PropertyValue, Secret } from "../values.ts";
import type { Attribute, Attributes } from "./attributes.ts";
import type { Values } from "./plan.ts";

/** The `__pulumi_raw_state_delta` of a state, or undefined when it holds unknowns. */
export function rawStateDelta(attributes: Attributes, values: Values): Properties | undefined {
  return hasUnknown(values) ? undefined : objectDelta(attributes, values);
}

function objectDelta(attributes: Attributes, values: Properties): Properties {
  const parts: Properties = {};
  const renamed: Properties = {};
  for (const [name, attribute] of Object.entries(attributes)) {
    const delta = valueDelta(attribute, values[name] ?? null);
    if (delta !== undefined) parts[name] = delta;
    if (attribute.terraform !== undefined) renamed[name] = attribute.terraform;
  }
  const object: Properties = {};
  if (Object.keys(parts).length > 0) object.ps = parts;
  if (Object.keys(renamed).length > 0) object.renamed = renamed;
  return { obj: object };
}

function valueDelta(attribute: Attribute, value: PropertyValue): PropertyValue | undefined {
  if (value === null) return new Secret({ replace: { raw: null } });
  if (attribute.type === "strings") return { arr: {} };
  if (attribute.type === "map") return { map: {} };
  if (typeof attribute.type === "object")
    return { plu: { i: objectDelta(attribute.type.block, value as Properties) } };
  return undefined;
}
