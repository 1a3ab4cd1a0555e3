/**
 * flyctl's grammar, taken from the help of a real flyctl (source of August 2026). Hidden parts come from
 * `Hidden: true` in its source. The grammar contains every command with its aliases and subcommands. Flags,
 * number of arguments and help text exist for the commands that the stand-in serves, and for the groups of
 * these commands.
 */
import { readFileSync } from "node:fs";

/** One flag of a command. */
export interface FlagSpec {
  type: "string" | "bool" | "int" | "float" | "duration" | "strings" | "stringArray";
  short?: string;
  default?: string;
  /** Value of the flag if the line gives it without a value (pflag's NoOptDefVal). */
  noOpt?: string;
  hidden?: boolean;
  /** The flag whose alias this one is. */
  aliasOf?: string;
}

/** Number of arguments of a command. Absent: any number. */
export interface ArgsSpec {
  exact?: number;
  range?: [number, number];
  max?: number;
  min?: number;
  none?: true;
}

/** One command, by its path without `flyctl`. */
export interface CommandSpec {
  flags?: Record<string, FlagSpec>;
  aliases?: string[];
  subcommands?: string[];
  args?: ArgsSpec;
  /** Output of `--help`. Absent: the command is not served. */
  help?: string;
}

interface Grammar {
  version: string;
  commands: Record<string, CommandSpec>;
}

const grammar = JSON.parse(
  readFileSync(new URL("../commands.json", import.meta.url), "utf8"),
) as unknown as Grammar;

/** The stand-in's version is the flyctl version whose grammar and texts it has. */
export const version: string = grammar.version;

/** All commands by path. "" is flyctl itself. */
export const commands: Record<string, CommandSpec> = grammar.commands;

const persistent: Record<string, FlagSpec> = {
  "access-token": { type: "string", short: "t" },
  debug: { type: "bool" },
  verbose: { type: "bool" },
};

/** All flags of a command: its own, `--help` and the persistent flags. */
export function flagsOf(path: string): Record<string, FlagSpec> {
  return { ...persistent, help: { type: "bool", short: "h" }, ...commands[path]?.flags };
}

/** The child of a group with this name or alias. */
export function childOf(path: string, name: string): string | undefined {
  for (const child of commands[path]?.subcommands ?? []) {
    const childPath = path === "" ? child : `${path} ${child}`;
    if (child === name || commands[childPath]?.aliases?.includes(name)) return childPath;
  }
  return undefined;
}

/** The usage part of a command's help. */
export function usageOf(path: string): string {
  const help = commands[path]?.help ?? "";
  return help.slice(Math.max(0, help.indexOf("Usage:\n")));
}
