/**
 * `mastiff cost`: what the community of a stack costs a month, from its config. Asks no cloud and needs no secret.
 */
import { defineCommand } from "citty";
import { execa } from "execa";
import { ConfigError } from "../../components/config/config-error.ts";
import { parseCommunity } from "../../components/config/read.ts";
import { budgetProblem, overBudget } from "../../components/cost/budget.ts";
import { type CostedSettings, costOf } from "../../components/cost/cost.ts";
import { costJson, costTable } from "../../components/cost/report.ts";
import { OperatorError } from "../../providers/shared/operator-error.ts";

export default defineCommand({
  meta: { name: "cost", description: "says what the community costs a month, from its config" },
  args: {
    stack: { type: "string", alias: "s", description: "the stack; default: the one that is selected" },
    json: {
      type: "boolean",
      default: false,
      description: "as JSON; amounts of money are whole micro-dollars",
    },
  },
  async run({ args }) {
    try {
      const settings = await settingsOf(args.stack);
      const cost = costOf(settings);
      if (args.json) {
        const json = { ...costJson(cost), overBudget: overBudget(settings) ?? null };
        process.stdout.write(`${JSON.stringify(json, null, 2)}\n`);
        return;
      }
      process.stdout.write(`${costTable(cost)}\n`);
      const problem = budgetProblem(settings);
      if (problem !== undefined) process.stderr.write(`\n${problem}\n`);
    } catch (error) {
      if (!(error instanceof OperatorError || error instanceof ConfigError)) throw error;
      process.stderr.write(`${error.message}\n`);
      process.exitCode = 1;
    }
  },
});

/** One value as `pulumi config --json` shows it; a secret has no value. */
interface Shown {
  value?: string;
  secret: boolean;
}

/** The checked config of a stack. @throws OperatorError when Pulumi does not show it, ConfigError when it does not hold */
async function settingsOf(stack: string | undefined): Promise<CostedSettings> {
  const name = stack ?? (await pulumi(["stack", "--show-name"])).trim();
  const shown = await pulumi(["config", "--json", "--show-secrets=false", "--stack", name]);
  const { raw, encrypted } = rawConfig(JSON.parse(shown) as Record<string, Shown>);
  return parseCommunity(raw, encrypted, name);
}

async function pulumi(args: string[]): Promise<string> {
  const run = await execa("pulumi", [...args, "--color=never"], { stdin: "ignore", reject: false });
  if (run.exitCode === undefined) throw new OperatorError(`pulumi does not run: ${run.shortMessage}`);
  if (run.exitCode !== 0) throw new OperatorError(run.stderr);
  return run.stdout;
}

/**
 * The values of our keys, as the program gets them. A secret's value is not shown: what stands in for it has the form that its
 * key takes, because the whole config is checked.
 */
export function rawConfig(shown: Readonly<Record<string, Shown>>): {
  raw: Record<string, string>;
  encrypted: Set<string>;
} {
  const mine = Object.entries(shown)
    .filter(([key]) => key.startsWith("mastiff:"))
    .map(([key, value]) => [key.slice("mastiff:".length), value] as const);
  return {
    raw: Object.fromEntries(
      mine.map(([key, { value }]) => [key, value ?? (key === "secretEnv" ? "{}" : "hidden")]),
    ),
    encrypted: new Set(mine.filter(([, { secret }]) => secret).map(([key]) => key)),
  };
}
