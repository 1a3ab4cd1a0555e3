/** Go's error for a value of the wrong type. Source: Go's encoding/json (UnmarshalTypeError). */
import { parseDuration } from "../go/duration.ts";
import { messageOf } from "../go/errors.ts";
import { fieldsOf, isObject } from "../go/json.ts";

const goNames: Record<string, string> = { float: "float64", bool: "bool", int: "int", string: "string" };

/** The error for the first value that does not fit its field; undefined if all fit. */
export function typeError(
  type: string,
  value: unknown,
  path: string[] = [],
  owner = type,
): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (type.startsWith("*")) return typeError(type.slice(1), value, path, owner);
  if (type.startsWith("[]")) {
    if (!Array.isArray(value)) return mismatch(value, goType(type), path, owner);
    return first(value.map((item) => typeError(type.slice(2), item, path, owner)));
  }
  const map = /^map\[string\](.+)$/.exec(type)?.[1];
  if (map !== undefined) {
    if (!isObject(value)) return mismatch(value, goType(type), path, owner);
    return first(Object.values(value).map((item) => typeError(map, item, path, owner)));
  }
  if (type === "Duration") return durationError(value);
  if (type === "MachineAutostop") return autostopError(value);
  const fields = fieldsOf(type);
  if (fields.length > 0) {
    if (!isObject(value)) return mismatch(value, goType(type), path, owner);
    return first(fields.map((f) => typeError(f.type, value[f.name], [...path, f.name], type)));
  }
  return plainError(type, value, path, owner);
}

function plainError(type: string, value: unknown, path: string[], owner: string): string | undefined {
  const go = goNames[type];
  if (go === undefined) {
    const isText = type !== "any" && typeof value !== "string";
    return isText ? mismatch(value, goType(type), path, owner) : undefined;
  }
  const fits =
    type === "string"
      ? typeof value === "string"
      : type === "bool"
        ? typeof value === "boolean"
        : typeof value === "number";
  if (!fits) return mismatch(value, go, path, owner);
  if (type === "int" && !Number.isInteger(value)) {
    return `json: cannot unmarshal number ${value} into Go struct field ${owner}.${path.join(".")} of type int`;
  }
  return undefined;
}

function durationError(value: unknown): string | undefined {
  if (typeof value === "boolean" || typeof value === "object")
    return `unknown duration type: ${typeof value}`;
  try {
    parseDuration(value);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

function autostopError(value: unknown): string | undefined {
  if (typeof value === "boolean") return undefined;
  if (typeof value !== "string") return "autostop value is not a valid bool or string";
  if (["off", "stop", "suspend"].includes(value)) return undefined;
  return `invalid autostop string value "${value}"`;
}

/** Go's name of a type. Two structs have other names here. */
function goType(type: string): string {
  if (type.startsWith("[]")) return `[]${goType(type.slice(2))}`;
  if (type.startsWith("*")) return `*${goType(type.slice(1))}`;
  if (type.startsWith("map[")) return type;
  return goNames[type] ?? `appconfig.${type.replace(/^Config(?=File|Static)/, "")}`;
}

function mismatch(value: unknown, go: string, path: string[], owner: string): string {
  const kind = Array.isArray(value)
    ? "array"
    : isObject(value)
      ? "object"
      : typeof value === "boolean"
        ? "bool"
        : typeof value;
  const field = path.length === 0 ? "" : `Go struct field ${owner}.${path.join(".")} of type `;
  return `json: cannot unmarshal ${kind} into ${field === "" ? "Go value of type " : field}${go}`;
}

function first(errors: (string | undefined)[]): string | undefined {
  return errors.find((error) => error !== undefined);
}
