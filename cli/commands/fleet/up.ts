import { command } from "../../command.ts";
import { failOn, urgencyOf } from "../../doctor/fail-on.ts";
import { chosenStacks, selection } from "../../fleet/chosen-stacks.ts";
import { currentEngine } from "../../fleet/engine.ts";
import { packsOf, policyPack } from "../../fleet/policy-pack.ts";
import { pace, runFleet, runOptions } from "../../fleet/run-fleet.ts";
import { canary, withCanary } from "../../fleet/waves.ts";
import { doctorWork, inTurn, upWork } from "../../fleet/work.ts";
import { json } from "../../options.ts";
import { UsageError } from "../../usage-error.ts";

/** As {@link failOn}, without its default: without a canary no doctor looks, and the option has no meaning. */
const failOnOfCanary = {
  type: "string",
  valueHint: "severity",
  description: `with --canary: lowest severity that fails it: info, warning or critical (Default: ${failOn.default})`,
} as const;

export const up = command({
  meta: { name: "up", description: "Brings up each stack." },
  notes: [
    "It runs `pulumi up --yes` without a preview: see `npx mastiff fleet preview` first. One that fails does not stop others.",
    "With --policy-pack, each stack is previewed first, and one that violates a policy stays as it is.",
    "With --canary, that stack goes first and the doctor looks at it. The others begin only when both went well.",
    "After Ctrl-C no further stack begins, and those that run end as after a Ctrl-C at pulumi.",
  ],
  args: { ...selection, ...pace, canary, "policy-pack": policyPack, json, "fail-on": failOnOfCanary },
  examples: [
    { line: "npx mastiff fleet up --all", does: "every stack of the project" },
    { line: "npx mastiff fleet up --all --canary acme", does: "acme first, the others when it is well" },
    { line: "npx mastiff fleet up --tag eu --parallel 4", does: "four at a time" },
  ],
  async run({ args }) {
    const options = runOptions(args);
    const least = urgencyOf(args["fail-on"] ?? failOn.default);
    if (args["fail-on"] !== undefined && args.canary === undefined)
      throw new UsageError({
        what: "--fail-on says what the doctor may find at the canary, and no --canary is named: without one, no doctor looks.",
        fix: [
          "name the stack that goes first:  --canary <name>",
          "or look at all of them after the up:  npx mastiff fleet doctor --all --fail-on <severity>",
        ],
      });
    const { first, others } = withCanary(await chosenStacks(args), args.canary);
    const work = upWork(await currentEngine(), packsOf(args));
    const waves = [
      { stacks: first, work: inTurn(work, doctorWork({ least, inside: true })) },
      { stacks: others, work },
    ];
    return (await runFleet(waves, options)).exitCode;
  },
});
