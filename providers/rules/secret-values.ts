/**
 * Which values flyctl stores unchanged as an app's secrets, and by which of its commands. Pure.
 *
 * `secrets import` reads lines (superfly/flyctl internal/command/secrets/parser.go). A value ends before its
 * first # unless an odd number of double quotes precedes it. One pair of outer quotes is removed, and nothing
 * is unescaped. `"""` opens a block that ends with the line that ends in `"""`. The CR before a line feed is
 * dropped. A line of 64 KiB is dropped silently. `secrets set N=-` reads 64 KiB of standard input and trims
 * them.
 */

const longest = 65_536;

/**
 * How a value is passed: in a line or a block of an import, or alone on standard input; undefined when each
 * of these would change it.
 */
export type Way = "line" | "block" | "alone";

export function wayOf(name: string, value: string): Way | undefined {
  if (valueProblem(value) !== undefined) return undefined;
  const fits = value.split("\n").every((line) => bytes(`${name}=""${line}""""`) < longest);
  if (!/["\n]/.test(value) && fits) return "line";
  if (!hasBlankEnds(value)) return "alone";
  if (!fits) return undefined;
  return value.includes("\n") ? blockWay(value) : lineWay(value);
}

/** Why a value does not arrive unchanged; undefined when it does. The text does not contain the value. */
export function secretProblem(name: string, value: string): string | undefined {
  const problem = valueProblem(value);
  if (problem !== undefined) return problem;
  if (wayOf(name, value) !== undefined) return undefined;
  return bytes(value) > longest - 100
    ? "is longer than the 64 KiB that flyctl can transfer"
    : "begins or ends with a blank or a line break, which flyctl drops from a text with quotes or with lines that end in CR: remove them";
}

/** Why a value cannot be in an environment at all; undefined when it can. */
export function valueProblem(value: string): string | undefined {
  if (value.includes("\0")) return "contains a NUL character, which no environment can contain";
  if (!value.isWellFormed()) return "contains half of a character (a lone surrogate)";
  return bytes(value) > longest ? "is longer than the 64 KiB that flyctl can transfer" : undefined;
}

function bytes(text: string): number {
  return Buffer.byteLength(text);
}

/** Whether a value begins or ends with white space as Go trims it. */
function hasBlankEnds(value: string): boolean {
  return /^[\s\u0085]|[\s\u0085]$/.test(value);
}

function lineWay(value: string): Way | undefined {
  return value.startsWith('""') || value === '"' || isCut(value, 1) ? undefined : "line";
}

function blockWay(value: string): Way | undefined {
  const lines = value.split("\n");
  const inner = lines.slice(0, -1);
  return inner.some((line) => line.endsWith('"""') || line.endsWith("\r")) || isCut(lines[0] ?? "", 3)
    ? undefined
    : "block";
}

/** Whether a # would end the text, when this many quotes of ours come before it. */
function isCut(text: string, quotes: number): boolean {
  const at = text.indexOf("#");
  return at >= 0 && (text.slice(0, at).split('"').length - 1 + quotes) % 2 === 0;
}
