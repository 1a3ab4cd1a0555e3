/**
 * Typed reading of inputs and state, with the official provider's messages for values that do not fit.
 *
 * @see pulumi/pulumi: sdk/go/common/util/mapper; pulumi/pulumi-command: provider/pkg/provider/local
 */

import type { CheckFailure } from "../provider.ts";
import { OutputValue, type Properties, type PropertyValue, plain, Secret, Unknown } from "../values.ts";

type FieldType = "string" | "bool" | "[]string" | "map[string]string" | "[]any" | "any";

interface Field {
  type: FieldType;
  required?: boolean;
}

type Shape = Record<string, Field>;

const lifecycle: Shape = {
  triggers: { type: "[]any" },
  create: { type: "string" },
  update: { type: "string" },
  delete: { type: "string" },
};
const base: Shape = {
  stdin: { type: "string" },
  logging: { type: "string" },
  interpreter: { type: "[]string" },
  dir: { type: "string" },
  environment: { type: "map[string]string" },
  assetPaths: { type: "[]string" },
  archivePaths: { type: "[]string" },
  addPreviousOutputInEnv: { type: "bool" },
};
const output: Shape = {
  stdout: { type: "string", required: true },
  stderr: { type: "string", required: true },
  assets: { type: "any" },
  archive: { type: "any" },
};

/** The official provider's structures by name, with their fields in order. */
export const structures = {
  "local.CommandInputs": { ...lifecycle, ...base },
  "local.CommandOutputs": { ...lifecycle, ...base, ...output },
  "local.RunInputs": { ...base, command: { type: "string", required: true } },
} satisfies Record<string, Shape>;

export type StructureName = keyof typeof structures;

/** The fields that every command has. */
export interface CommandFields {
  stdin?: string;
  logging?: string;
  interpreter?: string[];
  dir?: string;
  environment?: Record<string, string>;
  addPreviousOutputInEnv?: boolean;
}

/** The fields of a resource and its state. */
export interface ResourceFields extends CommandFields {
  create?: string;
  update?: string;
  delete?: string;
  stdout?: string;
  stderr?: string;
}

/** Refusals of properties that ask for files of a command. */
export function unservedIn(properties: Properties): CheckFailure[] {
  return ["assetPaths", "archivePaths"]
    .filter((property) => (properties[property] ?? null) !== null)
    .map((property) => ({
      property,
      reason: `The local command provider collects no files: leave '${property}' out of stacks on the local clouds`,
    }));
}

/** The failures of properties against a structure, in the order of its fields. */
export function failuresIn(
  properties: Properties,
  name: StructureName,
  allowMissing = false,
): CheckFailure[] {
  const shape: Shape = structures[name];
  const failures = Object.entries(shape).flatMap(([property, { type, required }]) => {
    const value = plain(properties[property] ?? null);
    if (value !== null) return mismatch(name, property, type, value);
    return required === true && !allowMissing
      ? [{ property, reason: `Missing required field '${property}' on '${name}'` }]
      : [];
  });
  const unrecognized = Object.keys(properties)
    .filter((property) => !(property in shape))
    .map((property) => ({ property, reason: `Unrecognized field '${property}' on '${name}'` }));
  return [...failures, ...unrecognized];
}

/**
 * The properties as plain values. An unknown becomes an empty value.
 *
 * @throws Error that lists all failures.
 */
export function readFields(properties: Properties, name: StructureName, prefix = "", allowMissing = false) {
  const failures = failuresIn(properties, name, allowMissing);
  if (failures.length > 0) {
    const lines = failures.map(({ property, reason }) => `\n\t${property}: ${reason}`);
    throw new Error(`${prefix}${failures.length} failures decoding:${lines.join("")}`);
  }
  const shape: Shape = structures[name];
  const known = Object.entries(properties)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([property, value]) => [property, zeroed(plain(value ?? null), shape[property]?.type ?? "any")]);
  return Object.fromEntries(known) as ResourceFields & { command?: string };
}

/** The same properties. Every unknown becomes the value that Go decodes it to; secrets stay secret. */
export function settle(properties: Properties, name: StructureName): Properties {
  const shape: Shape = structures[name];
  return Object.fromEntries(
    Object.entries(properties).map(([property, value]) => [
      property,
      value === undefined ? value : zeroed(value, shape[property]?.type ?? "any"),
    ]),
  );
}

/** The value with each unknown in it replaced by the zero value of its type. */
function zeroed(value: PropertyValue, type: FieldType): PropertyValue {
  if (value instanceof Secret) return new Secret(zeroed(value.value, type));
  if (value instanceof OutputValue) return zeroed(value.value ?? new Unknown(), type);
  if (value instanceof Unknown) {
    if (type === "bool") return false;
    return type === "map[string]string" ? {} : type === "[]string" || type === "[]any" ? [] : "";
  }
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map((item) => zeroed(item, "string"));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, item === undefined ? item : zeroed(item, "string")]),
  );
}

function mismatch(
  structure: StructureName,
  path: string,
  type: FieldType,
  value: PropertyValue,
): CheckFailure[] {
  if (type === "any" || value instanceof Unknown) return [];
  const wrong = (property = path, wanted: string = type, got: PropertyValue = value) => [
    { property, reason: wrongType(structure, property, wanted, got) },
  ];
  switch (type) {
    case "string":
      return typeof value === "string" ? [] : wrong();
    case "bool":
      return typeof value === "boolean" ? [] : wrong();
    case "[]any":
      return Array.isArray(value) ? [] : wrong(path, "[]interface {}");
    case "[]string": {
      if (!Array.isArray(value)) return wrong();
      const at = value.findIndex((item) => typeof item !== "string" && !(item instanceof Unknown));
      return at === -1 ? [] : wrong(`${path}[${at}]`, "string", value[at] ?? null);
    }
    default: {
      if (value === null || typeof value !== "object" || Array.isArray(value)) return wrong();
      const bad = Object.entries(value).find(
        ([, item]) => typeof item !== "string" && !(item instanceof Unknown),
      );
      return bad === undefined ? [] : wrong(`${path}[${bad[0]}] value`, "string", bad[1] ?? null);
    }
  }
}

function wrongType(structure: StructureName, property: string, wanted: string, value: PropertyValue): string {
  if (value !== null && typeof value === "object" && !Array.isArray(value)) {
    const name = structure.split(".").at(-1);
    return (
      `An error occurred decoding '${name}.${property}': ` +
      `Cannot decode Object{} to type ${wanted}; it isn't a struct, and no custom decoder exists`
    );
  }
  return `Field '${property}' on '${structure}' must be a '${wanted}'; got '${goType(value)}' instead`;
}

function goType(value: PropertyValue): string {
  if (Array.isArray(value)) return "[]interface {}";
  return { string: "string", number: "float64", boolean: "bool" }[typeof value as string] ?? "interface {}";
}
