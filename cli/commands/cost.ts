import { budgetProblem, overBudget } from "../../components/cost/budget.ts";
import { costOf } from "../../components/cost/cost.ts";
import { costJson, costTable } from "../../components/cost/report.ts";
import { signedUsd, usd } from "../../components/cost/usd.ts";
import { inColumns } from "../../providers/shared/columns.ts";
import { shell } from "../../providers/shared/shell.ts";
import { command } from "../command.ts";
import { communitiesIn } from "../communities.ts";
import { type OpenedCommunity, openCommunity, resourcesIn } from "../community.ts";
import { community, json, stack } from "../options.ts";
import { type CostChange, costChange, lastSettings } from "../review/cost-change.ts";

export const cost = command({
  meta: { name: "cost", description: "Says what a community costs a month, from its config." },
  notes: [
    "It says the parts, the total, what is free and until when, and the change since the last up, which the state records.",
    "It calls no cloud and decrypts no secret. With mastiff:budget, it also says what is beyond the budget.",
    "docs/cost.md has the prices with their sources. In JSON, amounts of money are whole micro-dollars.",
  ],
  args: { stack, community, json },
  examples: [
    { line: "npx mastiff cost -s acme", does: "a table of what is fixed and what depends on use" },
    { line: "npx mastiff cost -s acme --json", does: "the same for a script" },
  ],
  async run({ args }) {
    const { stdout, stderr } = shell();
    const opened = await openCommunity(args.stack, args.community);
    const { settings } = opened;
    const of = costOf(settings);
    const change = await sinceLastUp(opened);
    if (args.json) {
      const { beforeMicros, afterMicros, parts } = change ?? {};
      const document = {
        ...costJson(of),
        change: change === undefined ? null : { beforeMicros, afterMicros, parts },
        overBudget: overBudget(settings, of) ?? null,
      };
      stdout(`${JSON.stringify(document, null, 2)}\n`);
      return;
    }
    stdout(`${costTable(of)}\n`);
    if (change !== undefined) stdout(`\n${changeTable(change)}\n`);
    const problem = budgetProblem(settings, of);
    if (problem !== undefined) stderr(`\n${problem}\n`);
  },
});

/** A change whose cost before is known. */
type KnownChange = CostChange & { beforeMicros: number; afterMicros: number };

/** Undefined: there was no `up`, or its settings are those that are costed, because a program gave them. */
async function sinceLastUp({ stack, settings, recorded }: OpenedCommunity): Promise<KnownChange | undefined> {
  if (recorded !== undefined) return undefined;
  const resources = await resourcesIn(stack);
  const last = communitiesIn(resources).find(({ args }) => args === undefined);
  const change = last && costChange(lastSettings(resources, last), settings);
  const { beforeMicros, afterMicros } = change ?? {};
  if (change === undefined || beforeMicros === undefined || afterMicros === undefined) return undefined;
  return { ...change, beforeMicros, afterMicros };
}

function changeTable({ beforeMicros, afterMicros, parts }: KnownChange): string {
  const row = (what: string, before: number, after: number) => [
    what,
    usd(before),
    usd(after),
    signedUsd(after - before),
  ];
  const rows = [
    ["since the last up", "before", "after", "change"],
    ...parts.map((part) => row(part.what, part.beforeMicros, part.afterMicros)),
    row("fixed", beforeMicros, afterMicros),
  ];
  return inColumns(rows, [false, true, true, true]).join("\n");
}
