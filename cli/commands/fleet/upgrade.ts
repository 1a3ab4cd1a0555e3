import { shell } from "../../../providers/shared/shell.ts";
import { command } from "../../command.ts";
import { failOn, urgencyOf } from "../../doctor/fail-on.ts";
import { chosenStacks, selection } from "../../fleet/chosen-stacks.ts";
import { currentEngine } from "../../fleet/engine.ts";
import { pace, runFleet, runOptions } from "../../fleet/run-fleet.ts";
import { howToGoOn, setVersion, versionOf } from "../../fleet/upgraded.ts";
import { canary, inWaves, sizesOf, waves, withCanary } from "../../fleet/waves.ts";
import { after, doctorWork, inTurn, upWork } from "../../fleet/work.ts";
import { json } from "../../options.ts";

/** How carefully it goes. */
const care = { ...pace, waves, "fail-on": failOn } as const;

export const upgrade = command({
  meta: { name: "upgrade", description: "Brings each community to a version of Mastodon, in waves." },
  notes: [
    "The canary goes first, then the waves. For each stack, mastiff:mastodonVersion is written into its config when its turn",
    "comes, then up runs, then the doctor looks. At the first that fails no further stack begins: it says where it stands,",
    "and the line that goes on from there. Going on with a stack that has the version changes nothing.",
  ],
  args: {
    version: {
      type: "positional",
      required: true,
      description: "the version, as v4.7.5",
    },
    ...selection,
    ...pace,
    canary,
    waves,
    json,
    "fail-on": failOn,
  },
  examples: [
    { line: "npx mastiff fleet upgrade v4.7.5 --all --canary acme", does: "acme, then one, five, the rest" },
    { line: "npx mastiff fleet upgrade v4.7.5 --tag eu --waves 2,10", does: "two, then ten at a time" },
  ],
  async run({ args }) {
    const options = runOptions(args);
    const sizes = sizesOf(args.waves);
    const version = versionOf(args.version);
    const least = urgencyOf(args["fail-on"]);
    const { first, others } = withCanary(await chosenStacks(args), args.canary);
    const groups = [...(first.length === 0 ? [] : [first]), ...inWaves(others, sizes)];
    const engine = await currentEngine();
    const up = upWork(engine, []);
    const work = after(
      (stack) => setVersion(stack, version),
      inTurn({ ...up, name: "upgrade" }, doctorWork({ least, inside: true })),
    );
    const { rows, exitCode } = await runFleet(
      groups.map((stacks) => ({ stacks, work })),
      { ...options, stopsAtFailure: true },
    );
    const words = howToGoOn(version, rows, chosenOf(args));
    if (words !== undefined) shell().stderr(`\n${words}\n`);
    return exitCode;
  },
});

/** The options of {@link care} that somebody gave another value than the usual one. */
function chosenOf(
  args: Readonly<Partial<Record<keyof typeof care, string | undefined>>>,
): Record<string, string> {
  const usual: Readonly<Record<string, { type: string; default?: string }>> = care;
  const chosen = Object.keys(care).flatMap((name) => {
    // Blanks are allowed between sizes of waves, and would end the word.
    const value = args[name as keyof typeof care]?.replaceAll(/\s/g, "");
    return value === undefined || value === usual[name]?.default ? [] : [[name, value] as const];
  });
  return Object.fromEntries(chosen);
}
