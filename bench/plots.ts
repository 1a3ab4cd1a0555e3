/** Pictures of what was measured. Pure. */
import type { Chain } from "./critical-path.ts";
import { at, colours, escaped, svg, ticksUpTo } from "./drawing.ts";
import type { Figure } from "./lab.ts";
import type { Kept } from "./results.ts";
import { seriesOf } from "./statistics.ts";

/** A file below docs/performance. */
export interface Plot {
  name: string;
  /** What it shows, in words. */
  says: string;
  svg: string;
}

const [width, left, right, rowHeight, top] = [960, 330, 60, 22, 40];

/** Every figure with a goal, as a multiple of its goal: what is beyond the line has missed it. */
export function goalsPlot(results: readonly Kept[]): Plot[] {
  const figures = results.flatMap(({ row, figures }) =>
    figures.flatMap((figure) => (figure.goal === undefined ? [] : [{ row, figure, ...multiplesOf(figure) }])),
  );
  if (figures.length === 0) return [];
  const farthest = 4;
  const x = (multiple: number) =>
    left + (Math.min(Math.max(multiple, 0), farthest) / farthest) * (width - left - right);
  const lines = figures.flatMap(({ row, figure, median, least, most }, index) => {
    const y = top + index * rowHeight;
    const colour = median <= 1 ? colours.service : colours.critical;
    return [
      `<text x="${left - 8}" y="${y + 13}" text-anchor="end">${escaped(`${row}  ${figure.name.replaceAll("`", "")}`)}</text>`,
      `<rect x="${left}" y="${y + 3}" width="${at(x(median) - left)}" height="13" fill="${colour}" fill-opacity="0.7"/>`,
      `<line x1="${at(x(least))}" y1="${y + 9.5}" x2="${at(x(most))}" y2="${y + 9.5}" stroke="${colours.engine}" stroke-width="2"/>`,
      `<text class="small" x="${at(x(Math.max(median, most)) + 5)}" y="${y + 13}">${median.toFixed(2)}</text>`,
    ];
  });
  const bottom = top + figures.length * rowHeight;
  const goal = [
    `<line x1="${at(x(1))}" y1="${top - 6}" x2="${at(x(1))}" y2="${bottom}" stroke="${colours.plain}" stroke-dasharray="4 3"/>`,
    `<text class="small" x="${at(x(1))}" y="${top - 10}" text-anchor="middle">goal</text>`,
  ];
  const says = "each figure as a multiple of its goal: less is better";
  return [{ name: "goals.svg", says, svg: svg(width, bottom + 10, says, [...goal, ...lines]) }];
}

/** The critical path of row 1 as a staircase: what has to wait for what, in the run with the median length. */
export function chainPlot(results: readonly Kept[]): Plot[] {
  const chains = (results.find(({ row }) => row === 1)?.data ?? []) as Chain[];
  const chain = [...chains].sort((a, b) => a.milliseconds - b.milliseconds)[chains.length >> 1];
  if (chain === undefined) return [];
  const x = (ms: number) => left + (ms / chain.milliseconds) * (width - left - right);
  let passed = 0;
  const lines = chain.links.flatMap(({ name, milliseconds }, index) => {
    const [y, from] = [top + index * 18, passed];
    passed += milliseconds;
    const words = `${(milliseconds / 1000).toFixed(1)} s`;
    const isLate = x(passed) > width - right;
    const place = isLate ? `x="${at(x(from) - 4)}" text-anchor="end"` : `x="${at(x(passed) + 4)}"`;
    return [
      `<text class="small" x="${left - 8}" y="${y + 11}" text-anchor="end">${escaped(name.slice(0, 56))}</text>`,
      `<rect x="${at(x(from))}" y="${y + 2}" width="${at(Math.max(1, x(passed) - x(from)))}" height="12" fill="${colours.critical}"/>`,
      `<text class="small" ${place} y="${y + 11}">${words}</text>`,
    ];
  });
  const bottom = top + chain.links.length * 18;
  const says = `the critical path of an up from nothing: ${(chain.milliseconds / 1000).toFixed(1)} s at full latency`;
  const axis = axisOf(chain.milliseconds / 1000, (seconds) => x(seconds * 1000), bottom);
  return [{ name: "critical-path.svg", says, svg: svg(width, bottom + 10, says, [...axis, ...lines]) }];
}

/** Row 10: seconds by size, a line for each operation. */
export function growthPlot(results: readonly Kept[]): Plot[] {
  const figures = results.find(({ row }) => row === 10)?.figures ?? [];
  const points = figures.flatMap(({ name, unit, values }) => {
    const [, verb = "", size = ""] = /^(\w+), ×(\d+)$/.exec(name.replaceAll("`", "")) ?? [];
    return unit === "s" && verb !== "" ? [{ verb, size: Number(size), ...seriesOf(values) }] : [];
  });
  if (points.length === 0) return [];
  const [tall, farthest] = [260, Math.max(...points.map(({ size }) => size))];
  const highest = Math.max(...points.map(({ most }) => most));
  const x = (size: number) => 60 + (size / farthest) * (width - 220);
  const y = (seconds: number) => top + tall - (seconds / highest) * tall;
  const lines = [...new Set(points.map(({ verb }) => verb))].flatMap((verb, index) => {
    const own = points.filter((point) => point.verb === verb);
    const colour = [colours.detail, colours.service][index % 2];
    const last = own.at(-1);
    return [
      `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${own.map((one) => `${at(x(one.size))},${at(y(one.median))}`).join(" ")}"/>`,
      ...own.map(
        (one) =>
          `<line x1="${at(x(one.size))}" y1="${at(y(one.least))}" x2="${at(x(one.size))}" y2="${at(y(one.most))}" stroke="${colour}" stroke-width="5"/>`,
      ),
      ...(last
        ? [
            `<text x="${at(x(last.size) + 10)}" y="${at(y(last.median) + 4)}">${verb}, ${last.median.toFixed(0)} s</text>`,
          ]
        : []),
    ];
  });
  const axes = [
    ...ticksUpTo(highest).map(
      (tick) => `<text class="small" x="50" y="${at(y(tick) + 4)}" text-anchor="end">${tick} s</text>`,
    ),
    ...[...new Set(points.map(({ size }) => size))].map(
      (size) =>
        `<text class="small" x="${at(x(size))}" y="${top + tall + 18}" text-anchor="middle">×${size}</text>`,
    ),
    `<path d="M60 ${top} V${top + tall} H${width - 150}" fill="none" stroke="${colours.plain}"/>`,
  ];
  const says = "seconds of up and of a clean preview by the size of the community";
  return [{ name: "growth.svg", says, svg: svg(width, top + tall + 30, says, [...axes, ...lines]) }];
}

/** How often a figure is its goal: above 1 is missed, for goals of both kinds. */
function multiplesOf({ values, goal }: Figure): { median: number; least: number; most: number } {
  if (goal === undefined) throw new Error("only a figure with a goal is a multiple of it");
  return seriesOf(values.map((value) => ("most" in goal ? value / goal.most : goal.least / value)));
}

function axisOf(seconds: number, x: (seconds: number) => number, bottom: number): string[] {
  return ticksUpTo(seconds).flatMap((tick) => [
    `<line x1="${at(x(tick))}" y1="${top - 6}" x2="${at(x(tick))}" y2="${bottom}" stroke="${colours.plain}" stroke-opacity="0.25"/>`,
    `<text class="small" x="${at(x(tick))}" y="${top - 10}" text-anchor="middle">${tick} s</text>`,
  ]);
}
