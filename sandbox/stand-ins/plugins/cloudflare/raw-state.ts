/**
 * `__pulumi_raw_state_delta`: the bridge's note in a state, from which it rebuilds Terraform's own state.
 *
 * @see pulumi/pulumi-terraform-bridge: pkg/tfbridge/rawstate.go
 */

import { type Properties, type PropertyValue, plain, Secret } from "../values.ts";
import { guessedName, pulumiName } from "./names.ts";
import type { Attributes, Type } from "./schema.ts";
import { isObject, type Terraform, type TerraformObject } from "./terraform.ts";

/** The delta of a resource's state, in the form in which the state stores it. */
export function rawStateDelta(
  attributes: Attributes,
  outputs: Properties,
  state: TerraformObject,
): Properties {
  return objectDelta(attributes, outputs, state);
}

function objectDelta(attributes: Attributes, properties: Properties, state: TerraformObject): Properties {
  const deltas: Properties = {};
  const renamed: Properties = {};
  const expected = new Set<string>();
  for (const [name, attribute] of Object.entries(attributes)) {
    const key = pulumiName(name, attribute);
    expected.add(key);
    if (guessedName(key) !== name) renamed[key] = name;
    const value = state[name] ?? null;
    const property = properties[key];
    const delta =
      property === undefined ? replacement(attribute.type, value) : deltaOf(attribute.type, property, value);
    if (delta !== undefined) deltas[key] = delta;
  }
  const ignored = Object.keys(properties).filter((key) => !expected.has(key) && !key.startsWith("__"));
  return {
    obj: {
      ...(ignored.length > 0 && { ignored: ignored.sort() }),
      ...(Object.keys(renamed).length > 0 && { renamed }),
      ...(Object.keys(deltas).length > 0 && { ps: deltas }),
    },
  };
}

/** Undefined when Pulumi's value alone is enough. */
function deltaOf(type: Type, marked: PropertyValue, value: Terraform): PropertyValue | undefined {
  const property = plain(marked);
  if (type.kind === "dynamic") return replacement(type, value);
  if (value === null && property === null) return undefined;
  if (type.kind === "object" && isObject(value)) {
    return objectDelta(type.attributes, property as Properties, value);
  }
  if (type.kind === "map" && isObject(value)) {
    return { map: elements(type.element, Object.entries(property as Properties), value) };
  }
  if (Array.isArray(value) && "element" in type) {
    return {
      arr: elements(type.element, Object.entries(property as PropertyValue[]), {
        ...value,
      } as unknown as TerraformObject),
    };
  }
  return undefined;
}

function elements(
  type: Type,
  properties: [string, PropertyValue | undefined][],
  values: TerraformObject,
): Properties {
  const deltas: Properties = {};
  for (const [key, property] of properties) {
    const delta = deltaOf(type, property ?? null, values[key] ?? null);
    if (delta !== undefined) deltas[key] = delta;
  }
  return Object.keys(deltas).length > 0 ? { el: deltas } : {};
}

/** Terraform's own JSON. It is secret, because it may contain any value. */
function replacement(type: Type, value: Terraform): Secret {
  const raw = type.kind === "dynamic" ? { value, type: value === null ? "dynamic" : jsonType(value) } : value;
  return new Secret({ replace: { raw: raw as PropertyValue } });
}

/** The type of a dynamic value as Terraform writes it: `"string"`, `["tuple",["string","bool"]]`. */
export function jsonType(value: Terraform): PropertyValue {
  if (Array.isArray(value)) {
    const types = value.map(jsonType);
    const first = JSON.stringify(types[0]);
    if (types.length === 0) return ["list", "dynamic"];
    return types.every((type) => JSON.stringify(type) === first)
      ? ["list", types[0] ?? null]
      : ["tuple", types];
  }
  if (isObject(value)) {
    const types = Object.entries(value).map(([name, item]) => [name, jsonType(item)] as const);
    return ["object", Object.fromEntries(types)];
  }
  if (typeof value === "boolean") return "bool";
  return typeof value === "number" ? "number" : "string";
}
