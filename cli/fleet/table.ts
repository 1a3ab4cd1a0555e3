/** The end of a run as text and as JSON. Pure. */
import { urgencies } from "../../checks/check.ts";
import { usd } from "../../components/cost/usd.ts";
import { inColumns } from "../../providers/shared/columns.ts";
import { type Changes, isWell, type Row, titleOf } from "./row.ts";

/** A column, which is left out when no stack has anything in it. */
interface Column {
  head: string;
  isNumber: boolean;
  cell(row: Row): string | undefined;
}

const count = (of: number | undefined) => (of === undefined ? undefined : String(of));

const columns: readonly Column[] = [
  { head: "stack", isNumber: false, cell: titleOf },
  { head: "result", isNumber: false, cell: ({ result }) => result },
  { head: "changes", isNumber: false, cell: ({ changes }) => changes && changesText(changes) },
  { head: "refused", isNumber: true, cell: ({ refused }) => count(refused) },
  { head: "drift", isNumber: true, cell: ({ drift }) => count(drift) },
  { head: "findings", isNumber: false, cell: findingsText },
  {
    head: "USD a month",
    isNumber: true,
    cell: ({ costMicroDollars: micros }) => (micros === undefined ? undefined : usd(micros)),
  },
  {
    head: "seconds",
    isNumber: true,
    cell: ({ result, seconds }) => (result === "skipped" ? "" : seconds.toFixed(0)),
  },
];

/** A line for each stack or community, and one for all of them. */
export function fleetTable(rows: readonly Row[], seconds: number): string {
  const used = columns.filter(({ cell }) => rows.some((row) => cell(row) !== undefined));
  const cells = rows.map((row) => used.map(({ cell }) => cell(row) ?? ""));
  return [
    ...inColumns(
      [used.map(({ head }) => head), ...cells],
      used.map(({ isNumber }) => isNumber),
    ),
    "",
    summary(rows, seconds),
  ].join("\n");
}

/** The same for scripts. Amounts of money are whole micro-dollars a month. */
export function fleetJson(operation: string, rows: readonly Row[], seconds: number): object {
  return {
    operation,
    seconds: rounded(seconds),
    stacks: rows.map(
      ({ stack, result, exitCode, changes, drift, costMicroDollars, seconds: own, ...more }) => ({
        stack,
        ...(more.community !== undefined && { community: more.community }),
        result,
        exitCode,
        changes: changes ?? null,
        refused: more.refused ?? null,
        drift: drift ?? null,
        costMicroDollars: costMicroDollars ?? null,
        seconds: rounded(own),
        ...(more.drifted && { drifted: more.drifted }),
        ...(more.findings && { findings: more.findings }),
        ...(more.error !== undefined && { error: more.error }),
      }),
    ),
  };
}

/** What is wrong with each stack that is not well, and how to repair it. */
export function troubles(rows: readonly Row[]): string[] {
  return rows.flatMap((row) => {
    const { stack, result, error } = row;
    if (error === undefined) return [];
    const how = result === "done" ? "with drift" : result;
    // What Mastiff prints for one stack may leave the choice of the stack to pulumi, and here another may be selected.
    const first = ofSelected.test(error) ? ` (before its lines:  pulumi stack select ${stack})` : "";
    return [`${titleOf(row)}, ${how}${first}:\n${indented(error)}`];
  });
}

/** A call of pulumi that names no stack. */
const ofSelected =
  /(?<![\w-])pulumi (?:cancel|config|destroy|preview|refresh|stack|state|up)\b(?!.* (?:-s|--stack) )/;

function changesText({ create, update, replace, delete: gone }: Changes): string {
  const parts = [
    [create, "created"],
    [update, "updated"],
    [replace, "replaced"],
    [gone, "deleted"],
  ] as const;
  const some = parts.filter(([number]) => number > 0).map(([number, word]) => `${number} ${word}`);
  return some.join(", ") || "none";
}

function findingsText({ findings }: Row): string | undefined {
  if (findings === undefined) return undefined;
  const counts = urgencies
    .toReversed()
    .map((urgency) => [findings.filter((one) => one.urgency === urgency).length, urgency] as const)
    .filter(([number]) => number > 0);
  return counts.map(([number, urgency]) => `${number} ${urgency}`).join(", ") || "none";
}

function summary(rows: readonly Row[], seconds: number): string {
  const results = ["done", "failed", "refused", "skipped"] as const;
  const stacks = [...Map.groupBy(rows, ({ stack }) => stack).values()];
  const ofStacks = stacks.map((own) => (own.find((row) => !isWell(row)) ?? own[0])?.result);
  const counts = results
    .map((result) => [ofStacks.filter((one) => one === result).length, result] as const)
    .filter(([number]) => number > 0)
    .map(([number, result]) => `${number} ${result}`);
  const costs = rows.flatMap(({ costMicroDollars: micros }) => micros ?? []);
  const cost = costs.reduce((sum, one) => sum + one, 0);
  return [
    `${stacks.length} ${stacks.length === 1 ? "stack" : "stacks"}: ${counts.join(", ")}`,
    ...(costs.length > 0 ? [`${usd(cost)} USD a month`] : []),
    `${seconds.toFixed(0)} s`,
  ].join("; ");
}

const rounded = (seconds: number) => Math.round(seconds * 10) / 10;

function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gm, "  ");
}
