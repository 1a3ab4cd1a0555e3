/** The tree of the operator's commands, as a list. */
import type { Command } from "../../cli/command.ts";
import { mastiff } from "../../cli/commands.ts";

/** A command, and the words that call it: `mastiff job run`. */
export interface Listed {
  path: string;
  command: Command;
}

/** Every command that can be typed, groups among them, mastiff itself first. */
export async function everyCommand(command: Command = mastiff, path = "mastiff"): Promise<Listed[]> {
  const below = await Promise.all(
    Object.entries(command.commands ?? {}).map(async ([name, { load }]) =>
      everyCommand(await load(), `${path} ${name}`),
    ),
  );
  return [{ path, command }, ...below.flat()];
}
