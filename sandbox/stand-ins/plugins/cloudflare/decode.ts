/**
 * An API's answer as a state.
 *
 * The answer to a read replaces all values that the API knows. The answer to a change sets only values that
 * the program did not set, at every depth.
 *
 * @see cloudflare/terraform-provider-cloudflare v5.19.1: internal/apijson/decoder.go, and
 * internal/apijsoncustom/decoder.go for values that are read as zero
 */

import { type Attribute, type Attributes, type Type, wireName } from "./schema.ts";
import { isObject, isUnset, member, normalTime, type Terraform, type TerraformObject } from "./terraform.ts";
import { emptyObject } from "./typed-values.ts";

/** Parsed JSON; undefined where the answer has no value. */
export type Json = undefined | null | boolean | number | string | Json[] | { [name: string]: Json };

/** Which values may change. `nested`: only values inside it that the API sets. */
type Update = "always" | "if-unset" | "nested";

/** The state after a read. */
export function refreshed(attributes: Attributes, answer: Json, state: TerraformObject): TerraformObject {
  return decodeObject(attributes, answer, state, false);
}

/** The state after a change. `plan` has unknowns for values that the API sets. */
export function completed(attributes: Attributes, answer: Json, plan: TerraformObject): TerraformObject {
  return decodeObject(attributes, answer, plan, true);
}

function decodeObject(
  attributes: Attributes,
  answer: Json,
  current: Terraform,
  computedOnly: boolean,
): TerraformObject {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, attribute]) => {
      const before = member(current, name);
      const wire = wireName(name, attribute);
      if (wire === undefined || (!computedOnly && attribute.refresh === false)) return [name, before];
      const json = isJsonObject(answer) ? answer[wire] : undefined;
      return [name, decodeAttribute(attribute, json, before, computedOnly)];
    }),
  );
}

function decodeAttribute(
  attribute: Attribute,
  json: Json,
  current: Terraform,
  computedOnly: boolean,
): Terraform {
  const update = computedOnly ? updateOf(attribute) : "always";
  try {
    return decode(attribute, json, current, { update, computedOnly });
  } catch {
    // If the answer has another type than the table, the old value stays.
    return current;
  }
}

function updateOf({ mode }: Attribute): Update {
  if (mode === "computed") return "always";
  return mode === "optional-computed" ? "if-unset" : "nested";
}

interface How {
  update: Update;
  computedOnly: boolean;
}
type Shape = Pick<Attribute, "type" | "format" | "zero" | "pointer">;

function decode(shape: Shape, json: Json, current: Terraform, how: How): Terraform {
  const { type } = shape;
  if (type.kind === "object") return decodeNested(shape, type.attributes, json, current, how);
  if (type.kind === "list" || type.kind === "set") return decodeList(shape, type.element, json, current, how);
  if (type.kind === "map") return decodeMap(shape, type.element, json, current, how);
  return decodeScalar(shape, json, current, how.update);
}

const missing = (json: Json): json is null | undefined => json === null || json === undefined;

function decodeScalar(
  { type, format, zero }: Shape,
  json: Json,
  current: Terraform,
  update: Update,
): Terraform {
  if (update === "if-unset" && !isUnset(current)) return current;
  if (missing(json) && type.kind === "dynamic")
    return update === "always" || isUnset(current) ? null : current;
  if (missing(json) && (update === "always" || isUnset(current))) return zero ? zeroOf(type) : null;
  if (update === "nested") return current;
  if (missing(json)) return null;
  return type.kind === "dynamic" ? dynamicOf(json, current) : scalar(type, format, json);
}

/** A known value keeps its type. @throws when the answer has another type. */
function dynamicOf(json: Json, current: Terraform): Terraform {
  if (isUnset(current)) return json as Terraform;
  if (typeof current === "number" && typeof json === "string")
    return scalar({ kind: "float" }, undefined, json);
  const list = Array.isArray(current);
  if (typeof json !== typeof current || (list && !Array.isArray(json))) throw new Error("another type");
  return json as Terraform;
}

function zeroOf({ kind }: Type): Terraform {
  if (kind === "string") return "";
  return kind === "bool" ? false : 0;
}

/** @throws when the answer has another type. */
function scalar({ kind }: Type, format: Attribute["format"], json: Json): Terraform {
  if (format === "json") return JSON.stringify(json);
  // Integers are read from any JSON that looks like a number.
  if (kind === "int" && typeof json === "boolean") return json ? 1 : 0;
  if (format === "time") {
    const time = normalTime(String(json));
    if (time !== undefined) return time;
  } else if (kind === "string" || kind === "bool") {
    if (typeof json === (kind === "string" ? "string" : "boolean")) return json as Terraform;
  } else if (
    typeof json === "number" ||
    (typeof json === "string" && json !== "" && Number.isFinite(Number(json)))
  ) {
    return kind === "int" ? Math.trunc(Number(json)) : Number(json);
  }
  throw new Error(`${kind} expected`);
}

function decodeNested(
  shape: Shape,
  attributes: Attributes,
  json: Json,
  current: Terraform,
  how: How,
): Terraform {
  const { update, computedOnly } = how;
  const known = isObject(current);
  if (shape.pointer) {
    if ((current === null && (update === "nested" || missing(json))) || (known && update === "if-unset"))
      return current;
  } else {
    if (current === null && update === "nested") return current;
    if (missing(json) && !shape.zero && (update === "always" || !known)) return null;
  }
  return decodeObject(attributes, json, known ? current : emptyObject(attributes), computedOnly);
}

function decodeList(shape: Shape, element: Type, json: Json, current: Terraform, how: How): Terraform {
  const { update } = how;
  const known = Array.isArray(current);
  if (current === null && update === "nested") return current;
  if (shape.pointer && known && update === "if-unset") return current;
  const answer = missing(json) && shape.zero ? [] : json;
  if (missing(answer) && (update === "always" || !known)) return null;
  if (!missing(answer) && !Array.isArray(answer)) throw new Error("a list expected");
  const items = answer ?? [];
  const before = known ? current : [];
  const filling = update === "if-unset" && !known;
  const length = update === "always" || filling ? items.length : before.length;
  // All values in a list that the API created come from the API.
  const inner: How = filling ? { update: "always", computedOnly: false } : how;
  return Array.from({ length }, (_, index) =>
    decodeItem(shape, element, items[index], before[index] ?? null, inner),
  );
}

function decodeMap(shape: Shape, element: Type, json: Json, current: Terraform, how: How): Terraform {
  const { update } = how;
  const known = isObject(current);
  if (current === null && update === "nested") return current;
  if (missing(json) && !shape.zero && (update === "always" || !known)) return null;
  if (update === "if-unset" && known) return current;
  const answer = isJsonObject(json) ? json : {};
  const before = known ? current : {};
  const inner: How = update === "if-unset" ? { update: "always", computedOnly: false } : how;
  const keys = update === "nested" ? Object.keys(before) : Object.keys(answer);
  if (keys.length === 0 && known && !shape.zero) return current;
  return Object.fromEntries(
    keys.map((key) => [key, decodeItem(shape, element, answer[key], before[key] ?? null, inner)]),
  );
}

/** The result in an answer's envelope. */
export const resultOf = (answer: Json): Json => (isJsonObject(answer) ? answer.result : undefined);

/** An item is an object even where the API sends null. Pointers are the exception. */
function decodeItem({ pointer }: Shape, type: Type, json: Json, current: Terraform, how: How): Terraform {
  if (type.kind !== "object" || pointer) return decode({ type, pointer }, json, current, how);
  return decodeObject(
    type.attributes,
    json,
    isObject(current) ? current : emptyObject(type.attributes),
    how.computedOnly,
  );
}

export function isJsonObject(json: Json): json is { [name: string]: Json } {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}
