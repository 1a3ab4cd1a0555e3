/**
 * What a line asks for. citty takes any option, known or not; here every word has to have a meaning before
 * anything runs.
 */
import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import type { ArgDef } from "citty";
import type { Command, Commands } from "./command.ts";
import { mastiff } from "./commands.ts";
import { nearest } from "./nearest.ts";
import { UsageError } from "./usage-error.ts";

/** A line that was understood. */
export interface Call {
  asks: "run" | "help" | "version";
  command: Command;
  /** The words that call the command: "mastiff job run". */
  path: string;
  /** The command's options and words, for citty. Words that pass unchanged stand after `--`. */
  rawArgs: string[];
}

/** @throws UsageError when a word has no meaning, or one is missing. */
export async function callOf(args: readonly string[]): Promise<Call> {
  let command = mastiff;
  let path = command.meta.name;
  let rest = args;
  while (command.commands !== undefined) {
    const [word, ...others] = rest;
    if (isFlag(word, "help")) return { asks: "help", command, path, rawArgs: [] };
    if (command === mastiff && isFlag(word, "version"))
      return { asks: "version", command, path, rawArgs: [] };
    command = await below(command.commands, path, word);
    path = `${path} ${word}`;
    rest = others;
  }
  return callOfCommand(command, path, rest);
}

const isFlag = (word: string | undefined, name: string) => word === `--${name}` || word === `-${name[0]}`;
const see = (path: string) => `see  npx ${path} --help`;

async function below(commands: Commands, path: string, word: string | undefined): Promise<Command> {
  const names = Object.keys(commands);
  if (word === undefined)
    throw new UsageError({
      what: `${path} needs a command.`,
      fix: [`name one of these: ${names.join(", ")}`, see(path)],
    });
  const entry = Object.hasOwn(commands, word) ? commands[word] : undefined;
  if (entry !== undefined) return entry.load();
  if (word.startsWith("-"))
    throw new UsageError({
      what: `${path} has no option ${word}.`,
      fix: [`put options after the command:  npx ${path} <command> ${word}`, see(path)],
    });
  const near = nearest(word, names);
  throw new UsageError({
    what: `${path} has no command ${JSON.stringify(word)}.`,
    fix: [...(near === undefined ? [] : [`did you mean  npx ${path} ${near}`]), see(path)],
  });
}

function callOfCommand(command: Command, path: string, args: readonly string[]): Call {
  const options = optionsOf(command);
  const { tokens } = parseArgs({
    args: [...args],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const first = command.words && tokens.find(({ kind }) => kind !== "option");
  const end = first?.index ?? args.length;
  const own = tokens.filter((token) => token.kind === "option").filter(({ index }) => index < end);
  if (own.some(({ rawName }) => isFlag(rawName, "help"))) return { asks: "help", command, path, rawArgs: [] };
  for (const token of own) checkOption(token, command, path, options);

  if (command.words !== undefined) {
    const words = args.slice(first?.kind === "option-terminator" ? end + 1 : end);
    if (words.length === 0) throw missing(`${command.words.name} to run`, command, path);
    return { asks: "run", command, path, rawArgs: [...args.slice(0, end), "--", ...words] };
  }
  const places = Object.entries(command.args ?? {}).filter(([, { type }]) => type === "positional");
  const given = tokens.filter((token) => token.kind === "positional");
  const [needed] = places.slice(given.length).find(([, one]) => isNeeded(one)) ?? [];
  if (needed !== undefined) throw missing(needed, command, path);
  const extra = given[places.length];
  if (extra !== undefined)
    throw new UsageError({
      what: `${path} does not take the argument ${JSON.stringify(extra.value)}.`,
      fix: [...("stack" in options ? [`to name a stack:  npx ${path} -s ${extra.value}`] : []), see(path)],
    });
  return { asks: "run", command, path, rawArgs: [...args] };
}

/** Whether a line without the word is not understood. citty needs each positional argument, unless it says otherwise. */
function isNeeded({ default: usual, required = true }: ArgDef): boolean {
  return usual === undefined && required;
}

function missing(word: string, { examples }: Command, path: string): UsageError {
  return new UsageError({
    what: `${path}: the ${word} is missing.`,
    fix: [`for example:  ${examples[0]?.line}`, see(path)],
  });
}

/** The options of a command and their other names, as `parseArgs` knows options. */
function optionsOf({ args = {} }: Command): ParseArgsOptionsConfig {
  const options: ParseArgsOptionsConfig = { help: { type: "boolean", short: "h" } };
  for (const [name, one] of Object.entries(args)) {
    if (one.type === "positional") continue;
    const type = one.type === "boolean" ? "boolean" : "string";
    const aliases = "alias" in one ? [one.alias ?? []].flat() : [];
    const [short] = aliases.filter((alias) => alias.length === 1);
    options[name] = { type, ...(short !== undefined && { short }) };
    for (const alias of aliases.filter((alias) => alias.length > 1)) options[alias] = { type };
  }
  return options;
}

interface OptionToken {
  name: string;
  /** As it was typed. */
  rawName: string;
  value?: string | undefined;
  inlineValue?: boolean | undefined;
}

/** @throws UsageError when the command has no such option, or its value is missing or too much. */
function checkOption(token: OptionToken, command: Command, path: string, options: ParseArgsOptionsConfig) {
  const { rawName, value, inlineValue } = token;
  const known = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
  const negated = token.name.startsWith("no-") ? options[token.name.slice(3)] : undefined;
  if (known === undefined && negated?.type !== "boolean") {
    const near = nearest(token.name, Object.keys(options));
    throw new UsageError({
      what: `${path} has no option ${rawName}.`,
      fix: [
        ...(near === undefined || !rawName.startsWith("--") ? [] : [`did you mean  --${near}`]),
        ...(command.words
          ? [`put an option of the command itself after --:  npx ${path} -- ${rawName}`]
          : []),
        see(path),
      ],
    });
  }
  if (known?.type === "string" && (value === undefined || (inlineValue === false && value.startsWith("-"))))
    throw new UsageError({ what: `${rawName} needs a value.`, fix: [`${rawName} <value>`, see(path)] });
  if (known?.type !== "string" && value !== undefined)
    throw new UsageError({ what: `${rawName} takes no value.`, fix: [`${rawName} alone`, see(path)] });
}
