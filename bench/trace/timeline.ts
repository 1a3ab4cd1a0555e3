/** Draws a trace: what happened when, and which steps made it as long as it was. Pure. */
import { beside, colours, element, escaped, label, secondsAxis, svg } from "../drawing.ts";
import type { ResourceStep, Stretch, Trace } from "./parts.ts";

const [width, left, right, rowHeight, top] = [1280, 260, 150, 17, 46];

/** A row of the picture: a name, and what is drawn beside it. */
interface Line {
  name: string;
  draw(y: number): string[];
}

/** The picture of a trace. Steps shorter than a hundredth of the whole are drawn only when they are critical. */
export function timelineOf(trace: Trace, title: string): string {
  const whole = trace.ended - trace.began;
  const inOrder = <T extends Stretch>(all: readonly T[]) => [...all].sort((a, b) => a.from - b.from);
  const x = (time: number) => left + ((time - trace.began) / whole) * (width - left - right);
  const box = (one: Stretch, y: number, fill: string, height = 11) =>
    element(
      "rect",
      {
        x: x(one.from),
        y: y + (13 - height) / 2,
        width: Math.max(0.6, x(one.to) - x(one.from)),
        height,
        fill,
      },
      `<title>${escaped(one.name)}: ${seconds(one.to - one.from)}, from ${seconds(one.from - trace.began)}</title>`,
    );
  const words = (one: Stretch, y: number, text: string) =>
    beside(text, x(one.from), x(one.to), y + 10, width - right);
  const bar = (one: Stretch, fill: string): Line => ({
    name: one.name,
    draw: (y) => [box(one, y, fill), words(one, y, seconds(one.to - one.from))],
  });
  const step = (one: ResourceStep): Line => ({
    name: one.name,
    draw: (y) => [
      box(one, y, one.isCritical ? colours.critical : colours.plain),
      ...one.within.map((run) => box(run, y, colours.detail, 5)),
      words(
        one,
        y,
        [seconds(one.to - one.from), one.waitedFor && `after ${one.waitedFor}`].filter(Boolean).join(", "),
      ),
    ],
  });
  const isDrawn = (one: ResourceStep) => one.isCritical || one.to - one.from > whole / 100;
  const groups: [string, Line[]][] = [
    ["engine", inOrder(trace.engine).map((one) => bar(one, colours.engine))],
    ["resources (blue: runs of flyctl)", inOrder(trace.steps).filter(isDrawn).map(step)],
    ["looks", inOrder(trace.looks).map((one) => bar(one, colours.engine))],
    [
      "machines on Fly (green: services)",
      inOrder(trace.machines).map((one) => bar(one, one.isJob ? colours.plain : colours.service)),
    ],
    [
      "calls",
      Object.entries(trace.calls).map(([cloud, calls]) => ({
        name: `${cloud}: ${calls.length}`,
        draw: (y) => calls.map((call) => box(call, y, colours.detail)),
      })),
    ],
  ];
  const lines = [label(title, 16, 20)];
  let y = top;
  for (const [name, rows] of groups.filter(([, own]) => own.length > 0)) {
    lines.push(label(name, 16, y + 10, { bold: true }));
    for (const row of rows) {
      y += rowHeight;
      lines.push(label(row.name, left - 8, y + 10, { anchor: "end", small: true }), ...row.draw(y));
    }
    y += rowHeight + 6;
  }
  const axis = secondsAxis(whole / 1000, (one) => x(trace.began + one * 1000), top, y);
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

/** The critical path of the calls in words, beside the time that the operation took. */
export function pathOf({ began, ended, path }: Trace, scale: number): string {
  const least = path.milliseconds * scale;
  return `${seconds(least).padStart(8)}  critical path of its calls: took ÷ path ${((ended - began) / least).toFixed(2)}`;
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
