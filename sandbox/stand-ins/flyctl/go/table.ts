/**
 * Tables in flyctl's format: `│` between columns, one blank of padding, headers in capitals, no rules, a
 * blank line below. Titles are bold even without a terminal.
 *
 * Source: superfly/flyctl internal/render/render.go over olekukonko/tablewriter v1.
 */

/** A table with a header row, unless `columns` is empty. */
export function table(title: string, rows: string[][], ...columns: string[]): string {
  const header = columns.length > 0 ? [columns.map(heading)] : [];
  return `${heading1(title)}${draw([...header, ...rows])}\n`;
}

/** One row per column: ` Name │ value `. */
export function verticalTable(title: string, objects: string[][], ...columns: string[]): string {
  let text = heading1(title);
  const drawn: string[][] = [];
  for (const object of objects) {
    // Every Render draws all rows that were added so far.
    columns.forEach((column, i) => {
      drawn.push([column, object[i] ?? ""]);
    });
    text += `${draw(drawn)}\n`;
  }
  return text;
}

/** Bold for every kind of output (logrusorgru/aurora does not check for a terminal). */
export function bold(text: string): string {
  return `\u001b[1m${text}\u001b[0m`;
}

function heading1(title: string): string {
  return title === "" ? "" : `${bold(title)}\n`;
}

/** tablewriter's tw.Title after tw.SplitCamelCase: separate words, with blanks for underscores and most dots. */
function heading(name: string): string {
  const chars = [...camelCaseWords(name).join(" ")];
  const text = chars
    .map((char, i) => {
      if (char === "_") return " ";
      if (char !== ".") return char;
      const before = i !== 0 && !/[\d ]/.test(chars[i - 1] ?? "");
      const after = i !== chars.length - 1 && !/[\d ]/.test(chars[i + 1] ?? "");
      return before || after ? " " : char;
    })
    .join("")
    .trim();
  return (text === "" && chars.length > 0 ? " " : text).toUpperCase();
}

/**
 * Runs of lower case letters, capitals, digits or other characters. "CPUs" becomes "CP" and "Us", as in
 * tablewriter.
 */
function camelCaseWords(text: string): string[] {
  const runs = text.match(/\p{Ll}+|\p{Lu}+|\p{Nd}+|[^\p{Ll}\p{Lu}\p{Nd}]+/gu) ?? [];
  for (let i = 0; i < runs.length - 1; i++) {
    const [run = "", next = ""] = [runs[i], runs[i + 1]];
    if (!/^\p{Lu}/u.test(run) || !/^\p{Ll}/u.test(next)) continue;
    const last = [...run].at(-1) ?? "";
    runs[i + 1] = last + next;
    runs[i] = run.slice(0, run.length - last.length);
  }
  return runs.filter((run) => run.trim() !== "" && run !== "_");
}

function draw(rows: string[][]): string {
  const cells = rows.map((row) => row.map((cell) => cell.split("\n")));
  const widths: number[] = [];
  for (const row of cells) {
    row.forEach((lines, i) => {
      widths[i] = Math.max(widths[i] ?? 0, ...lines.map(width));
    });
  }
  let text = "";
  for (const row of cells) {
    const height = Math.max(1, ...row.map((lines) => lines.length));
    for (let line = 0; line < height; line++) {
      const parts = widths.map((wide, i) => pad(row[i]?.[line] ?? "", wide));
      text += ` ${parts.join(" │ ")} \n`;
    }
  }
  return text;
}

function pad(text: string, wide: number): string {
  return text + " ".repeat(Math.max(0, wide - width(text)));
}

/** Columns of a text on a terminal: escape sequences take none, wide characters two. */
function width(text: string): number {
  let columns = 0;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence begins with one.
  for (const char of text.replace(/\u001b\[[0-9;]*m/g, "")) {
    columns += /\p{Emoji_Presentation}/u.test(char) ? 2 : 1;
  }
  return columns;
}
