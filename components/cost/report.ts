/** The cost of a community as text: a line for previews, a table and JSON for `mastiff cost`. Pure. */
import { inColumns } from "../../providers/shared/columns.ts";
import type { Cloud, Cost, CostPart } from "./cost.ts";
import { unitUsd, usd } from "./usd.ts";

/** The cost in one line. */
export function costLine({ fixed, fixedMicros, use, unknown }: Cost): string {
  const clouds = [...new Set(fixed.map(({ cloud }) => cloud))]
    .map((cloud) => ({ cloud, micros: sumOf(fixed, cloud) }))
    .filter(({ micros }) => micros > 0)
    .map(({ cloud, micros }) => `${cloud} ${usd(micros)}`);
  const onTop = use
    .filter(({ inShort }) => inShort !== undefined)
    .map(({ inShort, cloud, micros }) =>
      cloud === "SendGrid" ? `${inShort} (${usd(micros)} for its whole account)` : inShort,
    );
  const about = unknown.length > 0 ? "at least" : "about";
  return `${about} ${usd(fixedMicros)} USD a month: ${clouds.join(", ")}; plus, by use, ${listed(onTop)}`;
}

/** The cost as a table for a terminal. */
export function costTable({ fixed, fixedMicros, use, useMicros, free, unknown }: Cost): string {
  const head = ["USD a month", "amount", "price of one", "per month", ""];
  const rows = [
    head,
    ...fixed.map(row),
    ["fixed", "", "", usd(fixedMicros), ""],
    ["", "", "", "", ""],
    ["by use, assumed", "amount", "price of one", "per month", ""],
    ...use.map(row),
    ["at these amounts", "", "", usd(useMicros), ""],
    ["", "", "", "", ""],
    ["free each month", "amount", "", "", "until"],
    ...free.map(({ what, amount, unit, until = "no announced end", sharedBy }) => [
      what,
      `${amount} ${unit}`,
      "",
      "",
      `${until}; for ${sharedBy}`,
    ]),
  ];
  return [
    ...inColumns(rows, [false, true, true, true, false]),
    "",
    ...unknown,
    "Without tax. A month has 30 days. Prices, their sources and what is not counted: docs/cost.md",
  ].join("\n");
}

/** The cost for scripts. Amounts of money are whole micro-dollars a month. */
export function costJson(cost: Cost): object {
  const { fixed, fixedMicros, use, useMicros, free, unknown } = cost;
  const plain = ({ what, cloud, amount, unit, unitMicros, micros, note }: CostPart) => ({
    what,
    cloud,
    amount,
    unit,
    unitMicros,
    micros,
    ...(note !== undefined && { note }),
  });
  return {
    currency: "USD",
    daysPerMonth: 30,
    fixed: { micros: fixedMicros, parts: fixed.map(plain) },
    byUse: { micros: useMicros, parts: use.map(plain) },
    free: free.map((part) => ({ ...part, until: part.until ?? null })),
    unknown,
  };
}

function row({ what, amount, unit, unitMicros, micros, note = "" }: CostPart): string[] {
  return [what, `${Math.round(amount * 100) / 100} ${unit}`, unitUsd(unitMicros), usd(micros), note];
}

function sumOf(parts: readonly CostPart[], cloud: Cloud): number {
  return parts.filter((one) => one.cloud === cloud).reduce((total, { micros }) => total + micros, 0);
}

function listed(words: readonly (string | undefined)[]): string {
  return words.length < 2 ? (words[0] ?? "nothing") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
