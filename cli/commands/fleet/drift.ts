import { command } from "../../command.ts";
import { chosenStacks, selection } from "../../fleet/chosen-stacks.ts";
import { currentEngine } from "../../fleet/engine.ts";
import { pace, runFleet, runOptions } from "../../fleet/run-fleet.ts";
import { driftWork } from "../../fleet/work.ts";
import { json } from "../../options.ts";

export const drift = command({
  meta: { name: "drift", description: "Finds what other hands have changed in each stack." },
  notes: [
    "It previews with a refresh, which changes nothing: Fly, Cloudflare and SendGrid are compared with the state.",
    "The exit code is 1 when a stack has drift. `npx mastiff review` says more of one stack.",
  ],
  args: { ...selection, ...pace, json },
  examples: [
    { line: "npx mastiff fleet drift --all", does: "for a timer" },
    { line: "npx mastiff fleet drift --stacks acme,dogs --json", does: "for a script" },
  ],
  async run({ args }) {
    const options = runOptions(args);
    const stacks = await chosenStacks(args);
    const work = driftWork(await currentEngine());
    return (await runFleet([{ stacks, work }], options)).exitCode;
  },
});
