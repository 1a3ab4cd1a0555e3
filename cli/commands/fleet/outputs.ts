import { shell } from "../../../providers/shared/shell.ts";
import { command } from "../../command.ts";
import { chosenStacks, selection } from "../../fleet/chosen-stacks.ts";
import { must } from "../../pulumi.ts";

export const outputs = command({
  meta: { name: "outputs", description: "Prints the outputs of each stack as one JSON document." },
  notes: ["The outputs are by the name of the stack. No secret is decrypted: it is shown as [secret]."],
  args: { ...selection },
  examples: [
    { line: "npx mastiff fleet outputs --all", does: "for a script" },
    { line: "npx mastiff fleet outputs --stacks acme,dogs", does: "of two stacks" },
  ],
  async run({ args }) {
    const outputsByStack: Record<string, unknown> = {};
    for (const stack of await chosenStacks(args))
      outputsByStack[stack.name] = JSON.parse(must(await stack.pulumi(["stack", "output", "--json"])));
    shell().stdout(`${JSON.stringify(outputsByStack, null, 2)}\n`);
  },
});
