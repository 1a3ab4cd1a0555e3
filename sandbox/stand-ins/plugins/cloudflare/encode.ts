/**
 * A plan as the JSON body of a request.
 *
 * @see cloudflare/terraform-provider-cloudflare v5.19.1: internal/apijson/encoder.go
 */

import { goJson } from "./go-json.ts";
import { type Attributes, type Type, wireName } from "./schema.ts";
import {
  isObject,
  isUnknown,
  isUnset,
  member,
  normalTime,
  type Terraform,
  type TerraformObject,
} from "./terraform.ts";
import { same } from "./typed-values.ts";

/**
 * `whole`: all values that are set, and null for values that only the state has. `changes`: only values that
 * differ from the state.
 */
export type Extent = "whole" | "changes";

/** The body of a request. Without a state it contains no null. */
export function body(
  attributes: Attributes,
  plan: TerraformObject,
  state?: TerraformObject,
  extent: Extent = "whole",
): string {
  return encodeObject(attributes, plan, state ?? plan, extent) ?? "{}";
}

function encodeObject(
  attributes: Attributes,
  plan: TerraformObject,
  state: Terraform,
  extent: Extent,
): string | undefined {
  const fields: [string, string][] = [];
  for (const [name, attribute] of Object.entries(attributes)) {
    const wire = wireName(name, attribute);
    if (wire === undefined || attribute.mode === "computed") continue;
    const json = encode(attribute, plan[name] ?? null, member(state, name), extent);
    if (json !== undefined) fields.push([wire, json]);
  }
  if (fields.length === 0 && extent === "changes") return undefined;
  return object(fields);
}

/** Names are sorted by their bytes, as the provider writes them. */
function object(fields: [string, string][]): string {
  fields.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, json]) => `${text(name)}:${json}`).join(",")}}`;
}

function encode(
  { type, format }: { type: Type; format?: "time" | "json" | undefined },
  plan: Terraform,
  state: Terraform,
  extent: Extent,
): string | undefined {
  if (isUnknown(plan)) return undefined;
  if (plan === null) return isUnset(state) ? undefined : "null";
  // Null and an empty list are equal.
  const before = type.kind === "list" && isUnset(state) ? [] : state;
  if (extent === "changes" && !isUnset(before) && same(plan, before, type)) return undefined;
  if (type.kind === "object") {
    const inner = isUnset(state) ? "whole" : extent;
    return encodeObject(type.attributes, plan as TerraformObject, state, inner);
  }
  if (type.kind === "map") return encodeMap(type.element, plan as TerraformObject, state);
  if (type.kind === "dynamic") return dynamicJson(plan, extent === "changes" ? state : null);
  if ("element" in type)
    return `[${(plan as Terraform[]).map((item) => encodeItem(type.element, item)).join(",")}]`;
  if (typeof plan !== "string") return String(plan);
  if (format === "json") return plan;
  return text(format === "time" ? (normalTime(plan) ?? plan) : plan);
}

/** Items of a list are sent whole, because they have no identity. */
function encodeItem(type: Type, item: Terraform): string {
  return encode({ type }, item, item, "whole") ?? "null";
}

function encodeMap(type: Type, plan: TerraformObject, state: Terraform): string {
  return object(
    Object.entries(plan).map(([key, item]) => {
      const before = isObject(state) ? state[key] : undefined;
      return [key, encode({ type }, item, before ?? item, "whole") ?? "null"];
    }),
  );
}

/** The changes of an object: its changed keys, and null for removed keys. */
function dynamicJson(value: Terraform, state: Terraform = null): string {
  if (Array.isArray(value)) return `[${value.map((item) => dynamicJson(item)).join(",")}]`;
  if (!isObject(value)) return typeof value === "string" ? text(value) : JSON.stringify(value);
  const before = isObject(state) ? state : {};
  const kept = Object.entries(value).filter(([key, item]) => !same(item, before[key] ?? null));
  const gone = Object.keys(before).filter((key) => !(key in value));
  return object([
    ...kept.map(([key, item]): [string, string] => [key, dynamicJson(item, before[key] ?? null)]),
    ...gone.map((key): [string, string] => [key, "null"]),
  ]);
}

const text = (value: string): string => goJson(value);
