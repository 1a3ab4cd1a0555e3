import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseRecorded } from "../../components/config/undecrypted.ts";
import { shell } from "../../providers/shared/shell.ts";
import { command } from "../command.ts";
import { communitiesIn } from "../communities.ts";
import { resourcesIn } from "../community.ts";
import { json, stack } from "../options.ts";
import { type CostChange, costChange, lastSettings, orUndefined } from "../review/cost-change.ts";
import { markdownOf } from "../review/markdown.ts";
import { svgOf } from "../review/picture.ts";
import { previewOf } from "../review/preview.ts";
import { reviewOf, type Verdict, verdicts } from "../review/review.ts";
import { argumentsIn } from "../review/steps.ts";
import { communityIn, configOf, openStack, type Stack } from "../stack.ts";
import { UsageError } from "../usage-error.ts";

export const review = command({
  meta: {
    name: "review",
    description: "Previews a stack, and says in Markdown what an up would do, for a person to judge.",
  },
  notes: [
    "The report says what is refused and why, what other hands have changed, which scheduled runs failed, what restarts,",
    "who is cut off and for how long, what data is touched, what changes at each cloud, and the cost before and after,",
    "with a picture of the parts.",
    "It runs `pulumi preview --refresh`, which changes nothing, and needs the same tokens. No secret is in the report.",
    "The exit code is 1 when the verdict is that of --fail-on or a higher one. docs/review.md has the rest.",
  ],
  args: {
    stack,
    out: {
      type: "string",
      valueHint: "folder",
      description: "also write review.md, review.json and review.svg, the picture, into this folder",
    },
    refresh: {
      type: "boolean",
      default: true,
      description: "look for drift at Cloudflare and SendGrid too",
      negativeDescription: "leave that out, which is faster; Fly is always looked at",
    },
    "policy-pack": {
      type: "string",
      valueHint: "folder",
      description: "check the stack by a policy pack, such as policy",
    },
    json,
    "fail-on": {
      type: "string",
      valueHint: "verdict",
      default: "refused",
      description: "lowest verdict that makes the exit code 1: change, drift, failed or refused",
    },
  },
  examples: [
    { line: "npx mastiff review -s acme", does: "prints the report" },
    {
      line: "npx mastiff review -s acme --policy-pack policy --out review",
      does: "as a pull request is reviewed",
    },
    { line: "npx mastiff review -s acme --json --fail-on drift", does: "for a script or a timer" },
  ],
  async run({ args }) {
    const { stdout, stderr } = shell();
    const failOn = verdictOf(args["fail-on"]);
    const opened = await openStack(args.stack);
    stderr(`previewing ${opened.name}, which changes nothing\n`);
    const preview = await previewOf(opened, {
      refresh: args.refresh,
      policyPacks: args["policy-pack"] === undefined ? [] : [args["policy-pack"]],
    });
    const cost = await costOf(opened, argumentsIn(preview.events));
    const found = reviewOf(opened.name, preview, cost);
    const texts = {
      md: markdownOf(found),
      json: `${JSON.stringify(found, null, 2)}\n`,
      svg: svgOf(found.changes),
    };
    if (args.out !== undefined) {
      await mkdir(args.out, { recursive: true });
      for (const [ending, text] of Object.entries(texts))
        await writeFile(join(args.out, `review.${ending}`), text);
    }
    stdout(args.json ? texts.json : texts.md);
    return verdicts.indexOf(found.verdict) >= verdicts.indexOf(failOn) ? 1 : 0;
  },
});

/** @throws UsageError when it is no verdict that a run may fail on */
function verdictOf(text: string): Verdict {
  const known = verdicts.find((one) => one === text && one !== "nothing");
  if (known !== undefined) return known;
  throw new UsageError({
    what: `--fail-on is ${JSON.stringify(text)}: that is not a verdict.`,
    fix: ["one of these:  --fail-on change, --fail-on drift, --fail-on failed, --fail-on refused"],
  });
}

/** The cost of each community of the stack, as the last `up` made it and as this preview would. */
async function costOf(opened: Stack, wanted: ReadonlyMap<string, object>): Promise<CostChange[]> {
  const resources = await resourcesIn(opened);
  const known = communitiesIn(resources);
  const config = await configOf(opened);
  const ofConfig = orUndefined(() => communityIn(config, opened));
  // A preview that is refused early declares no community: then the names are those of the state.
  const names = new Set([...known.map(({ name }) => name), ...wanted.keys()]);
  if (names.size === 0) names.add("");
  return [...names].flatMap((name) => {
    const args = wanted.get(name) ?? {};
    const last = known.find((one) => one.name === name);
    const isByArguments = Object.keys(args).length > 0;
    const isEnding = wanted.size > 0 && !wanted.has(name);
    const after = isByArguments
      ? orUndefined(() => parseRecorded(args, name))
      : last?.args === undefined && !isEnding
        ? ofConfig
        : undefined;
    return costChange(last && lastSettings(resources, last), after) ?? [];
  });
}
