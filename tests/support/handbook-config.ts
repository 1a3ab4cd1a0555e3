/** What the `pulumi config` lines of a page leave in a stack's config, as `pulumi` would write it. */
import { required } from "./config.ts";
import { programsOf } from "./handbook.ts";

type Value = string | number | boolean | Value[] | { [part: string]: Value };

/** A stack's config, by keys without their namespace. */
export interface StackConfig {
  values: Record<string, Value>;
  encrypted: Set<string>;
}

/** The community of the handbook, before any of its lines. */
export function acme(): StackConfig {
  return {
    values: { ...required, domain: "acme.social", ownerEmail: "rex@acme.social" },
    encrypted: new Set(),
  };
}

/** The keys that a line sets or removes. */
export function keysOf(line: string): string[] {
  return changesOf(line, "").map(({ path }) => path[0] ?? "");
}

/** @param typed what is piped into a line that has no value, or typed where it asks for one */
export function apply(config: StackConfig, line: string, typed: string): void {
  for (const { path, value, isSecret } of changesOf(line, typed)) {
    const [key = "", ...parts] = path;
    if (value === undefined) delete config.values[key];
    else config.values[key] = within(config.values[key], parts, value);
    if (isSecret) config.encrypted.add(key);
  }
}

/** As the program reads the config: objects and lists as JSON. */
export function rawOf({ values }: StackConfig): Record<string, string> {
  const text = (value: Value) => (typeof value === "object" ? JSON.stringify(value) : String(value));
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, text(value)]));
}

interface Change {
  path: string[];
  /** Undefined: the key is removed. */
  value: Value | undefined;
  isSecret: boolean;
}

function changesOf(line: string, typed: string): Change[] {
  return programsOf(line).flatMap(([program, group, verb, ...words]) => {
    if (program !== "pulumi" || group !== "config") return [];
    const isPath = words.includes("--path");
    const isSecret = words.includes("--secret");
    const plain = words.filter((word) => !word.startsWith("--"));
    const pathOf = (name: string) => (isPath ? name.split(/[.[\]]+/).filter(Boolean) : [name]);
    const change = (name: string, value: string | undefined): Change => ({
      path: pathOf(name.replace(/^mastiff:/, "")),
      value: value === undefined || !isPath ? value : typeOf(value),
      isSecret,
    });
    if (verb === "rm") return [change(plain[0] ?? "", undefined)];
    if (verb === "set") return [change(plain[0] ?? "", plain[1] ?? typed)];
    return plain.map((pair) => {
      const [name = "", value = ""] = pair.split(/=(.*)/s);
      return change(name, value);
    });
  });
}

/** Below a path, pulumi stores what looks like a number or a truth value as one. */
function typeOf(value: string): Value {
  if (value === "true" || value === "false") return value === "true";
  return /^(0|[1-9]\d*)$/.test(value) ? Number(value) : value;
}

/** The value with this part of it set; a part that is a number is of a list. */
function within(whole: Value | undefined, [part, ...parts]: readonly string[], value: Value): Value {
  if (part === undefined) return value;
  if (/^\d+$/.test(part)) {
    const list = Array.isArray(whole) ? [...whole] : [];
    list[Number(part)] = within(list[Number(part)], parts, value);
    return list;
  }
  const object: { [name: string]: Value } = typeof whole === "object" && !Array.isArray(whole) ? whole : {};
  return { ...object, [part]: within(object[part], parts, value) };
}
