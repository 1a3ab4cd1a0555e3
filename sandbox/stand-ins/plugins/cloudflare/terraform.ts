/**
 * Terraform's values as plain JavaScript: null, unknown, text, number, boolean, arrays for lists and sets,
 * objects for maps and objects. An object contains every attribute of its schema, with null for unset ones.
 */

import { Unknown } from "../values.ts";

export type Terraform = null | boolean | number | string | Unknown | Terraform[] | TerraformObject;
export interface TerraformObject {
  [name: string]: Terraform;
}

export { Unknown };

/** A value that is known only during `up`. */
export const unknown = new Unknown();

export const isUnknown = (value: Terraform): value is Unknown => value instanceof Unknown;

/** Null or unknown: the API's answer may set such a value. */
export const isUnset = (value: Terraform): boolean => value === null || isUnknown(value);

export function isObject(value: Terraform): value is TerraformObject {
  return value !== null && typeof value === "object" && !Array.isArray(value) && !isUnknown(value);
}

/** True when nothing in the value is unknown. */
export function isWhollyKnown(value: Terraform): boolean {
  if (isUnknown(value)) return false;
  if (Array.isArray(value)) return value.every(isWhollyKnown);
  return !isObject(value) || Object.values(value).every(isWhollyKnown);
}

/** An attribute of an object. Null if it is missing. */
export function member(value: Terraform | undefined, name: string): Terraform {
  return value !== undefined && isObject(value) ? (value[name] ?? null) : null;
}

/** An element of a list or map. Null if it is missing. */
export function element(value: Terraform, key: string | number): Terraform {
  if (Array.isArray(value)) return value[Number(key)] ?? null;
  return member(value, String(key));
}

/** Text of a string attribute; empty when it is null or unknown. */
export const textOf = (value: Terraform | undefined): string => (typeof value === "string" ? value : "");

const rfc3339 = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.\d+)?([Zz]|[+-]\d\d:?\d\d)?$/;

/**
 * A time as the provider stores it: RFC 3339 with whole seconds (decodeTime of internal/apijson/decoder.go).
 * Undefined for text that is not a time.
 */
export function normalTime(value: string): string | undefined {
  if (/^\d{4}-\d\d-\d\d$/.test(value)) return `${value}T00:00:00Z`;
  const [, day, clock, zone = "Z"] = rfc3339.exec(value) ?? [];
  if (day === undefined) return undefined;
  const offset =
    /^[Zz]$/.test(zone) || /^[+-]00:?00$/.test(zone) ? "Z" : zone.replace(/^(...)(\d\d)$/, "$1:$2");
  return `${day}T${clock}${offset}`;
}
