/** Grammar of the real flyctl, extracted from its --help (flyctl-grammar.json names the version). */
import { readFileSync } from "node:fs";

const grammar = JSON.parse(readFileSync(new URL("flyctl-grammar.json", import.meta.url), "utf8")) as {
  commands: Record<string, { usage: string; flags: Record<string, { type: string; short?: string }> }>;
};

/** Reasons why the real flyctl would refuse an argument list. Empty when it would accept the list. */
export function refusals(args: readonly string[]): string[] {
  const path =
    args[1] !== undefined && grammar.commands[`${args[0]} ${args[1]}`] ? args.slice(0, 2) : args.slice(0, 1);
  const command = grammar.commands[path.join(" ")];
  if (command === undefined) return [`no command ${args.slice(0, 2).join(" ")}`];
  const problems: string[] = [];
  const positional: string[] = [];
  const end = args.indexOf("--");
  const words = args.slice(path.length, end < 0 ? undefined : end);
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? "";
    if (!word.startsWith("-")) {
      positional.push(word);
      continue;
    }
    const [name = "", inline] = word.replace(/^-+/, "").split(/=(.*)/s);
    const flag = word.startsWith("--")
      ? command.flags[name]
      : Object.values(command.flags).find((one) => one.short === name);
    if (flag === undefined) problems.push(`unknown flag ${word}`);
    else if (flag.type === "bool") {
      if (inline !== undefined && !["true", "false"].includes(inline)) problems.push(`${word}: no boolean`);
    } else {
      const value = inline ?? words[++i];
      if (value === undefined) problems.push(`${word} without a value`);
      else if (flag.type === "int" && !/^\d+$/.test(value)) problems.push(`${word} ${value}: no number`);
    }
  }
  if (
    positional.length > 0 &&
    command.usage.trim() === `flyctl ${path.join(" ")} [flags]` &&
    path[0] !== "machine"
  )
    problems.push(`takes no ${positional.join(" ")}`);
  return problems;
}
