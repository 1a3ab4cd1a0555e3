/**
 * Writes a config in flyctl's form: values before tables, indented tables, texts in single quotes.
 *
 * Source: superfly/flyctl internal/appconfig/serde.go (marshalTOML, WriteTo) over pelletier/go-toml v2
 * marshaler.go.
 */
import { encode, isObject } from "../go/json.ts";
import type { AppConfig } from "./load.ts";

type Table = Record<string, unknown>;

/** The file's text, with the header that contains the app and the time. */
export function asToml(config: AppConfig, now: Date): string {
  const date = now.toISOString().replace(/\.\d+/, "");
  const header = `# fly.toml app configuration file generated for ${config.appName} on ${date}
#
# See https://fly.io/docs/reference/configuration/ for information about how to use this file.
#

`;
  return header + tableText(JSON.parse(JSON.stringify(config.sections)), [], 0);
}

/** As in TOML, an empty line comes before each section that follows a value. */
export function asJson(config: AppConfig): string {
  let inSection = true;
  let text = "";
  for (const line of encode(config.sections, 2).trimEnd().split("\n")) {
    const starts = /^\s*"?\w+"?:( [[{])?$/.test(line);
    if (starts && !inSection) text += "\n";
    inSection = starts;
    text += `${line}\n`;
  }
  return text;
}

function tableText(table: Table, path: string[], indent: number): string {
  const entries = Object.entries(table);
  const values = entries.filter(([, value]) => !isTable(value));
  const tables = entries.filter(([, value]) => isTable(value));
  const blanks = "  ".repeat(indent);
  const lines = values
    .map(
      ([key, value]) =>
        `${blanks}${keyText(key)} = ${valueText(key === "auto_stop_machines" ? autostop(value) : value)}\n`,
    )
    .join("");
  const sections = tables.map(([key, value]) => sectionText(value, [...path, key], indent));
  return [...(lines === "" ? [] : [lines]), ...sections].join("\n");
}

function sectionText(value: unknown, path: string[], indent: number): string {
  const blanks = "  ".repeat(indent);
  const name = path.map(keyText).join(".");
  if (!Array.isArray(value)) return `${blanks}[${name}]\n${tableText(value as Table, path, indent + 1)}`;
  return value.map((item) => `${blanks}[[${name}]]\n${tableText(item, path, indent + 1)}`).join("\n");
}

/** A list is written as tables if it contains only tables. */
function isTable(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 && value.every(isObject) : isObject(value);
}

/** JSON uses true or false for these (fly-go machine_types.go, MachineAutostop). */
const autostop = (value: unknown) => (value === true ? "stop" : value === false ? "off" : value);

function keyText(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : stringText(key);
}

function valueText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(valueText).join(", ")}]`;
  return typeof value === "string" ? stringText(value) : String(value);
}

function stringText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what TOML must escape.
  return /['\u0000-\u0008\u000a-\u001f\u007f]/.test(text) ? JSON.stringify(text) : `'${text}'`;
}
