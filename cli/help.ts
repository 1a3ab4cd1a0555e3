import { stripVTControlCharacters } from "node:util";
import { type ArgsDef, renderUsage, type SubCommandsDef } from "citty";
import type { Command } from "./command.ts";

/**
 * The help of a command: citty's, with the words that pass unchanged and with examples. Plain text, also on a
 * terminal.
 *
 * @param path the words that call the command: "mastiff job run"
 */
export async function helpOf({ command, path }: { command: Command; path: string }): Promise<string> {
  const names = path.split(" ");
  const above = names.slice(0, -1).join(" ");
  const { words, commands, notes, examples } = command;
  const args: ArgsDef = { ...command.args };
  if (words !== undefined)
    args[words.name] = { type: "positional", description: words.description, required: true };
  // Instead of the commands themselves, which citty would load for their descriptions.
  const lines: SubCommandsDef = Object.fromEntries(
    Object.entries(commands ?? {}).map(([name, { about }]) => [name, { meta: { description: about } }]),
  );
  const usage = await renderUsage(
    {
      meta: { ...command.meta, name: names.at(-1) ?? "" },
      args,
      ...(commands !== undefined && { subCommands: lines }),
    },
    above === "" ? undefined : { meta: { name: above } },
  );
  const width = Math.max(...examples.map(({ line }) => line.length));
  const shown = examples.map(({ line, does }) => `  ${line.padEnd(width)}  # ${does}`);
  // citty pads its last column, too.
  const text = stripVTControlCharacters(usage).replace(/ +$/gm, "").trimEnd();
  const noted = notes === undefined ? [] : ["", "NOTES", "", ...notes.map((line) => `  ${line}`)];
  return [text, ...noted, "", "EXAMPLES", "", ...shown, ""].join("\n");
}
