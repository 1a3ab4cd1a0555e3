/**
 * Reads fly.toml (or fly.json). Old spellings are patched to current ones, then the file is decoded into
 * flyctl's structs. If a value has the wrong type, only the app's name is read, and the error is kept.
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

/** A parsed fly.toml. */
export interface AppConfig {
  appName: string;
  /** Path as given. Validation prints it. */
  path: string;
  /** The sections, with the keys of flyctl's JSON in its order. */
  sections: Data;
  /** The error that made the file unreadable. */
  error: FlyError | undefined;
  /** The group of a flattened config; "app" if there are no processes. */
  defaultGroup: string;
  /** Files that flags add to [[files]]. */
  files?: Data[];
}

/**
 * Reads a file. A relative path starts at the working directory.
 *
 * @throws if the file is not TOML (or JSON).
 */
export function loadConfig(path: string, cwd: string): AppConfig {
  return toConfig(readRaw(resolve(cwd, path)), path);
}

/** The sections as written in the file, patched. Strict validation reads them. */
export function loadPatched(path: string, cwd: string): Data {
  return patchAll(readRaw(resolve(cwd, path)));
}

/** Makes a config from raw sections. */
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

/** The excerpt around an error, in the layout of pelletier/go-toml. The message comes from this parser. */
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
