/** Draws a trace: what happened when, and which steps made it as long as it was. Pure. */
import { at, colours, escaped, svg, ticksUpTo } from "../drawing.ts";
import type { ResourceStep, Stretch, Trace } from "./parts.ts";

const [width, left, right, rowHeight, top] = [1280, 260, 70, 17, 46];

/** A row of the picture: a name, and what is drawn beside it. */
interface Line {
  name: string;
  draw(y: number): string[];
}

/** The picture of a trace. Steps shorter than a hundredth of the whole are drawn only when they are critical. */
export function timelineOf(trace: Trace, title: string): string {
  const { began, ended } = trace;
  const x = (time: number) => left + ((time - began) / (ended - began)) * (width - left - right);
  const rect = ({ from, to, name }: Stretch, y: number, colour: string, height = 11) =>
    `<rect x="${at(x(from))}" y="${at(y + (13 - height) / 2)}" width="${at(Math.max(0.6, x(to) - x(from)))}" height="${height}" fill="${colour}"><title>${escaped(name)}: ${seconds(to - from)}, from ${seconds(from - began)}</title></rect>`;
  const beside = (stretch: Stretch, y: number, words: string) => {
    const isLate = x(stretch.to) > width - right - 80;
    const place = isLate
      ? `x="${at(x(stretch.from) - 4)}" text-anchor="end"`
      : `x="${at(x(stretch.to) + 4)}"`;
    return `<text class="small" ${place} y="${at(y + 10)}">${escaped(words)}</text>`;
  };
  const bar = (stretch: Stretch, colour: string): Line => ({
    name: stretch.name,
    draw: (y) => [rect(stretch, y, colour), beside(stretch, y, seconds(stretch.to - stretch.from))],
  });
  const step = (one: ResourceStep): Line => ({
    name: one.name,
    draw: (y) => [
      rect(one, y, one.isCritical ? colours.critical : colours.plain),
      ...one.within.map((run) => rect(run, y, colours.detail, 5)),
      beside(
        one,
        y,
        `${seconds(one.to - one.from)}${one.waitedFor === undefined ? "" : `, after ${one.waitedFor}`}`,
      ),
    ],
  });
  const share = (stretch: Stretch) => (stretch.to - stretch.from) / (ended - began);
  const inOrder = <T extends Stretch>(all: readonly T[]) => [...all].sort((a, b) => a.from - b.from);
  const groups: [string, Line[]][] = [
    ["engine", inOrder(trace.engine).map((one) => bar(one, colours.engine))],
    [
      "resources (blue: flyctl runs)",
      inOrder(trace.steps)
        .filter((one) => one.isCritical || share(one) > 0.01)
        .map(step),
    ],
    ["looks", inOrder(trace.looks).map((one) => bar(one, colours.engine))],
    [
      "machines on Fly",
      inOrder(trace.machines).map((one) => bar(one, one.isJob ? colours.plain : colours.service)),
    ],
    [
      "calls",
      Object.entries(trace.calls).map(([cloud, calls]) => ({
        name: `${cloud}: ${calls.length}`,
        draw: (y) => calls.map((call) => rect(call, y, colours.detail)),
      })),
    ],
  ];
  const lines: string[] = [`<text x="16" y="20">${escaped(title)}</text>`];
  let y = top;
  for (const [name, rows] of groups) {
    if (rows.length === 0) continue;
    lines.push(`<text x="16" y="${y + 10}" font-weight="600">${escaped(name)}</text>`);
    y += rowHeight;
    for (const row of rows) {
      lines.push(
        `<text class="small" x="${left - 8}" y="${y + 10}" text-anchor="end">${escaped(row.name)}</text>`,
      );
      lines.push(...row.draw(y));
      y += rowHeight;
    }
    y += 6;
  }
  const axis = ticksUpTo((ended - began) / 1000).flatMap((tick) => {
    const place = at(x(began + tick * 1000));
    return [
      `<line x1="${place}" y1="${top - 8}" x2="${place}" y2="${y}" stroke="#8c8c8c" stroke-opacity="0.25"/>`,
      `<text class="small" x="${place}" y="${top - 12}" text-anchor="middle">${tick} s</text>`,
    ];
  });
  return svg(width, y + 10, title, [...axis, ...lines]);
}

/** The critical steps in words, the first one first: seconds, name, what came before. */
export function criticalOf({ began, ended, steps }: Trace): string[] {
  const critical = steps.filter((one) => one.isCritical).sort((a, b) => a.from - b.from);
  const last = critical.at(-1);
  return [
    ...critical.map((one) => {
      const before = steps.find(({ name }) => name === one.waitedFor)?.to ?? began;
      const gap = one.from - before;
      const waited = gap > 500 ? `, ${seconds(gap)} after ${one.waitedFor ?? "the start"}` : "";
      return `${seconds(one.to - one.from).padStart(8)}  ${one.name}${waited}`;
    }),
    ...(last === undefined ? [] : [`${seconds(ended - last.to).padStart(8)}  after the last of them`]),
  ];
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
