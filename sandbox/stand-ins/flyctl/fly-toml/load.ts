/**
 * Reads fly.toml (or fly.json): old spellings are patched to today's, then it becomes the structs that flyctl
 * works with. A file whose values have the wrong type is read as far as its app's name; the error is kept.
 *
 * Source: superfly/flyctl internal/appconfig/serde.go.
 */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parse, TomlError } from "smol-toml";
import type { Data } from "../api/graphql.ts";
import { FlyError, messageOf } from "../go/errors.ts";
import { addStructs, conform } from "../go/json.ts";
import { patchAll } from "./patches.ts";
import { configStructs } from "./structs.ts";
import { typeError } from "./types.ts";

addStructs(configStructs);

/** A fly.toml that was read. */
export interface AppConfig {
  appName: string;
  /** Path as it was given; validation shows it. */
  path: string;
  /** The sections, with the keys and the order of flyctl's JSON. */
  sections: Data;
  /** What made the file unreadable as a whole. */
  error: FlyError | undefined;
  /** The group that a flattened config is for; "app" where there are no processes. */
  defaultGroup: string;
  /** Files that flags add to [[files]]. */
  files?: Data[];
}

/** Reads a file, named from the working directory; throws when it is no TOML (or JSON) at all. */
export function loadConfig(path: string, cwd: string): AppConfig {
  return toConfig(readRaw(resolve(cwd, path)), path);
}

/** The sections as they are written, patched: what strict validation looks at. */
export function loadPatched(path: string, cwd: string): Data {
  return patchAll(readRaw(resolve(cwd, path)));
}

/** Makes a config of raw sections. */
export function toConfig(raw: Data, path: string): AppConfig {
  const appName = typeof raw.app === "string" ? raw.app : "";
  try {
    const patched = patchAll(structuredClone(raw));
    const wrong = typeError("Config", patched);
    if (wrong !== undefined) throw new FlyError(wrong);
    const sections = conform("Config", patched) as Data;
    return { appName, path, sections, error: undefined, defaultGroup: "app" };
  } catch (error) {
    const reason = error instanceof FlyError ? error : new FlyError(messageOf(error));
    return { appName, path, sections: { app: appName }, error: reason, defaultGroup: "app" };
  }
}

function readRaw(path: string): Data {
  const text = readFileSync(path, "utf8");
  if (path.endsWith(".yaml"))
    throw new FlyError("fly.yaml is not served by the stand-in flyctl: use fly.toml");
  if (path.endsWith(".json")) return JSON.parse(text) as Data;
  try {
    return parse(text) as Data;
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    throw new FlyError(`row ${error.line} column ${error.column}\n${excerpt(text, error)}`);
  }
}

/** The place of a mistake in the layout of pelletier/go-toml's errors; the words are this parser's. */
function excerpt(text: string, error: TomlError): string {
  const lines = text.trimEnd().split("\n");
  const first = Math.max(1, error.line - 2);
  const last = Math.min(lines.length, error.line + 2);
  const margin = String(last).length;
  const shown: string[] = [];
  for (let row = first; row <= last; row++) {
    const line = lines[row - 1] ?? "";
    shown.push(`${String(row).padStart(margin)}|${line === "" ? "" : ` ${line}`}`);
    if (row !== error.line) continue;
    const reason = error.message.split("\n")[0]?.replace(/^Invalid TOML document: /, "") ?? "";
    shown.push(`${" ".repeat(margin)}| ${" ".repeat(error.column - 1)}~ ${reason}`);
  }
  return shown.join("\n");
}
