/** `mastiff:budget`: the most that the fixed part of a community may cost a month. Pure. */
import { type Cost, type CostedSettings, costOf } from "./cost.ts";
import { microsOf, usd, usdUp } from "./usd.ts";
import { type WayBack, waysBack } from "./ways-back.ts";

/** A budget that is not kept. Amounts are micro-dollars a month. */
export interface OverBudget {
  budgetMicros: number;
  /** What the fixed part costs beyond the budget. */
  excessMicros: number;
  /** Changes of config that cost less, the least loss first. */
  waysBack: WayBack[];
}

/**
 * Compares the fixed part of the cost with the budget; undefined without a budget and within it.
 *
 * @param cost the cost of the settings, where the caller has it already
 */
export function overBudget(settings: CostedSettings, cost: Cost = costOf(settings)): OverBudget | undefined {
  if (settings.budget === undefined) return undefined;
  const budgetMicros = microsOf(settings.budget);
  const excessMicros = cost.fixedMicros - budgetMicros;
  if (excessMicros <= 0) return undefined;
  return { budgetMicros, excessMicros, waysBack: waysBack(settings, budgetMicros) };
}

/**
 * What is wrong with the cost, and the ways back; undefined without a budget and within it. With `mastiff:budgetAction refuse` the
 * run stops with this text, else it is a warning.
 *
 * @param cost the cost of the settings, where the caller has it already
 */
export function budgetProblem(settings: CostedSettings, cost: Cost = costOf(settings)): string | undefined {
  const over = overBudget(settings, cost);
  if (over === undefined) return undefined;
  const { budgetMicros, excessMicros, waysBack: ways } = over;
  const { fixedMicros, unknown } = cost;
  const rest = ways.reduce((left, { saves }) => left - saves, fixedMicros);
  const still = rest <= budgetMicros ? "" : `, which is still ${usdUp(rest - budgetMicros)} too much`;
  const lines = ways.flatMap(({ what, command, saves, noticed }) => [
    `${what}: saves ${usd(saves)}. People notice: ${noticed}.`,
    `  ${command}`,
  ]);
  if (ways.length === 0) lines.push("nothing more can be saved without losing data");
  else if (ways.length > 1 || still !== "") lines.push(`together: ${usd(rest)} USD a month${still}`);
  const about = unknown.length > 0 ? "at least" : "about";
  const [total, excess] = [usd(fixedMicros), usdUp(excessMicros)];
  const back = lines.join("\n          ");
  const enough = usdUp(fixedMicros);
  return [
    `This community costs ${about} ${total} USD a month, ${excess} more than mastiff:budget allows (${usd(budgetMicros)}).`,
    ...unknown,
    "  set in  mastiff:budget",
    `  fix     ${back}`,
    `          or allow it:  pulumi config set mastiff:budget ${enough}`,
  ].join("\n");
}
