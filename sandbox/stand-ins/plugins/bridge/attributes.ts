/**
 * Attributes of a bridged resource: a Terraform resource type that a Pulumi provider presents as its own.
 *
 * A type's attributes decide what `Check` refuses, which defaults a plan fills in, and which changes replace.
 *
 * @see pulumi/pulumi-terraform-bridge: pkg/pf/tfbridge and pkg/convert; hashicorp/terraform-plugin-framework
 */

import { type Properties, type PropertyValue, plain, Unknown } from "../values.ts";

/** `map` is an object of strings. */
type AttributeType = "int" | "bool" | "string" | "map";

export interface Attribute {
  type: AttributeType;
  /** Whether the program may set it. Absent: the attribute is an output only. */
  input?: "required" | "optional";
  /** Description of a required attribute. The error for a missing attribute quotes it. */
  description?: string;
  default?: PropertyValue;
  /** The provider sets this input when the program does not. */
  computed?: boolean;
  /** The state keeps it encrypted. */
  secret?: boolean;
  /** Whether a change replaces the resource. A function gets the old and new values, null when absent. */
  replaces?: boolean | ((old: PropertyValue, now: PropertyValue) => boolean);
  /** An update keeps the value. Default: any change of the resource makes the value unknown. */
  keepsState?: boolean;
}

export type Attributes = Record<string, Attribute>;

/** `minLower` → `min_lower`, `b64Std` → `b64_std`. */
function terraformName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** A value does not fit its attribute's type. */
export class EncodeError extends Error {}

/**
 * The configuration of a resource as Terraform gets it: typed, and null where the program sets nothing.
 *
 * @throws EncodeError for the first value that does not fit. Unknown names are ignored.
 */
export function encodeConfig(attributes: Attributes, inputs: Properties): Record<string, PropertyValue> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, attribute]) => {
      try {
        return [name, encodeValue(attribute.type, plain(inputs[name] ?? null))];
      } catch (error) {
        if (!(error instanceof EncodeError)) throw error;
        throw new EncodeError(`objectEncoder failed on property "${terraformName(name)}": ${error.message}`);
      }
    }),
  );
}

function encodeValue(type: AttributeType, value: PropertyValue): PropertyValue {
  if (value === null || value instanceof Unknown) return value;
  switch (type) {
    case "int":
      return encodeNumber(value);
    case "bool":
      if (typeof value !== "boolean") throw new EncodeError("Expected a Boolean");
      return value;
    case "string":
      return encodeString(value);
    default:
      if (!isObject(value)) throw new EncodeError(notAnObject(value));
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => {
          if (item === null || item === undefined || item instanceof Unknown) return [key, item];
          if (typeof item === "object") throw new EncodeError(`encMap failed on ${goPlain(item)}`);
          return [key, encodeString(item)];
        }),
      );
  }
}

function encodeNumber(value: PropertyValue): PropertyValue {
  if (typeof value === "number") return value;
  if (value === "") return null;
  if (typeof value === "string" && /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value)) return Number(value);
  throw new EncodeError(`Expected a Number, got ${goSyntax(value)} ${typeof value === "string"}`);
}

function encodeString(value: PropertyValue): string {
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return String(value);
  if (typeof value === "number") return decimal(value);
  throw new EncodeError(`Expected a string, got: ${goPlain(value)}`);
}

/** A number without an exponent. */
function decimal(value: number): string {
  const text = String(value);
  if (!text.includes("e")) return text;
  return Number.isInteger(value) ? BigInt(value).toString() : value.toFixed(20).replace(/0+$/, "");
}

function isObject(value: PropertyValue): value is Properties {
  return value !== null && typeof value === "object" && !Array.isArray(value) && !(value instanceof Unknown);
}

function notAnObject(value: PropertyValue): string {
  const kind = Array.isArray(value)
    ? "[]"
    : ({ string: "string", number: "number", boolean: "bool" }[typeof value as string] ?? "object");
  return `Expected an Object PropertyValue, found ${kind} ("${goPlain(value)}")`;
}

/** A property value as Go's `%v` prints it. */
function goPlain(value: PropertyValue): string {
  if (Array.isArray(value)) return `{[${value.map(goPlain).join(" ")}]}`;
  if (isObject(value)) {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{map[${entries.map(([key, item]) => `${key}:${goPlain(item ?? null)}`).join(" ")}]}`;
  }
  return value === null ? "{<nil>}" : `{${value}}`;
}

/** A property value as Go's `%#v` prints it. */
function goSyntax(value: PropertyValue): string {
  const inner = () => {
    if (Array.isArray(value)) return `[]resource.PropertyValue{${value.map(goSyntax).join(", ")}}`;
    if (isObject(value)) {
      const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
      return `resource.PropertyMap{${entries
        .map(([key, item]) => `${JSON.stringify(key)}:${goSyntax(item ?? null)}`)
        .join(", ")}}`;
    }
    return value === null ? "interface {}(nil)" : JSON.stringify(value);
  };
  return `resource.PropertyValue{V:${inner()}}`;
}
