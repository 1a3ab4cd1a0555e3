import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { importLine } from "../../flyctl/secrets.ts";

/**
 * flyctl's own reading of `secrets import` lines, carried over from its internal/command/secrets/parser.go
 * (source of August 2026): what it makes of a line is what the app gets.
 */
function readAsFlyctl(input: string): Record<string, string> {
  const secrets: Record<string, string> = {};
  let open: { key: string; value: string } | undefined;
  for (const line of input
    .replace(/\n$/, "")
    .split("\n")
    .map((one) => one.replace(/\r$/, ""))) {
    if (open !== undefined) {
      if (line.endsWith('"""')) {
        secrets[open.key] = open.value + line.slice(0, -3);
        open = undefined;
      } else open.value += `${line}\n`;
      continue;
    }
    if (line.startsWith("#") || line.trim() === "") continue;
    const at = line.indexOf("=");
    if (at < 0) throw new Error(`(${line} is invalid)`);
    const key = line.slice(0, at).trim();
    let value = line.slice(at + 1).replace(/^ +/, "");
    const hash = value.indexOf("#");
    if (hash >= 0 && (value.slice(0, hash).split('"').length - 1) % 2 === 0)
      value = value.slice(0, hash).replace(/ +$/, "");
    if (value.startsWith('"""') && value.endsWith('"""') && value.length >= 6)
      secrets[key] = value.slice(3, -3);
    else if (value.startsWith('"""')) open = { key, value: `${value.slice(3)}\n` };
    else if (value.startsWith('"') && value.endsWith('"')) secrets[key] = value.slice(1, -1);
    else if (value.startsWith("'") && value.endsWith("'")) secrets[key] = value.slice(1, -1);
    else secrets[key] = value;
  }
  return secrets;
}

describe("a line for secrets import", () => {
  test("any value that gets one arrives as it is", () => {
    const value = fc.string({
      unit: fc.constantFrom("#", "'", " ", "=", "\\", "$", "a", "é", "\t", '"', "\n"),
    });
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 4 }), (values) => {
        const wanted: Record<string, string> = {};
        const lines: string[] = [];
        values.forEach((one, i) => {
          let line: string | undefined;
          try {
            line = importLine(`N${i}`, one);
          } catch {
            return;
          }
          if (line === undefined) return;
          wanted[`N${i}`] = one;
          lines.push(line);
        });
        expect(readAsFlyctl(`${lines.join("\n")}\n`)).toEqual(wanted);
      }),
    );
  });

  test("a # and outer blanks are kept", () => {
    expect(importLine("A", " x#y ")).toBe('A=" x#y "');
  });

  test("quotes and line breaks take the other way, by set N=-", () => {
    expect(importLine("A", 'say "hi"')).toBeUndefined();
    expect(importLine("A", "one\ntwo")).toBeUndefined();
  });

  test("a value that would be trimmed on that way is refused, without being shown", () => {
    expect(() => importLine("KEY", 'hunter"2\n')).toThrow(
      "secret KEY: a value with quotes or line breaks cannot start or end with blanks",
    );
  });

  test("a line beyond 64 KiB, which flyctl drops in silence, is not made", () => {
    expect(importLine("A", "x".repeat(65_533))).toBeUndefined();
    expect(() => importLine("A", "x".repeat(65_537))).toThrow("secret A: the value is beyond Fly's 64 KiB");
  });
});
