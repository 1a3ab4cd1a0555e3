import { command } from "../../command.ts";
import { chosenStacks, selection } from "../../fleet/chosen-stacks.ts";
import { parallel, runFleet, runOptions } from "../../fleet/run-fleet.ts";
import { backupWork } from "../../fleet/work.ts";
import { json } from "../../options.ts";

export const backup = command({
  meta: { name: "backup", description: "Takes a backup of the database of each community now." },
  notes: [
    "It does for each what `npx mastiff backup` does for one: a machine takes the backup and reads it back.",
    "Ctrl-C only stops watching. Backups that have begun continue in their machines.",
  ],
  args: { ...selection, parallel, json },
  examples: [
    { line: "npx mastiff fleet backup --all", does: "before something that may go wrong" },
    { line: "npx mastiff fleet backup --tag eu --json", does: "for a script" },
  ],
  async run({ args }) {
    const options = runOptions(args);
    const stacks = await chosenStacks(args);
    return (await runFleet([{ stacks, work: backupWork }], options)).exitCode;
  },
});
