import { command } from "../../command.ts";
import { failOn, urgencyOf } from "../../doctor/fail-on.ts";
import { chosenStacks, selection } from "../../fleet/chosen-stacks.ts";
import { pace, runFleet, runOptions } from "../../fleet/run-fleet.ts";
import { doctorWork } from "../../fleet/work.ts";
import { json } from "../../options.ts";

export const doctor = command({
  meta: { name: "doctor", description: "Says what is wrong with each community, and how to repair it." },
  notes: [
    "It asks of each what `npx mastiff doctor` asks of one. The table counts the findings by their severity.",
    "The findings from --fail-on on follow on stderr, with their repair. With --json, all are in the document.",
  ],
  args: {
    ...selection,
    ...pace,
    inside: {
      type: "boolean",
      default: true,
      negativeDescription: "leave out the look into the machines, which takes half a minute",
      description: "look into the machines too",
    },
    json,
    "fail-on": failOn,
  },
  examples: [
    { line: "npx mastiff fleet doctor --all", does: "for a timer" },
    { line: "npx mastiff fleet doctor --all --no-inside --parallel 8", does: "only from outside" },
    { line: "npx mastiff fleet doctor --all --json --fail-on warning", does: "for a script" },
  ],
  async run({ args }) {
    const options = runOptions(args);
    const looking = { least: urgencyOf(args["fail-on"]), inside: args.inside };
    const stacks = await chosenStacks(args);
    return (await runFleet([{ stacks, work: doctorWork(looking) }], options)).exitCode;
  },
});
