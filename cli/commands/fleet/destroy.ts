import { shell } from "../../../providers/shared/shell.ts";
import { confirmed, yes } from "../../asking.ts";
import { command } from "../../command.ts";
import { chosenStacks, selection } from "../../fleet/chosen-stacks.ts";
import { currentEngine } from "../../fleet/engine.ts";
import { pace, runFleet, runOptions } from "../../fleet/run-fleet.ts";
import { engineWork } from "../../fleet/work.ts";
import { json } from "../../options.ts";

export const destroy = command({
  meta: { name: "destroy", description: "Destroys the resources of each stack, after a question." },
  notes: [
    "It names the stacks, and wants their number typed. The stacks themselves, their config and their backups stay.",
    "It runs `pulumi destroy --yes`, which refuses a community that is protected (docs/operations.md, “Ending a community”).",
  ],
  args: { ...selection, ...pace, json, yes },
  examples: [
    { line: "npx mastiff fleet destroy --stacks trial1,trial2", does: "asks for the number 2" },
    { line: "npx mastiff fleet destroy --tag trial --yes", does: "for a script" },
  ],
  async run({ args }) {
    const options = runOptions(args);
    const stacks = await chosenStacks(args);
    const names = stacks.map(({ name }) => name).join(", ");
    const count = stacks.length;
    shell().stderr(
      `${count === 1 ? "This stack loses" : `These ${count} stacks lose`} all resources: ${names}\n`,
    );
    await confirmed(String(count), args.yes === true);
    const what = { verb: "destroy", refresh: false, policyPacks: [] } as const;
    const work = engineWork(await currentEngine(), "destroy", what);
    return (await runFleet([{ stacks, work }], options)).exitCode;
  },
});
