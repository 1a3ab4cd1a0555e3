/** Values as a program hands them to the engine, read back for tests. */
import { runtime } from "@pulumi/pulumi";

/** A value that is marked secret. `toEqual(new Secret("…"))` asks for the mark and for what is under it. */
export class Secret {
  readonly value: unknown;
  constructor(value: unknown) {
    this.value = value;
  }
}

/** A value that only an `up` will know. */
export class Unknown {}

/** A value of the wire, with its marks as {@link Secret} and {@link Unknown}, each where it stands. */
export function fromWire(value: unknown): unknown {
  if (value === runtime.unknownValue) return new Unknown();
  if (Array.isArray(value)) return value.map(fromWire);
  if (typeof value !== "object" || value === null) return value;
  const entries = value as Record<string, unknown>;
  if (entries[runtime.specialSigKey] === runtime.specialSecretSig) return new Secret(fromWire(entries.value));
  return Object.fromEntries(Object.entries(entries).map(([key, inner]) => [key, fromWire(inner)]));
}

/** The other way: a value as the engine hands it to a hook. */
export function toWire(value: unknown): unknown {
  if (value instanceof Unknown) return runtime.unknownValue;
  if (value instanceof Secret)
    return { [runtime.specialSigKey]: runtime.specialSecretSig, value: toWire(value.value) };
  if (Array.isArray(value)) return value.map(toWire);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, toWire(inner)]));
}

/** A text at a place in a value. */
export interface Leaf {
  /** Keys on the way to it, joined by dots. */
  path: string;
  text: string;
  isSecret: boolean;
}

/** Every text in a value. A text that is JSON itself is also opened, so that each part of it is a leaf of its own. */
export function leavesOf(value: unknown, path = "", isSecret = false): Leaf[] {
  if (value instanceof Secret) return leavesOf(value.value, path, true);
  if (typeof value === "string") return [{ path, text: value, isSecret }, ...opened(value, path, isSecret)];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    leavesOf(inner, path === "" ? key : `${path}.${key}`, isSecret),
  );
}

function opened(text: string, path: string, isSecret: boolean): Leaf[] {
  if (!/^[[{]/.test(text)) return [];
  try {
    return leavesOf(JSON.parse(text), path, isSecret);
  } catch {
    return [];
  }
}
