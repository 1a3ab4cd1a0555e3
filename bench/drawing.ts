/** Parts of a picture: SVG without a background, in the reader's colour of text, light or dark. Pure. */

export const colours = {
  plain: "#8c8c8c",
  critical: "#cf222e",
  detail: "#1f6feb",
  service: "#2da44e",
  engine: "#8250df",
} as const;

/** Text as it may stand in SVG. */
export function escaped(text: string): string {
  const names: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replaceAll(/[&<>"]/g, (character) => names[character] ?? character);
}

/**
 * An element of SVG.
 * @param attributes numbers get one decimal, which is finer than a screen
 * @param content SVG, or text that is escaped already
 */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  content = "",
): string {
  const written = Object.entries(attributes).map(([key, value]) => {
    const text = typeof value === "number" ? String(Math.round(value * 10) / 10) : escaped(value);
    return ` ${key}="${text}"`;
  });
  return content === ""
    ? `<${name}${written.join("")}/>`
    : `<${name}${written.join("")}>${content}</${name}>`;
}

/** A text that begins, ends or is centred at `x`; `y` is its baseline. */
export function label(
  text: string,
  x: number,
  y: number,
  how: { anchor?: "start" | "middle" | "end"; small?: boolean; bold?: boolean } = {},
): string {
  const { anchor = "start", small = false, bold = false } = how;
  const style = { ...(small && { class: "small" }), ...(bold && { "font-weight": "600" }) };
  return element("text", { x, y, "text-anchor": anchor, ...style }, escaped(text));
}

/** Words beside a bar: behind it, or before it where they would leave the picture. */
export function beside(words: string, from: number, to: number, y: number, rightmost: number): string {
  return to > rightmost
    ? label(words, from - 4, y, { anchor: "end", small: true })
    : label(words, to + 4, y, { small: true });
}

/** An axis of seconds above a picture, with a line down for each step. */
export function secondsAxis(
  seconds: number,
  x: (seconds: number) => number,
  top: number,
  bottom: number,
): string[] {
  return stepsUpTo(seconds).flatMap((step) => [
    element("line", {
      ...{ x1: x(step), y1: top - 6, x2: x(step), y2: bottom },
      ...{ stroke: colours.plain, "stroke-opacity": "0.25" },
    }),
    label(`${step} s`, x(step), top - 10, { anchor: "middle", small: true }),
  ]);
}

/** Steps of an axis from 0 to about `most`: 1, 2 or 5 times a power of ten, eight at most. */
export function stepsUpTo(most: number): number[] {
  const power = 10 ** Math.floor(Math.log10(most / 8));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => most / one <= 8) ?? 10 * power;
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, index) => index * step);
}

/** A whole SVG file. @param says what the picture shows, for who does not see it */
export function svg(width: number, height: number, says: string, lines: readonly string[]): string {
  const dark = "@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } }";
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img"`,
    `  aria-label="${escaped(says)}">`,
    `  <style>text { font: 12px system-ui, sans-serif; fill: #1f2328 } .small { font-size: 10px } ${dark}</style>`,
    ...lines.map((line) => `  ${line}`),
    "</svg>",
    "",
  ].join("\n");
}
