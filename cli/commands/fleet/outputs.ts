import { shell } from "../../../providers/shared/shell.ts";
import { command } from "../../command.ts";
import { chosenStacks, selection } from "../../fleet/chosen-stacks.ts";
import { inPool } from "../../fleet/pool.ts";
import { parallel, parallelOf } from "../../fleet/run-fleet.ts";

export const outputs = command({
  meta: { name: "outputs", description: "Prints the outputs of each stack as one JSON document." },
  notes: [
    "The outputs are by the name of the stack. No secret is decrypted: it is shown as [secret].",
    "A stack that does not answer is left out, and the exit code is 1.",
  ],
  args: { ...selection, parallel },
  examples: [
    { line: "npx mastiff fleet outputs --all", does: "for a script" },
    { line: "npx mastiff fleet outputs --stacks acme,dogs", does: "of two stacks" },
  ],
  async run({ args }) {
    const { stdout, stderr } = shell();
    const atOnce = parallelOf(args.parallel);
    const stacks = await chosenStacks(args);
    const known: Record<string, unknown> = {};
    await inPool(
      stacks,
      atOnce,
      () => true,
      async ({ name, pulumi }) => {
        const run = await pulumi(["stack", "output", "--json"]);
        if (run.exitCode === 0) known[name] = JSON.parse(run.stdout);
        else stderr(`${name}: ${run.output}\n`);
      },
    );
    const inOrder = stacks.filter(({ name }) => name in known).map(({ name }) => [name, known[name]]);
    stdout(`${JSON.stringify(Object.fromEntries(inOrder), null, 2)}\n`);
    return inOrder.length === stacks.length ? 0 : 1;
  },
});
