/**
 * flyctl's output as values. It colours even without a terminal, answers empty lists in prose where JSON was
 * asked for, adds lines after JSON, and draws tables with │: all of that ends here.
 */

/** Text without terminal escapes. flyctl sets bold and colour whatever NO_COLOR says. */
export function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences start with a control character
  return text.replace(/\u001b\[[0-9;?]*[ -/]*[@-~]/g, "").replaceAll("\r", "");
}

/**
 * The JSON value at the start of an output; whatever follows it is flyctl talking on (`certs list` does after
 * 50 rows). `No … found` in place of a list is an empty list, and so is `null`.
 *
 * @throws when there is neither: the output is then not what we asked for.
 */
export function jsonIn(output: string): unknown {
  const text = plain(output).trim();
  if (/^no .* found/i.test(text) || text === "null") return [];
  try {
    return JSON.parse(text);
  } catch {
    const end = endOfJson(text);
    if (end > 0) return JSON.parse(text.slice(0, end));
    throw new Error(`flyctl answered no JSON but: ${text.slice(0, 200)}`);
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

/** `logs --json`: JSON objects one after the other, each over several lines, in no array. Halves are left out. */
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

/** Rows of a table with a header line, keyed by header in lower case: `primary region`. */
export function table(output: string): Record<string, string>[] {
  const [header, ...rows] = cells(output);
  if (header === undefined) return [];
  return rows.map((row) => Object.fromEntries(header.map((name, i) => [name.toLowerCase(), row[i] ?? ""])));
}

/** A table of two columns, ` Key │ value `, as a record. */
export function verticalTable(output: string): Record<string, string> {
  const pairs = cells(output).map(([key, ...value]) => [key ?? "", value.join(" │ ")]);
  return Object.fromEntries(pairs);
}

function cells(output: string): string[][] {
  return plain(output)
    .split("\n")
    .filter((line) => line.includes("│"))
    .map((line) => line.split("│").map((cell) => cell.trim()));
}

/** The id in `machine run`'s ` Machine ID: …` line, which is printed even when the start is not seen. */
export function machineId(output: string): string | undefined {
  return /^\s*Machine ID:\s*([0-9a-z]+)\s*$/m.exec(plain(output))?.[1];
}

/** The last line that is a JSON object, parsed: how a script in a machine answers amid a log. */
export function lastJsonLine(lines: readonly string[]): Record<string, unknown> | undefined {
  for (const line of [...lines].reverse()) {
    const text = line.trim();
    if (!text.startsWith("{")) continue;
    try {
      return JSON.parse(text) as Record<string, unknown>;
    } catch {
      // A line that merely starts with a brace.
    }
  }
  return undefined;
}

/**
 * flyctl's own message: what stands after the last `Error: `, without the GraphQL text, which it prints in
 * full (`failed to run query(…) { … }: <message>`), and without request ids.
 *
 * A deploy that lost one machine and then breaks off the others says nothing on stderr and ends with 127, as after
 * Ctrl-C; why is in the progress, behind a cross.
 */
export function errorMessage(stderr: string, stdout = ""): string {
  const text = plain(stderr);
  const at = text.lastIndexOf("Error: ");
  const crossed = plain(stdout)
    .split("\n")
    .filter((line) => line.startsWith("✖"));
  if (at < 0 && crossed.length > 0) return crossed.join("\n");
  const message = (at < 0 ? text || plain(stdout) : text.slice(at + "Error: ".length))
    .replace(/failed to run (?:query|mutation)?[^{]*\{[\s\S]*\}: /, "")
    .replace(/^input:(?:\d+:)?\s*/, "")
    .replace(/ \((?:Request|Trace) ID: [^)]*\)/g, "");
  return message.trim();
}
