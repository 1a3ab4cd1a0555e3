/**
 * What the provider asks of an input before it calls the API, in its words.
 *
 * @see hashicorp/terraform-plugin-framework-validators (stringvalidator, float64validator, schemavalidator, …)
 * and cloudflare/terraform-provider-cloudflare v5.19.1: internal/customvalidator
 */

import { element, isObject, isUnknown, member, type Terraform, type TerraformObject } from "./terraform.ts";

/** A finding about the value at a place. */
export interface Finding {
  path: (string | number)[];
  summary: string;
  detail: string;
}

/** A value under check, and where it stands. `root` is the whole configuration. */
export interface Checked {
  value: Terraform;
  path: (string | number)[];
  root: TerraformObject;
  /** True for float64 attributes, which the messages print with six decimals. */
  float: boolean;
}

/** Empty when all is well. */
export interface Check {
  (checked: Checked): Finding[];
  /** The only values there are. */
  words?: string[];
}

/** `rules[0].action_parameters.headers["a"]` */
export function pathText(path: (string | number)[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    return text === "" ? step : `${text}.${step}`;
  }, "");
}

const quoted = (values: string[]): string => `[${values.map((value) => JSON.stringify(value)).join(" ")}]`;

/** A check of a value that is set and known. */
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

/** One of these words, in any case. */
export function oneOf(...words: string[]): Check {
  const check = known("Invalid Attribute Value Match", (value) =>
    words.some((word) => word.toLowerCase() === String(value).toLowerCase())
      ? undefined
      : `value must be one of: ${quoted(words)}, got: ${JSON.stringify(value)}`,
  );
  return Object.assign(check, { words });
}

export const oneOfNumbers = (...numbers: number[]): Check =>
  known("Invalid Attribute Value Match", (value, { float }) => {
    const show = (n: number) => JSON.stringify(float ? n.toFixed(6) : String(n));
    return numbers.includes(Number(value))
      ? undefined
      : `value must be one of: [${numbers.map(show).join(" ")}], got: ${float ? Number(value).toFixed(6) : value}`;
  });

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

/** An id of Cloudflare's. */
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
  known("Invalid Attribute Value", (value) =>
    value === wanted ? undefined : `Value must be "${wanted}", got: ${value}`,
  );

/** Checks of each item of a list, or of each value of a map. */
export const each =
  (...checks: Check[]): Check =>
  ({ value, path, root, float }) => {
    if (!Array.isArray(value) && !(value !== null && isObject(value))) return [];
    const items: [string | number, Terraform][] = Array.isArray(value)
      ? [...value.entries()]
      : Object.entries(value);
    return items.flatMap(([key, item]) =>
      checks.flatMap((check) => check({ value: item, path: [...path, key], root, float })),
    );
  };

const combination = (path: (string | number)[], detail: string): Finding[] => [
  { path, summary: "Invalid Attribute Combination", detail },
];

/** Values of attributes beside this one. */
function siblings(
  { path, root }: Checked,
  names: string[],
): { path: (string | number)[]; value: Terraform }[] {
  const parent = path.slice(0, -1);
  const object = parent.reduce<Terraform>(element, root);
  return names.map((name) => ({ path: [...parent, name], value: member(object, name) }));
}

export const conflictsWith =
  (...names: string[]): Check =>
  (checked) => {
    if (checked.value === null) return [];
    return siblings(checked, names)
      .filter(({ value }) => value !== null && !isUnknown(value))
      .flatMap(({ path }) =>
        combination(
          checked.path,
          `Attribute "${pathText(path)}" cannot be specified when "${pathText(checked.path)}" is specified`,
        ),
      );
  };

export const alsoRequires =
  (...names: string[]): Check =>
  (checked) => {
    if (checked.value === null) return [];
    // An object asks for attributes of its own, anything else for the ones beside it.
    const others = isObject(checked.value)
      ? names.map((name) => ({ path: [...checked.path, name], value: member(checked.value, name) }))
      : siblings(checked, names);
    return others
      .filter(({ value }) => value === null)
      .flatMap(({ path }) =>
        combination(
          checked.path,
          `Attribute "${pathText(path)}" must be specified when "${pathText(checked.path)}" is specified`,
        ),
      );
  };

/** How many of the attribute and its siblings are set; undefined while one is unknown. */
function setCount(checked: Checked, names: string[]): number | undefined {
  const values = [checked.value, ...siblings(checked, names).map(({ value }) => value)];
  return values.some(isUnknown) ? undefined : values.filter((value) => value !== null).length;
}

/** Nested paths are printed as expressions, with the attribute's own path before each. */
const expressions = ({ path }: Checked, names: string[]): string =>
  names.map((name) => (path.length > 1 ? `${pathText(path)}.<.${name}` : name)).join(",");

export const exactlyOneOf =
  (...names: string[]): Check =>
  (checked) => {
    const count = setCount(checked, names);
    if (count === undefined || count === 1) return [];
    const rule = `one (and only one) of [${expressions(checked, names)}] is required`;
    const found = count === 0 ? "No attribute specified" : `${count} attributes specified`;
    return combination(checked.path, `${found} when ${rule}`);
  };

export const atLeastOneOf =
  (...names: string[]): Check =>
  (checked) => {
    if (setCount(checked, names) !== 0) return [];
    const others = [...expressions(checked, names).split(","), pathText(checked.path)].join(",");
    return combination(checked.path, `At least one attribute out of [${others}] must be specified`);
  };

/** A rule's parameter that goes with one action alone. */
export const onlyWithAction =
  (action: string): Check =>
  ({ value, path, root }) => {
    if (value === null) return [];
    const rule = path.slice(0, -2).reduce<Terraform>(element, root);
    const actual = member(rule, "action");
    if (isUnknown(actual) || actual === action) return [];
    return combination(path, `"${pathText(path)}" can only be set if "<.<.action" is "${action}"`);
  };

/**
 * An argument on its way out. The bridge takes the provider's warning for a failure, so that it cannot be set
 * at all.
 */
export const deprecated =
  (advice: string): Check =>
  ({ value, path }) => {
    if (value === null) return [];
    const detail = `${advice} This attribute will be removed in the next major version of the provider.`;
    return [{ path, summary: "Attribute Deprecated", detail }];
  };

const goTypes: Record<string, string> = {
  string: "basetypes.StringType",
  number: "basetypes.Float64Type",
  boolean: "basetypes.BoolType",
  object: "basetypes.ObjectType",
};

/** A dynamic value of one of these types. */
export const typedAs =
  (...types: ("string" | "number")[]): Check =>
  ({ value, path }) => {
    if (value === null || isUnknown(value) || types.includes(typeof value as "string" | "number")) return [];
    const allowed = types.map((type) => goTypes[type]).join(", ");
    const detail = `The following types are allowed: ${allowed}. Received: ${goTypes[typeof value]}`;
    return [{ path, summary: "Value is not one of the allowed types", detail }];
  };
