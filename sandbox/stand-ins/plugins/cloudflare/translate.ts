/**
 * Conversion between Pulumi's properties and Terraform's values, by the types of the tables.
 *
 * @see pulumi/pulumi-terraform-bridge: pkg/convert
 */

import { OutputValue, type Properties, type PropertyValue, plain, Secret, Unknown } from "../values.ts";
import { pulumiName } from "./names.ts";
import type { Attribute, Attributes, Type } from "./schema.ts";
import { isObject, isUnknown, type Terraform, type TerraformObject, unknown } from "./terraform.ts";

/** Pulumi properties as a Terraform object. Properties that the tables do not contain are dropped. */
export function toTerraform(attributes: Attributes, properties: Properties): TerraformObject {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, attribute]) => {
      const value = properties[pulumiName(name, attribute)] ?? null;
      try {
        return [name, encode(attribute.type, value)];
      } catch (error) {
        throw new Error(`objectEncoder failed on property "${name}": ${(error as Error).message}`);
      }
    }),
  );
}

function encode(type: Type, marked: PropertyValue): Terraform {
  const value = marked instanceof Secret || marked instanceof OutputValue ? plain(marked) : marked;
  if (value instanceof Unknown) return unknown;
  if (value === null) return null;
  switch (type.kind) {
    case "object":
      if (!isProperties(value)) throw expected("an Object PropertyValue, found", value);
      return toTerraform(type.attributes, value);
    case "map":
      if (!isProperties(value)) throw new Error(`Expected an Object PropertyValue`);
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [key, encode(type.element, item ?? null)]),
      );
    case "set":
      if (Array.isArray(value)) return inOrder(value.map((item) => encode(type.element, item)));
      throw new Error("set encoder failed: expected an Array PropertyValue, got a resource.PropertyValue");
    case "list":
      if (!Array.isArray(value)) throw new Error("Expected an Array PropertyValue");
      return value.map((item, index) => encodeItem(type.element, item, index));
    case "dynamic":
    case "unserved":
      return encodeDynamic(value);
    default:
      return encodeScalar(type.kind, value);
  }
}

/** A set has no order. Terraform sorts texts by their bytes and puts unknowns last. */
function inOrder(items: Terraform[]): Terraform[] {
  const known = items.filter((item) => typeof item === "string");
  return [...known.sort(), ...items.filter((item) => typeof item !== "string")];
}

function encodeItem(type: Type, item: PropertyValue, index: number): Terraform {
  try {
    return encode(type, item);
  } catch (error) {
    const where = `encList failed while encoding element ${index} (${show(item)})`;
    throw new Error(`${where}: ${(error as Error).message}`);
  }
}

function encodeScalar(kind: "string" | "bool" | "float" | "int", value: PropertyValue): Terraform {
  if (kind === "string") {
    if (typeof value === "object") throw new Error(`Expected a string, got: ${show(value)}`);
    return String(value);
  }
  if (kind === "bool") {
    if (typeof value === "boolean") return value;
    throw new Error("Expected a Boolean");
  }
  if (typeof value === "number") return value;
  if (value === "") return null;
  if (typeof value === "string" && Number.isFinite(Number(value))) return Number(value);
  const go = typeof value === "object" ? show(value) : JSON.stringify(value);
  throw new Error(`Expected a Number, got resource.PropertyValue{V:${go}} ${typeof value === "string"}`);
}

/** A value without a declared type keeps its form and its names. */
function encodeDynamic(value: PropertyValue): Terraform {
  if (value instanceof Unknown) return unknown;
  if (Array.isArray(value)) return value.map(encodeDynamic);
  if (isProperties(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, encodeDynamic(item ?? null)]));
  }
  return value as Terraform;
}

function isProperties(value: PropertyValue): value is Properties {
  return value !== null && typeof value === "object" && !Array.isArray(value) && !(value instanceof Unknown);
}

function expected(what: string, value: PropertyValue): Error {
  const kind = Array.isArray(value) ? "[]" : typeof value;
  return new Error(`Expected ${what} ${kind} ("${show(value)}")`);
}

/** A value as Go prints a PropertyValue. */
function show(value: PropertyValue): string {
  if (Array.isArray(value)) return `{[${value.map(show).join(" ")}]}`;
  if (value !== null && isProperties(value)) {
    const entries = Object.entries(value).map(([name, item]) => `${name}:${show(item ?? null)}`);
    return `{map[${entries.join(" ")}]}`;
  }
  return `{${String(value)}}`;
}

/** A Terraform object as Pulumi properties. Nulls are left out, sensitive attributes are secret. */
export function toPulumi(attributes: Attributes, value: TerraformObject): Properties {
  const properties: Properties = {};
  for (const [name, attribute] of Object.entries(attributes)) {
    const decoded = decodeAttribute(attribute, value[name] ?? null);
    if (decoded !== null) properties[pulumiName(name, attribute)] = decoded;
  }
  return properties;
}

function decodeAttribute(attribute: Attribute, value: Terraform): PropertyValue {
  const decoded = decode(attribute.type, value);
  const hidden = attribute.sensitive && decoded !== null && !(decoded instanceof Unknown);
  return hidden ? new Secret(decoded) : decoded;
}

function decode(type: Type, value: Terraform): PropertyValue {
  if (value === null || isUnknown(value)) return value;
  if (type.kind === "object") return toPulumi(type.attributes, value as TerraformObject);
  if (Array.isArray(value)) {
    const element: Type = "element" in type ? type.element : { kind: "dynamic" };
    return value.map((item) => decode(element, item));
  }
  if (isObject(value)) {
    const element: Type = "element" in type ? type.element : { kind: "dynamic" };
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, decode(element, item)]));
  }
  return value;
}
