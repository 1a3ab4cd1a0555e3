/**
 * Command lines as cobra and pflag read them: the command, its flags and arguments, and the messages for
 * wrong lines.
 *
 * Source: spf13/cobra command.go (Find, stripFlags, legacyArgs), args.go; spf13/pflag flag.go.
 */
import { formatDuration, parseDuration } from "../go/duration.ts";
import { messageOf, NotServed } from "../go/errors.ts";
import { type ArgsSpec, childOf, commands, type FlagSpec, flagsOf } from "./grammar.ts";

/** Value of a flag. */
export type FlagValue = string | boolean | number | string[];

/** A parsed line. */
export interface Line {
  /** Path of the command without `flyctl`. "" is flyctl itself. */
  path: string;
  args: string[];
  /** Flags on the line, by their main name. */
  flags: Map<string, FlagValue>;
  /** Index of the first argument after `--`; -1 without `--`. */
  dash: number;
  help: boolean;
}

/** A line that cannot be parsed. */
export class WrongLine extends Error {
  /** The command whose usage is printed. */
  readonly path: string;
  /** True: a hint at `--help` is printed instead of the usage, because the command does not exist. */
  readonly hint: boolean;

  constructor(message: string, path: string, hint = false) {
    super(message);
    this.path = path;
    this.hint = hint;
  }
}

/**
 * Parses a line.
 *
 * @throws {@link WrongLine} for a wrong line, {@link NotServed} for a command whose flags are not known.
 */
export function parseLine(argv: string[]): Line {
  const { path, rest } = findPath(argv);
  requireServed(path);
  const line: Line = { path, args: [], flags: new Map(), dash: -1, help: false };
  readFlags(line, rest);
  line.help = line.flags.get("help") === true;
  if (line.help || !isRunnable(path)) return line;
  if (path === "" && line.flags.get("version") === true) return line;
  checkArgs(line);
  applyAliases(line);
  return line;
}

/** Refuses a command of which the grammar contains only the name. */
export function requireServed(path: string): void {
  const spec = commands[path];
  if (spec !== undefined && spec.help === undefined) throw new NotServed(path);
}

/** A group only prints its help. flyctl itself prints a greeting. */
export function isRunnable(path: string): boolean {
  const spec = commands[path];
  return path === "" || spec?.subcommands === undefined || / \[flags\]\n/.test(spec.help ?? "");
}

/** Descends the command tree while the next word is a child's name. `rest` contains the remaining words. */
export function findPath(argv: string[]): { path: string; rest: string[] } {
  let path = "";
  let rest = argv;
  for (;;) {
    const words = stripFlags(rest, path);
    const next = words[0];
    const child = next === undefined ? undefined : childOf(path, next);
    if (next === undefined) return { path, rest };
    if (child === undefined) {
      if (path === "") {
        const message = `unknown command ${JSON.stringify(next)} for "flyctl"${suggestions(next)}`;
        throw new WrongLine(message, path, true);
      }
      return { path, rest };
    }
    rest = withoutFirst(rest, next, path);
    path = child;
  }
}

/** The words that are neither flags nor values of flags, according to the flags of `path`. */
function stripFlags(argv: string[], path: string): string[] {
  const words: string[] = [];
  const queue = [...argv];
  while (queue.length > 0) {
    const word = queue.shift() ?? "";
    if (word === "--") break;
    if (takesNext(word, path)) {
      if (queue.length <= 1) break;
      queue.shift();
    } else if (word !== "" && !word.startsWith("-")) {
      words.push(word);
    }
  }
  return words;
}

function takesNext(word: string, path: string): boolean {
  const flags = flagsOf(path);
  if (word.startsWith("--")) return !word.includes("=") && !hasNoOpt(flags[word.slice(2)]);
  if (!word.startsWith("-") || word.includes("=") || word.length !== 2) return false;
  return !hasNoOpt(Object.values(flags).find((flag) => flag.short === word[1]));
}

function hasNoOpt(flag: FlagSpec | undefined): boolean {
  return flag !== undefined && (flag.type === "bool" || flag.noOpt !== undefined);
}

function withoutFirst(argv: string[], word: string, path: string): string[] {
  for (let i = 0; i < argv.length; i++) {
    const item = argv[i] ?? "";
    if (item === "--") break;
    if (takesNext(item, path)) i++;
    else if (!item.startsWith("-") && item === word) return [...argv.slice(0, i), ...argv.slice(i + 1)];
  }
  return argv;
}

function readFlags(line: Line, argv: string[]): void {
  const known = flagsOf(line.path);
  const queue = [...argv];
  while (queue.length > 0) {
    const word = queue.shift() ?? "";
    if (word === "--") {
      line.dash = line.args.length;
      line.args.push(...queue);
      return;
    }
    if (word.startsWith("--")) readLong(line, known, word, queue);
    else if (word.startsWith("-") && word.length > 1) readShorts(line, known, word, queue);
    else line.args.push(word);
  }
}

function readLong(line: Line, known: Record<string, FlagSpec>, word: string, queue: string[]): void {
  const [name = "", ...values] = word.slice(2).split("=");
  if (name === "" || name.startsWith("-")) throw new WrongLine(`bad flag syntax: ${word}`, line.path);
  const spec = known[name];
  if (spec === undefined) throw new WrongLine(`unknown flag: --${name}`, line.path);
  let value: string;
  if (word.includes("=")) value = values.join("=");
  else if (hasNoOpt(spec)) value = spec.noOpt ?? "true";
  else {
    const next = queue.shift();
    if (next === undefined) throw new WrongLine(`flag needs an argument: --${name}`, line.path);
    value = next;
  }
  setFlag(line, name, spec, value);
}

function readShorts(line: Line, known: Record<string, FlagSpec>, word: string, queue: string[]): void {
  let shorts = word.slice(1);
  while (shorts !== "") {
    const letter = shorts[0] ?? "";
    const found = Object.entries(known).find(([, spec]) => spec.short === letter);
    if (found === undefined) {
      throw new WrongLine(`unknown shorthand flag: '${letter}' in -${shorts}`, line.path);
    }
    const [name, spec] = found;
    if (shorts.length > 2 && shorts[1] === "=") {
      setFlag(line, name, spec, shorts.slice(2));
      return;
    }
    if (hasNoOpt(spec)) {
      setFlag(line, name, spec, spec.noOpt ?? "true");
      shorts = shorts.slice(1);
      continue;
    }
    const value = shorts.length > 1 ? shorts.slice(1) : queue.shift();
    if (value === undefined) {
      throw new WrongLine(`flag needs an argument: '${letter}' in -${shorts}`, line.path);
    }
    setFlag(line, name, spec, value);
    return;
  }
}

function setFlag(line: Line, name: string, spec: FlagSpec, text: string): void {
  try {
    const before = line.flags.get(name);
    line.flags.set(name, readValue(spec, text, Array.isArray(before) ? before : []));
  } catch (error) {
    const shown = spec.short !== undefined ? `-${spec.short}, --${name}` : `--${name}`;
    const message = `invalid argument ${JSON.stringify(text)} for "${shown}" flag: ${messageOf(error)}`;
    throw new WrongLine(message, line.path);
  }
}

/**
 * The value of a flag by its type.
 *
 * @throws with pflag's message.
 */
export function readValue(spec: FlagSpec, text: string, before: string[] = []): FlagValue {
  const quoted = JSON.stringify(text);
  switch (spec.type) {
    case "bool":
      if (/^(1|t|T|TRUE|true|True)$/.test(text)) return true;
      if (/^(0|f|F|FALSE|false|False)$/.test(text)) return false;
      throw new Error(`strconv.ParseBool: parsing ${quoted}: invalid syntax`);
    case "int":
      if (!/^[+-]?(\d+|0x[\da-f]+)$/i.test(text)) {
        throw new Error(`strconv.ParseInt: parsing ${quoted}: invalid syntax`);
      }
      return Number(text);
    case "float":
      if (text.trim() === "" || Number.isNaN(Number(text))) {
        throw new Error(`strconv.ParseFloat: parsing ${quoted}: invalid syntax`);
      }
      return Number(text);
    case "duration":
      return formatDuration(parseDuration(text));
    case "strings":
      return [...before, ...(text === "" ? [] : text.split(","))];
    case "stringArray":
      return [...before, text];
    default:
      return text;
  }
}

function checkArgs(line: Line): void {
  const spec: ArgsSpec | undefined = commands[line.path]?.args;
  const given = line.args.length;
  if (spec === undefined) return;
  const wrong = (message: string) => new WrongLine(message, line.path);
  if (spec.none && given > 0) {
    throw wrong(`unknown command ${JSON.stringify(line.args[0])} for "flyctl ${line.path}"`);
  }
  if (spec.exact !== undefined && given !== spec.exact) {
    throw wrong(`accepts ${spec.exact} arg(s), received ${given}`);
  }
  if (spec.range !== undefined && (given < spec.range[0] || given > spec.range[1])) {
    throw wrong(`accepts between ${spec.range[0]} and ${spec.range[1]} arg(s), received ${given}`);
  }
  if (spec.max !== undefined && given > spec.max) {
    throw wrong(`accepts at most ${spec.max} arg(s), received ${given}`);
  }
  if (spec.min !== undefined && given < spec.min) {
    throw wrong(`requires at least ${spec.min} arg(s), only received ${given}`);
  }
}

/** An alias applies unless the flag itself is given (internal/cmdutil/preparers: ApplyAliases). */
function applyAliases(line: Line): void {
  for (const [name, spec] of Object.entries(flagsOf(line.path))) {
    const value = line.flags.get(name);
    if (spec.aliasOf === undefined || value === undefined) continue;
    if (!line.flags.has(spec.aliasOf)) line.flags.set(spec.aliasOf, value);
  }
}

/** Commands with a similar name (cobra's SuggestionsFor: two letters differ, or the name begins with it). */
function suggestions(typed: string): string {
  const names = (commands[""]?.subcommands ?? []).filter((name) => {
    const near = distance(typed.toLowerCase(), name.toLowerCase()) <= 2;
    return near || name.toLowerCase().startsWith(typed.toLowerCase());
  });
  return names.length === 0 ? "" : `\n\nDid you mean this?\n${names.map((name) => `\t${name}\n`).join("")}`;
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      next[j] = Math.min((next[j - 1] ?? 0) + 1, (row[j] ?? 0) + 1, (row[j - 1] ?? 0) + same);
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
