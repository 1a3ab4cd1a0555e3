/**
 * The inputs that a read answers: those that a program needs to get the resource as it is.
 *
 * @see pulumi/pulumi-terraform-bridge: pkg/tfbridge/schema.go (ExtractInputsFromOutputs)
 */

import { type Properties, type PropertyValue, plain, Secret } from "../values.ts";
import { pulumiName } from "./names.ts";
import type { Attributes, Type } from "./schema.ts";

/** After a refresh: the inputs of the program, with their current values. */
export function askedInputs(oldInputs: Properties, outputs: Properties): Properties {
  return askedObject(oldInputs, outputs);
}

function askedObject(old: Properties, now: Properties): Properties {
  const inputs: Properties = {};
  for (const [name, before] of Object.entries(old)) {
    const value = now[name];
    if (before !== undefined && value !== undefined) inputs[name] = asked(before, value);
  }
  return inputs;
}

function asked(old: PropertyValue, now: PropertyValue): PropertyValue {
  if (Array.isArray(old) && Array.isArray(now)) {
    return old.slice(0, now.length).map((item, index) => asked(item, now[index] ?? null));
  }
  return isProperties(old) && isProperties(now) ? askedObject(old, now) : now;
}

/** After an import: all inputs that a program may set, without optional ones that are empty. */
export function importedInputs(attributes: Attributes, outputs: Properties): Properties {
  const inputs: Properties = {};
  for (const [name, attribute] of Object.entries(attributes)) {
    const key = pulumiName(name, attribute);
    const value = outputs[key];
    if (value === undefined || attribute.mode === "computed") continue;
    const input = imported(attribute.type, value);
    if (attribute.mode === "required" || !isIdle(input)) inputs[key] = input;
  }
  return inputs;
}

function imported(type: Type, value: PropertyValue): PropertyValue {
  if (type.kind === "object" && isProperties(value)) return importedInputs(type.attributes, value);
  if (!("element" in type)) return value;
  if (Array.isArray(value)) return value.map((item) => imported(type.element, item));
  if (!isProperties(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, imported(type.element, item ?? null)]),
  );
}

/** The bridge does not know the provider's defaults. Therefore only empty values are left out. */
function isIdle(marked: PropertyValue): boolean {
  const value = plain(marked);
  if (value === null || value === false || value === 0 || value === "") return true;
  if (Array.isArray(value)) return value.length === 0;
  return isProperties(value) && Object.keys(value).length === 0;
}

function isProperties(value: PropertyValue): value is Properties {
  return value !== null && typeof value === "object" && !Array.isArray(value) && !(value instanceof Secret);
}
