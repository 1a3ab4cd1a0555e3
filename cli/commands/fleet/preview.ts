import { command } from "../../command.ts";
import { chosenStacks, selection } from "../../fleet/chosen-stacks.ts";
import { currentEngine } from "../../fleet/engine.ts";
import { packsOf, policyPack } from "../../fleet/policy-pack.ts";
import { pace, runFleet, runOptions } from "../../fleet/run-fleet.ts";
import { engineWork } from "../../fleet/work.ts";
import { json } from "../../options.ts";

export const preview = command({
  meta: { name: "preview", description: "Previews each stack, which changes nothing." },
  notes: [
    "The table says how many resources an up would change, and which stacks it would refuse. Fly is looked at.",
    "The exit code is 1 when a stack is refused. `npx mastiff review` says more of one stack.",
  ],
  args: { ...selection, ...pace, "policy-pack": policyPack, json },
  examples: [
    { line: "npx mastiff fleet preview --all", does: "every stack of the project" },
    { line: "npx mastiff fleet preview --tag eu --json", does: "for a script" },
  ],
  async run({ args }) {
    const options = runOptions(args);
    const stacks = await chosenStacks(args);
    const what = { verb: "preview", refresh: false, policyPacks: packsOf(args) } as const;
    const work = engineWork(await currentEngine(), "preview", what);
    return (await runFleet([{ stacks, work }], options)).exitCode;
  },
});
