/** docs/performance.md: the part that is measured. The rest of the page is written by a person, and stays. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../sandbox/toolchain/paths.ts";
import type { Figure, Row } from "./lab.ts";
import { chainPlot, goalsPlot, growthPlot, type Plot } from "./plots.ts";
import { folder, type Kept, kept } from "./results.ts";
import { rows } from "./rows.ts";
import { seriesOf } from "./statistics.ts";

const file = join(root, "docs/performance.md");

/** The measured part stands between these two lines. */
const [begin, end] = [
  "<!-- measured by `npm run bench`: do not edit -->",
  "<!-- end of what is measured -->",
];

/** Writes the measured part anew, from what is kept, and draws the plots. */
export function writePage(): void {
  const results = kept(rows.map(({ number }) => number));
  const plots = [...goalsPlot(results), ...chainPlot(results), ...growthPlot(results)];
  for (const { name, svg } of plots) writeFileSync(join(folder, name), svg);
  writeFileSync(file, pageWith(readFileSync(file, "utf8"), measuredPart(rows, results, plots)));
}

/** The measured part: the table, the plots, the figures behind, and under which circumstances each row was measured. */
export function measuredPart(
  all: readonly Row[],
  results: readonly Kept[],
  plots: readonly Pick<Plot, "name" | "says">[],
): string {
  return [
    table(all, results),
    ...plots.map(({ name, says }) => `![${says}](performance/${name})\n`),
    behind(results),
    circumstances(results),
    duration(results),
  ].join("\n");
}

/**
 * A page with another measured part.
 * @throws Error when a line is missing between which it stands
 */
export function pageWith(page: string, measured: string): string {
  const [before, rest] = page.split(begin);
  const [, after] = (rest ?? "").split(end);
  if (before === undefined || after === undefined)
    throw new Error(
      `docs/performance.md has no place for the measured part, between the lines\n${begin}\n${end}`,
    );
  return `${before}${begin}\n\n${measured}\n${end}${after}`;
}

function table(all: readonly Row[], results: readonly Kept[]): string {
  const lines = all.flatMap(({ number, what }) => {
    const found = results.find(({ row }) => row === number);
    if (found === undefined) return [line([number, what, "", "", "not measured yet", ""])];
    return found.figures
      .filter(({ goal }) => goal !== undefined)
      .map((figure, index) => {
        const name = index === 0 ? [number, what] : ["", ""];
        return line([
          ...name,
          figure.name,
          goalOf(figure),
          shownOf(figure),
          isMet(figure) ? "yes" : "**no**",
        ]);
      });
  });
  return [
    line(["row", "what", "figure", "goal", "median (least to most)", "met"]),
    rule(6),
    ...lines,
    "",
  ].join("\n");
}

/** Figures without a goal: what the others are computed from. */
function behind(results: readonly Kept[]): string {
  const lines = results.flatMap(({ row, figures }) =>
    figures.filter(({ goal }) => goal === undefined).map((one) => line([row, one.name, shownOf(one)])),
  );
  return [
    "Behind the figures:\n",
    line(["row", "figure", "median (least to most)"]),
    rule(3),
    ...lines,
    "",
  ].join("\n");
}

function circumstances(results: readonly Kept[]): string {
  const same = new Map<string, number[]>();
  for (const { row, date, commit, machine, parts, runs, scale } of results) {
    const repeats = `${runs} run${runs === 1 ? "" : "s"}${scale === undefined ? "" : `, latency × ${scale}`}`;
    const how = `${date}, commit ${commit}, ${machine}; ${repeats}; ${parts.join("; ")}`;
    same.set(how, [...(same.get(how) ?? []), row]);
  }
  return [...same]
    .map(([how, numbers]) => `- ${numbers.length === 1 ? "Row" : "Rows"} ${numbers.join(", ")}: ${how}.`)
    .join("\n");
}

function duration(results: readonly Kept[]): string {
  const took = results.map(({ row, tookSeconds }) => `row ${row} ${(tookSeconds / 60).toFixed(1)}`);
  const all = results.reduce((sum, { tookSeconds }) => sum + tookSeconds, 0) / 60;
  return `- Minutes that the measurement took: ${took.join(", ")}; ${all.toFixed(0)} in all.`;
}

/** Whether the median keeps the goal. A figure without a goal keeps it. */
export function isMet({ goal, values }: Figure): boolean {
  const { median } = seriesOf(values);
  if (goal === undefined) return true;
  return "most" in goal ? median <= goal.most : median >= goal.least;
}

function goalOf({ goal, unit }: Figure): string {
  if (goal === undefined) return "";
  return "most" in goal ? `≤ ${goal.most}${unit && ` ${unit}`}` : `≥ ${goal.least}${unit && ` ${unit}`}`;
}

/** Median and spread, with as many digits as the unit deserves. */
export function shownOf({ values, unit }: Figure): string {
  const digits = unit === "" ? 2 : unit === "calls" || unit === "processes" ? 0 : 1;
  const { median, least, most } = seriesOf(values);
  const [middle, from, to] = [median, least, most].map((value) => value.toFixed(digits));
  const spread = from === to ? "" : ` (${from} to ${to})`;
  return `${middle}${unit && ` ${unit}`}${spread}`;
}

function line(cells: readonly (string | number)[]): string {
  return `| ${cells.join(" | ")} |`;
}

function rule(columns: number): string {
  return line(Array.from({ length: columns }, () => "---"));
}
