/**
 * flyctl's grammar, read from the help of a real flyctl (source of August 2026); what the help hides comes from the
 * source's `Hidden: true`. Every command is in it with its aliases and subcommands. Flags, number of arguments and
 * help text are there for the commands that the stand-in serves, and for the groups that these are in.
 */
import { readFileSync } from "node:fs";

/** One flag of a command. */
export interface FlagSpec {
  type: "string" | "bool" | "int" | "float" | "duration" | "strings" | "stringArray";
  short?: string;
  default?: string;
  /** Value of the flag when it is given without one (pflag's NoOptDefVal). */
  noOpt?: string;
  hidden?: boolean;
  /** The flag that this one is another name of. */
  aliasOf?: string;
}

/** How many arguments a command takes; without it any number. */
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
  /** What `--help` prints; without it the command is not served. */
  help?: string;
}

interface Grammar {
  version: string;
  commands: Record<string, CommandSpec>;
}

const grammar = JSON.parse(
  readFileSync(new URL("../commands.json", import.meta.url), "utf8"),
) as unknown as Grammar;

/** Version that the stand-in claims: the one whose grammar and texts it has. */
export const version: string = grammar.version;

/** Every command by path; "" is flyctl itself. */
export const commands: Record<string, CommandSpec> = grammar.commands;

const persistent: Record<string, FlagSpec> = {
  "access-token": { type: "string", short: "t" },
  debug: { type: "bool" },
  verbose: { type: "bool" },
};

/** All flags that a command knows: its own, `--help` and the persistent ones. */
export function flagsOf(path: string): Record<string, FlagSpec> {
  return { ...persistent, help: { type: "bool", short: "h" }, ...commands[path]?.flags };
}

/** The child of a group that goes by `name`, aliases included. */
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
