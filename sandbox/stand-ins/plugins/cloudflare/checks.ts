/**
 * Checks of inputs before the API is called, with the official provider's messages.
 *
 * @see hashicorp/terraform-plugin-framework-validators (stringvalidator, float64validator, schemavalidator, …)
 * and cloudflare/terraform-provider-cloudflare v5.19.1: internal/customvalidator
 */

import { element, isObject, isUnknown, type Terraform, type TerraformObject } from "./terraform.ts";

/** A step of a path: an attribute's name, an index, or a map's key. */
export type Step = string | number | { key: string };

/** A finding about the value at a path. */
export interface Finding {
  path: Step[];
  summary: string;
  detail: string;
}

/** A value under check, with its path. `root` is the whole configuration. */
export interface Checked {
  value: Terraform;
  path: Step[];
  root: TerraformObject;
  /** True for float64 attributes, which the messages print with six decimals. */
  float: boolean;
}

/** Returns no finding when the value is legal. */
export interface Check {
  (checked: Checked): Finding[];
  /** The legal values. Absent: they are not a fixed list. */
  words?: string[];
}

/** `rules[0].action_parameters.headers["a"]` */
export function pathText(path: Step[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    if (typeof step === "object") return `${text}[${JSON.stringify(step.key)}]`;
    return text === "" ? step : `${text}.${step}`;
  }, "");
}

/** The value at a path. */
export const valueAt = (root: Terraform, path: Step[]): Terraform =>
  path.reduce<Terraform>((value, step) => element(value, typeof step === "object" ? step.key : step), root);

const quoted = (values: string[]): string => `[${values.map((value) => JSON.stringify(value)).join(" ")}]`;

/** A check that runs only when the value is set and known. */
const known =
  (
    summary: string,
    complaint: (value: Exclude<Terraform, null>, checked: Checked) => string | undefined,
  ): Check =>
  (checked) => {
    if (checked.value === null || isUnknown(checked.value)) return [];
    const said = complaint(checked.value, checked);
    if (said === undefined) return [];
    return [{ path: checked.path, summary, detail: `Attribute ${pathText(checked.path)} ${said}` }];
  };

/** One of these words. Case does not matter. */
export function oneOf(...words: string[]): Check {
  const check = known("Invalid Attribute Value Match", (value) =>
    words.some((word) => word.toLowerCase() === String(value).toLowerCase())
      ? undefined
      : `value must be one of: ${quoted(words)}, got: ${JSON.stringify(value)}`,
  );
  return Object.assign(check, { words });
}

const number = (value: number, float: boolean): string => (float ? value.toFixed(6) : String(value));

export const between = (least: number, most: number): Check =>
  known("Invalid Attribute Value", (value, { float }) =>
    Number(value) >= least && Number(value) <= most
      ? undefined
      : `value must be between ${number(least, float)} and ${number(most, float)}, got: ${number(Number(value), float)}`,
  );

export const atLeast = (least: number): Check =>
  known("Invalid Attribute Value", (value, { float }) =>
    Number(value) >= least
      ? undefined
      : `value must be at least ${number(least, float)}, got: ${number(Number(value), float)}`,
  );

export const matches = (pattern: RegExp, message: string): Check =>
  known("Invalid Attribute Value Match", (value) =>
    pattern.test(String(value)) ? undefined : `${message}, got: ${value}`,
  );

/** An identifier of Cloudflare. */
export const identifier = matches(/^[0-9a-f]{32}$/, "value must be a 32-character hexadecimal string");
export const lowerCase = matches(
  /^[a-z_]+$/,
  "value must be a non-empty string containing only lowercase characters and underscores",
);

export const lengthAtLeast = (least: number): Check =>
  known("Invalid Attribute Value Length", (value) =>
    Buffer.byteLength(String(value)) >= least
      ? undefined
      : `string length must be at least ${least}, got: ${Buffer.byteLength(String(value))}`,
  );

export const sizeAtLeast = (least: number): Check =>
  known("Invalid Attribute Value", (value) => {
    const size = Object.keys(value).length;
    const kind = Array.isArray(value) ? "list" : "map";
    return size >= least ? undefined : `${kind} must contain at least ${least} elements, got: ${size}`;
  });

export const equals = (wanted: boolean): Check =>
  known("Invalid Attribute Value Match", (value) =>
    value === wanted ? undefined : `Value must be "${wanted}", got: ${value}`,
  );

/** The items of a list, or the values of a map. */
export function itemsOf(value: Terraform[] | TerraformObject): [Step, Terraform][] {
  if (Array.isArray(value)) return [...value.entries()];
  return Object.entries(value).map(([key, item]) => [{ key }, item]);
}

/** Checks for each item of a list, or for each value of a map. */
export const each =
  (...checks: Check[]): Check =>
  ({ value, path, root, float }) => {
    if (!Array.isArray(value) && !(value !== null && isObject(value))) return [];
    return itemsOf(value).flatMap(([step, item]) =>
      checks.flatMap((check) => check({ value: item, path: [...path, step], root, float })),
    );
  };

const goTypes: Record<string, string> = {
  string: "basetypes.StringType",
  number: "basetypes.Float64Type",
  boolean: "basetypes.BoolType",
  object: "basetypes.ObjectType",
};

/** A dynamic value that has one of these types. */
export const typedAs =
  (...types: ("string" | "number")[]): Check =>
  ({ value, path }) => {
    if (value === null || isUnknown(value) || types.includes(typeof value as "string" | "number")) return [];
    const allowed = types.map((type) => goTypes[type]).join(", ");
    const detail = `The following types are allowed: ${allowed}. Received: ${goTypes[typeof value]}`;
    return [{ path, summary: "Value is not one of the allowed types", detail }];
  };
