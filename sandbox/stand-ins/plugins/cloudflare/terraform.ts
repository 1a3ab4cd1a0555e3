/**
 * Terraform's values, as plain JavaScript: null, an unknown, text, number, boolean, arrays for lists and sets,
 * objects for maps and objects. An object of a schema holds every attribute of it, null where there is none.
 */

import { Unknown } from "../values.ts";
import type { Attributes, Type } from "./schema.ts";

export type Terraform = null | boolean | number | string | Unknown | Terraform[] | TerraformObject;
export interface TerraformObject {
  [name: string]: Terraform;
}

export { Unknown };

/** A value that only `up` will know. */
export const unknown = new Unknown();

export const isUnknown = (value: Terraform): value is Unknown => value instanceof Unknown;

/** Null or unknown: what an API's answer may fill. */
export const isUnset = (value: Terraform): boolean => value === null || isUnknown(value);

export function isObject(value: Terraform): value is TerraformObject {
  return value !== null && typeof value === "object" && !Array.isArray(value) && !isUnknown(value);
}

/** An object in which every attribute is null. */
export function emptyObject(attributes: Attributes): TerraformObject {
  return Object.fromEntries(Object.keys(attributes).map((name) => [name, null]));
}

/** Deep equality; unknowns are equal to each other. Of a set, only its members count. */
export function same(a: Terraform, b: Terraform, type?: Type): boolean {
  if (a === b) return true;
  if (isUnknown(a) || isUnknown(b)) return isUnknown(a) && isUnknown(b);
  if (Array.isArray(a) && Array.isArray(b)) {
    if (a.length !== b.length) return false;
    const element = type && "element" in type ? type.element : undefined;
    if (type?.kind === "set") return a.every((item) => b.some((other) => same(item, other, element)));
    return a.every((item, index) => same(item, b[index] ?? null, element));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every((name) => {
    const other = b[name];
    return other !== undefined && same(a[name] ?? null, other, memberType(type, name));
  });
}

/** The type of what an object or map holds under a name. */
export function memberType(type: Type | undefined, name: string): Type | undefined {
  if (type?.kind === "object") return type.attributes[name]?.type;
  return type?.kind === "map" ? type.element : undefined;
}

/** True when nothing in the value is unknown. */
export function isWhollyKnown(value: Terraform): boolean {
  if (isUnknown(value)) return false;
  if (Array.isArray(value)) return value.every(isWhollyKnown);
  return !isObject(value) || Object.values(value).every(isWhollyKnown);
}

/** An attribute of an object that may be missing. */
export function member(value: Terraform | undefined, name: string): Terraform {
  return value !== undefined && isObject(value) ? (value[name] ?? null) : null;
}

/** An element of a list or map that may be missing. */
export function element(value: Terraform, key: string | number): Terraform {
  if (Array.isArray(value)) return value[Number(key)] ?? null;
  return member(value, String(key));
}

/** Text of a string attribute; empty when it is null or unknown. */
export const textOf = (value: Terraform | undefined): string => (typeof value === "string" ? value : "");

const rfc3339 = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.\d+)?([Zz]|[+-]\d\d:?\d\d)?$/;

/**
 * A time as the provider keeps it: RFC 3339 with whole seconds (decodeTime of internal/apijson/decoder.go).
 * Undefined for text that is no time.
 */
export function normalTime(value: string): string | undefined {
  if (/^\d{4}-\d\d-\d\d$/.test(value)) return `${value}T00:00:00Z`;
  const [, day, clock, zone = "Z"] = rfc3339.exec(value) ?? [];
  if (day === undefined) return undefined;
  const offset =
    /^[Zz]$/.test(zone) || /^[+-]00:?00$/.test(zone) ? "Z" : zone.replace(/^(...)(\d\d)$/, "$1:$2");
  return `${day}T${clock}${offset}`;
}
