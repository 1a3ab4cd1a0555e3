/** Go's encoding/json: its output, and its errors for text that is not JSON. */

/** Characters with a meaning in HTML are escaped. */
const escapes: Record<string, string> = { "<": "\\u003c", ">": "\\u003e", "&": "\\u0026" };

export function goJson(value: unknown): string {
  return JSON.stringify(value).replace(/[<>&]/g, (letter) => escapes[letter] ?? letter);
}

const literals: Record<string, string> = { n: "null", t: "true", f: "false" };

/** The error, or undefined when the text is JSON. `ending` is the error for an early end. */
export function jsonComplaint(text: string, ending = "unexpected end of JSON input"): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    const value = text.trimStart();
    const literal = literals[value.charAt(0)];
    if (value === "" || /Unexpected end|Unterminated/.test((error as Error).message)) return ending;
    if (literal !== undefined) return literalComplaint(value, literal);
    if (!/^[[{"\-0-9]/.test(value))
      return `invalid character '${value.charAt(0)}' looking for beginning of value`;
    return (error as Error).message;
  }
}

function literalComplaint(value: string, literal: string): string {
  const at = [...literal].findIndex((letter, index) => value.charAt(index) !== letter);
  if (at < 0) return `invalid character '${value.charAt(literal.length)}' after top-level value`;
  return `invalid character '${value.charAt(at)}' in literal ${literal} (expecting '${literal.charAt(at)}')`;
}
