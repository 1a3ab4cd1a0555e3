/**
 * flyctl's output as values. flyctl colours its output even without a terminal, answers empty lists in prose
 * where JSON was asked for, adds lines after JSON and draws tables with │: this file handles all of that.
 */

/** Text without terminal escapes and carriage returns. flyctl sets bold and colour even with NO_COLOR. */
export function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences start with a control character
  return text.replace(/\u001b\[[0-9;?]*[ -/]*[@-~]/g, "").replaceAll("\r", "");
}

/**
 * The JSON value at the start of an output. Text after the value is ignored (`certs list` adds some after
 * 50 rows). `No … found` in place of a list is an empty list, and so is `null`.
 *
 * @throws when the output is neither JSON nor an empty list.
 */
export function jsonIn(output: string): unknown {
  const text = plain(output).trim();
  if (/^no .* found/i.test(text) || text === "null") return [];
  try {
    return JSON.parse(text);
  } catch {
    const end = endOfJson(text);
    if (end > 0) return JSON.parse(text.slice(0, end));
    throw new Error(`flyctl's answer is not JSON: ${text.slice(0, 200)}`);
  }
}

/** Index after the JSON object or array that the text starts with; 0 when there is none. */
function endOfJson(text: string): number {
  if (text[0] !== "{" && text[0] !== "[") return 0;
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (inString) {
      if (c === "\\") i++;
      else if (c === '"') inString = false;
    } else if (c === '"') inString = true;
    else if (c === "{" || c === "[") depth++;
    else if (c === "}" || c === "]") {
      depth--;
      if (depth === 0) return i + 1;
    }
  }
  return 0;
}

/**
 * The values of `logs --json`: JSON objects one after the other, not in an array, each on several lines. An incomplete
 * last object is left out.
 */
export function jsonStream(output: string): unknown[] {
  const values: unknown[] = [];
  let rest = plain(output).trim();
  while (rest !== "") {
    const end = endOfJson(rest);
    if (end === 0) break;
    values.push(JSON.parse(rest.slice(0, end)));
    rest = rest.slice(end).trim();
  }
  return values;
}

/** Rows of a table with a header line, keyed by the header in lower case (`primary region`). A missing cell is "". */
export function table(output: string): Record<string, string>[] {
  const [header, ...rows] = cells(output);
  if (header === undefined) return [];
  return rows.map((row) => Object.fromEntries(header.map((name, i) => [name.toLowerCase(), row[i] ?? ""])));
}

/** A table of two columns, ` Key │ value `, as a record. */
export function verticalTable(output: string): Record<string, string> {
  // A value may contain the separator itself.
  const pairs = cells(output).map(([key, ...value]) => [key ?? "", value.join(" │ ")]);
  return Object.fromEntries(pairs);
}

/** The cells of each line that has a separator. Other lines are prose. */
function cells(output: string): string[][] {
  return plain(output)
    .split("\n")
    .filter((line) => line.includes("│"))
    .map((line) => line.split("│").map((cell) => cell.trim()));
}

/** The id in the line ` Machine ID: …` of `machine run`. flyctl prints it even when it does not see the start. */
export function machineId(output: string): string | undefined {
  return /^\s*Machine ID:\s*([0-9a-z]+)\s*$/m.exec(plain(output))?.[1];
}

/** The last line that is a JSON object, parsed. A script in a machine prints its answer so, among other lines. */
export function lastJsonLine(lines: readonly string[]): Record<string, unknown> | undefined {
  for (const line of [...lines].reverse()) {
    const text = line.trim();
    if (!text.startsWith("{")) continue;
    try {
      return JSON.parse(text) as Record<string, unknown>;
    } catch {
      // Not JSON: the line only starts with a brace.
    }
  }
  return undefined;
}

/**
 * flyctl's own message: the text after the last `Error: `, without request ids and without the GraphQL query,
 * which flyctl prints in full (`failed to run query(…) { … }: <message>`).
 *
 * A deploy that loses one machine and then aborts the others prints nothing on stderr and exits with 127, as
 * after Ctrl-C. The cause is then in the progress on stdout, on lines that start with a cross.
 */
export function errorMessage(stderr: string, stdout = ""): string {
  const text = plain(stderr);
  const at = text.lastIndexOf("Error: ");
  const crossed = plain(stdout)
    .split("\n")
    .filter((line) => line.startsWith("✖"));
  // Without `Error: `, the cause is in the progress, or else in whatever flyctl printed.
  if (at < 0 && crossed.length > 0) return crossed.join("\n");
  const message = (at < 0 ? text || plain(stdout) : text.slice(at + "Error: ".length))
    .replace(/failed to run (?:query|mutation)?[^{]*\{[\s\S]*\}: /, "")
    .replace(/^input:(?:\d+:)?\s*/, "")
    .replace(/ \((?:Request|Trace) ID: [^)]*\)/g, "");
  return message.trim();
}
