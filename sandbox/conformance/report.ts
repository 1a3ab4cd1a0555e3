/** A question whose answers differed. */
export interface Difference {
  part: string;
  question: string;
  official: unknown;
  ours: unknown;
}

/**
 * The table of differences and the counts, printed at the end.
 *
 * @param lines one per comparison.
 * @param missing number of comparisons that could not be made.
 */
export function report(lines: string[], differences: Difference[], missing: number): string {
  const table = differences.map(
    ({ part, question, official, ours }) =>
      `\n${part}: ${question}\n${deviations(official, ours)
        .map((line) => `    ${line}\n`)
        .join("")}`,
  );
  const found = differences.length === 0 ? "no difference" : `${differences.length} differences`;
  const end = [
    ...(missing < lines.length ? [found] : []),
    ...(missing > 0 ? [`${missing} of ${lines.length} comparisons not made`] : []),
  ];
  return `${table.join("")}\n${lines.map((line) => `  ${line}\n`).join("")}${end.join("; ")}\n`;
}

/** The paths at which two answers differ, with both values. Long values are cut in the middle. */
export function deviations(official: unknown, ours: unknown, path = ""): string[] {
  if (JSON.stringify(official) === JSON.stringify(ours)) return [];
  if (isObject(official) && isObject(ours)) {
    const keys = [...new Set([...Object.keys(official), ...Object.keys(ours)])];
    const inner = keys.flatMap((key) => deviations(official[key], ours[key], `${path}.${key}`));
    // The objects differ only in the order of keys, or in an undefined value against an absent key.
    return inner.length > 0 ? inner : [`${path || "."}: the same values in another shape`];
  }
  return [`${path || "."}`, `  official  ${shown(official)}`, `  ours      ${shown(ours)}`];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "undefined";
  return text.length <= 600 ? text : `${text.slice(0, 400)} … ${text.slice(-180)}`;
}
