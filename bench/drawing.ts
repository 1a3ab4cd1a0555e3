/** The frame of a picture: SVG without a background, in the reader's colour of text, light or dark. Pure. */

/** Text as it may stand in SVG. */
export function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** A whole SVG file. @param says what the picture shows, for who does not see it */
export function svg(width: number, height: number, says: string, lines: readonly string[]): string {
  const dark = "@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } }";
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(says)}">`,
    `  <style>text { font: 12px system-ui, sans-serif; fill: #1f2328 } .small { font-size: 10px } ${dark}</style>`,
    ...lines.map((line) => `  ${line}`),
    "</svg>",
    "",
  ].join("\n");
}

/** A coordinate with one decimal, which is finer than a screen. */
export function at(value: number): string {
  return String(Math.round(value * 10) / 10);
}

export const colours = {
  plain: "#8c8c8c",
  critical: "#cf222e",
  detail: "#1f6feb",
  service: "#2da44e",
  engine: "#8250df",
} as const;

/** Steps of an axis from 0 to about `most`: 1, 2 or 5 times a power of ten, eight at most. */
export function ticksUpTo(most: number): number[] {
  const power = 10 ** Math.floor(Math.log10(most / 8));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => most / one <= 8) ?? 10 * power;
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, index) => index * step);
}
