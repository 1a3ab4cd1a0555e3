/** Pictures of what was measured. Pure. */
import type { Chain } from "./critical-path.ts";
import { beside, colours, element, label, secondsAxis, stepsUpTo, svg } from "./drawing.ts";
import type { Figure } from "./lab.ts";
import type { Kept } from "./results.ts";
import { type Series, seriesOf } from "./statistics.ts";

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
  const span = width - left - right;
  const x = (multiple: number) => left + (Math.min(Math.max(multiple, 0), farthest) / farthest) * span;
  const bars = figures.flatMap(({ row, figure, median, least, most }, index) => {
    const y = top + index * rowHeight;
    const fill = median <= 1 ? colours.service : colours.critical;
    const spread = { x1: x(least), y1: y + 9.5, x2: x(most), y2: y + 9.5 };
    return [
      label(`${row}  ${figure.name.replaceAll("`", "")}`, left - 8, y + 13, { anchor: "end" }),
      element("rect", {
        x: left,
        y: y + 3,
        width: x(median) - left,
        height: 13,
        fill,
        "fill-opacity": "0.7",
      }),
      element("line", { ...spread, stroke: colours.engine, "stroke-width": 2 }),
      label(median.toFixed(2), x(Math.max(median, most)) + 5, y + 13, { small: true }),
    ];
  });
  const bottom = top + figures.length * rowHeight;
  const goal = { x1: x(1), y1: top - 6, x2: x(1), y2: bottom };
  const lines = [
    element("line", { ...goal, stroke: colours.plain, "stroke-dasharray": "4 3" }),
    label("goal", x(1), top - 10, { anchor: "middle", small: true }),
    ...bars,
  ];
  const says = "each figure as a multiple of its goal: less is better";
  return [{ name: "goals.svg", says, svg: svg(width, bottom + 10, says, lines) }];
}

/** The critical path of row 1 as a staircase: what has to wait for what, in the run with the median length. */
export function chainPlot(results: readonly Kept[]): Plot[] {
  const chains = (results.find(({ row }) => row === 1)?.data ?? []) as Chain[];
  const chain = [...chains].sort((a, b) => a.milliseconds - b.milliseconds)[chains.length >> 1];
  if (chain === undefined) return [];
  const height = 18;
  const x = (ms: number) => left + (ms / chain.milliseconds) * (width - left - right);
  let passed = 0;
  const stairs = chain.links.flatMap(({ name, milliseconds }, index) => {
    const [y, from] = [top + index * height, x(passed)];
    passed += milliseconds;
    const to = x(passed);
    return [
      label(name.slice(0, 56), left - 8, y + 11, { anchor: "end", small: true }),
      element("rect", {
        x: from,
        y: y + 2,
        width: Math.max(1, to - from),
        height: 12,
        fill: colours.critical,
      }),
      beside(seconds(milliseconds / 1000), from, to, y + 11, width - right),
    ];
  });
  const bottom = top + chain.links.length * height;
  const axis = secondsAxis(chain.milliseconds / 1000, (one) => x(one * 1000), top, bottom);
  const says = `the critical path of an up from nothing: ${seconds(chain.milliseconds / 1000)} at full latency`;
  return [{ name: "critical-path.svg", says, svg: svg(width, bottom + 10, says, [...axis, ...stairs]) }];
}

/** A point of a curve of row 10. */
interface Point extends Series {
  verb: string;
  size: number;
}

/** Row 10: seconds by size, a curve for each operation. */
export function growthPlot(results: readonly Kept[]): Plot[] {
  const points = (results.find(({ row }) => row === 10)?.figures ?? []).flatMap(pointOf);
  if (points.length === 0) return [];
  const [tall, axisLeft, axisRight] = [260, 60, width - 150];
  const farthest = Math.max(...points.map(({ size }) => size));
  const highest = Math.max(...points.map(({ most }) => most));
  const x = (size: number) => axisLeft + (size / farthest) * (axisRight - axisLeft - 10);
  const y = (value: number) => top + tall - (value / highest) * tall;
  const curves = [...new Set(points.map(({ verb }) => verb))].flatMap((verb, index) => {
    const own = points.filter((point) => point.verb === verb);
    const stroke = index === 0 ? colours.detail : colours.service;
    const corners = own.map(({ size, median }) => `${x(size).toFixed(1)},${y(median).toFixed(1)}`).join(" ");
    const last = own.at(-1);
    return [
      element("polyline", { fill: "none", stroke, "stroke-width": 2, points: corners }),
      ...own.map(({ size, least, most }) =>
        element("line", { x1: x(size), y1: y(least), x2: x(size), y2: y(most), stroke, "stroke-width": 5 }),
      ),
      ...(last ? [label(`${verb}, ${seconds(last.median)}`, x(last.size) + 10, y(last.median) + 4)] : []),
    ];
  });
  const sizes = [...new Set(points.map(({ size }) => size))];
  const frame = `M${axisLeft} ${top} V${top + tall} H${axisRight}`;
  const axes = [
    ...stepsUpTo(highest).map((step) =>
      label(`${step} s`, axisLeft - 10, y(step) + 4, { anchor: "end", small: true }),
    ),
    ...sizes.map((size) => label(`×${size}`, x(size), top + tall + 18, { anchor: "middle", small: true })),
    element("path", { d: frame, fill: "none", stroke: colours.plain }),
  ];
  const says = "seconds of an up and of a clean preview by the size of the community";
  return [{ name: "growth.svg", says, svg: svg(width, top + tall + 30, says, [...axes, ...curves]) }];
}

function pointOf({ name, unit, values }: Figure): Point[] {
  const [, verb = "", size = ""] = /^(\w+), ×(\d+)$/.exec(name.replaceAll("`", "")) ?? [];
  return unit === "s" && verb !== "" ? [{ verb, size: Number(size), ...seriesOf(values) }] : [];
}

/** How often a figure is its goal: above 1 is missed, for goals of both kinds. */
function multiplesOf({ values, goal }: Figure): Series {
  if (goal === undefined) throw new Error("only a figure with a goal is a multiple of it");
  return seriesOf(values.map((value) => ("most" in goal ? value / goal.most : goal.least / value)));
}

function seconds(value: number): string {
  return `${value.toFixed(1)} s`;
}
