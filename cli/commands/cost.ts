import { budgetProblem, overBudget } from "../../components/cost/budget.ts";
import { costOf } from "../../components/cost/cost.ts";
import { costJson, costTable } from "../../components/cost/report.ts";
import { shell } from "../../providers/shared/shell.ts";
import { command } from "../command.ts";
import { openCommunity } from "../community.ts";
import { community, json, stack } from "../options.ts";

export const cost = command({
  meta: { name: "cost", description: "Says what a community costs a month, from its config." },
  notes: [
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
    const { settings } = await openCommunity(args.stack, args.community);
    const of = costOf(settings);
    if (args.json) {
      stdout(
        `${JSON.stringify({ ...costJson(of), overBudget: overBudget(settings, of) ?? null }, null, 2)}\n`,
      );
      return;
    }
    stdout(`${costTable(of)}\n`);
    const problem = budgetProblem(settings, of);
    if (problem !== undefined) stderr(`\n${problem}\n`);
  },
});
