/**
 * JSON as Go prints it after decoding an answer into a struct: the struct's keys in the struct's order, zero
 * values for missing keys, and no keys that the struct does not have.
 *
 * Source: Go's encoding/json; superfly/flyctl internal/render/render.go (four spaces, HTML escaped).
 */
import { formatDuration, parseDuration } from "./duration.ts";
import { structs as answers } from "./types.ts";

type Json = unknown;

/** The fields of a struct, in its order. */
export type Fields = { name: string; omitEmpty: boolean; type: string }[];

/** All known structs. */
const structs: Record<string, string> = { ...answers };

/** Adds structs to the known ones. */
export function addStructs(more: Record<string, string>): void {
  Object.assign(structs, more);
}

const parsed = new Map<string, Fields>();

/** `value` as Go would encode it after decoding it into `type` (the name of a struct, `[]X`, `*X`, …). */
export function conform(type: string, value: Json): Json {
  if (type.startsWith("*"))
    return value === undefined || value === null ? null : conform(type.slice(1), value);
  if (type.startsWith("[]")) {
    return Array.isArray(value) ? value.map((item) => conform(type.slice(2), item)) : null;
  }
  const map = /^map\[string\](.+)$/.exec(type)?.[1];
  if (map !== undefined) return isObject(value) ? conformMap(map, value) : null;
  if (type.startsWith("{")) return conformStruct(fieldsOfInline(type), value);
  if (type in structs) return conformStruct(fieldsOf(type), value);
  return conformPlain(type, value);
}

function conformMap(type: string, value: Record<string, Json>): Json {
  const keys = Object.keys(value).sort();
  return Object.fromEntries(keys.map((key) => [key, conform(type, value[key])]));
}

function conformStruct(fields: Fields, value: Json): Json {
  const from = isObject(value) ? value : {};
  const lower = new Map(Object.keys(from).map((key) => [key.toLowerCase(), key]));
  const result: Record<string, Json> = {};
  for (const { name, omitEmpty, type } of fields) {
    // Go ignores case when it matches keys: `appUrl` sets AppURL.
    const key = name in from ? name : lower.get(name.toLowerCase());
    const item = conform(type, key === undefined ? undefined : from[key]);
    if (!(omitEmpty && isEmpty(type, item))) result[name] = item;
  }
  return result;
}

function conformPlain(type: string, value: Json): Json {
  switch (type) {
    case "any":
      return value === undefined ? null : sortKeys(value);
    case "bool":
      return value ?? false;
    case "int":
    case "float":
      return value ?? 0;
    case "time":
      return value === undefined || value === null ? "0001-01-01T00:00:00Z" : trimTime(String(value));
    case "Duration":
      return value === undefined || value === null ? "0s" : formatDuration(parseDuration(value));
    case "MachineAutostop":
      // "off" and "stop" are still written as booleans (fly-go machine_types.go, MarshalJSON).
      return value === "suspend" ? value : value === true || value === "stop" || value === "true";
    default:
      return value ?? "";
  }
}

/** Go's omitempty: false, 0, "", null, and empty lists and maps; a struct is never empty. */
function isEmpty(type: string, value: Json): boolean {
  if (value === null) return true;
  if (type.startsWith("*")) return false;
  if (Array.isArray(value)) return value.length === 0;
  if (isObject(value)) return type.startsWith("map[") && Object.keys(value).length === 0;
  return value === false || value === 0 || value === "";
}

/** The fields of a struct; none for other types. */
export function fieldsOf(type: string): Fields {
  const known = parsed.get(type);
  if (known !== undefined) return known;
  const lines = (structs[type] ?? "").split("\n").map((line) => line.trim());
  const fields = lines.filter((line) => line !== "").map(readField);
  parsed.set(type, fields);
  return fields;
}

function fieldsOfInline(type: string): Fields {
  const known = parsed.get(type);
  if (known !== undefined) return known;
  const fields = splitTop(type.slice(1, -1)).map((field) => readField(field.trim()));
  parsed.set(type, fields);
  return fields;
}

function readField(line: string): Fields[number] {
  const space = line.indexOf(" ");
  const name = line.slice(0, space);
  const omitEmpty = name.endsWith("?");
  return { name: omitEmpty ? name.slice(0, -1) : name, omitEmpty, type: line.slice(space + 1) };
}

/** Splits at the commas that are outside of inner braces. */
function splitTop(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "{") depth++;
    else if (text[i] === "}") depth--;
    else if (text[i] === "," && depth === 0) {
      parts.push(text.slice(from, i));
      from = i + 1;
    }
  }
  parts.push(text.slice(from));
  return parts;
}

function sortKeys(value: Json): Json {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (!isObject(value)) return value;
  const keys = Object.keys(value).sort();
  return Object.fromEntries(keys.map((key) => [key, sortKeys(value[key])]));
}

/** RFC 3339 with nanoseconds, without trailing zeros. */
function trimTime(text: string): string {
  return text.replace(/(\.\d*?)0+(Z|[+-]\d\d:\d\d)$/, "$1$2").replace(/\.(Z|[+-]\d\d:\d\d)$/, "$1");
}

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The output of Go's encoder: `<`, `>`, `&` and the two line separators escaped, a newline at the end. */
export function encode(value: unknown, indent = 4): string {
  const escapes: Record<string, string> = { "<": "\\u003c", ">": "\\u003e", "&": "\\u0026" };
  const text = JSON.stringify(value, null, indent)
    .replace(/[<>&]/g, (char) => escapes[char] ?? char)
    .replace(/\u2028/g, "\\u2028")
    .replace(/\u2029/g, "\\u2029");
  return `${text}\n`;
}
