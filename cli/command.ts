import type { ArgsDef, CommandDef } from "citty";

/** A command of the program: a citty definition, and what its help and the check of its words need beyond it. */
export interface Command<T extends ArgsDef = ArgsDef> extends CommandDef<T> {
  /** The description is the head of the help: one sentence. */
  meta: { name: string; description: string };
  /** Further sentences of the help, a line each. */
  notes?: readonly string[];
  /** Options and words by name, as they are typed (`memory-mb`). A flag without a default is off. */
  args?: T;
  /** Lines that work when they are typed, and what each does. */
  examples: readonly { line: string; does: string }[];
  /**
   * The words that pass unchanged, options among them: all from the first that is not one of the command's own
   * options, or after `--`. The command finds them in `args._`. Undefined: it takes none.
   */
  words?: { name: string; description: string };
  /** The commands below this one, if it is a group. A group has neither `args` nor `run`. */
  commands?: Commands;
  /** Set for every command that is no group. May return an exit code; without one it is 0. */
  run?: CommandDef<T>["run"];
}

/** Commands by name. `about` is the line in the group's help, for which no command is loaded. */
export type Commands = Readonly<Record<string, { about: string; load: () => Promise<Command> }>>;

/** Types the arguments of `run` by the definition. */
export function command<const T extends ArgsDef>(definition: Command<T>): Command {
  return definition as unknown as Command;
}
