import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { importLine } from "../../providers/fly/things/secrets.ts";
import { secretProblem, wayOf } from "../../providers/rules/secret-values.ts";
import { parseSecrets } from "../../sandbox/stand-ins/flyctl/secrets-file.ts";

/**
 * The value that reaches the app: the local flyctl parses a line, and trims a value that is sent alone (Go's
 * strings.TrimSpace).
 */
function arrives(name: string, value: string): string | undefined {
  const line = importLine(name, value);
  return line === undefined
    ? value.replace(/^[\s\u0085]+|[\s\u0085]+$/g, "")
    : parseSecrets(`${line}\n`)[name];
}

const difficult = fc.string({
  unit: fc.constantFrom("#", "'", " ", "=", "\\", "$", "a", "é", "\t", '"', "\n", "\r", "\u0085", "\u00a0"),
  maxLength: 12,
});

describe("a secret's value", () => {
  test("arrives as it is, or is refused before anything is staged", () => {
    fc.assert(
      fc.property(difficult, (value) => {
        if (secretProblem("N", value) !== undefined) {
          expect(() => importLine("N", value)).toThrow("secret N: the value");
          return;
        }
        expect(arrives("N", value)).toBe(value);
      }),
      { numRuns: 5000 },
    );
  });

  test("several of them in one import do not disturb each other", () => {
    fc.assert(
      fc.property(fc.array(difficult, { minLength: 1, maxLength: 5 }), (values) => {
        const wanted = Object.fromEntries(
          values
            .map((value, i) => [`N${i}`, value] as const)
            .filter(([name, value]) => !["alone", undefined].includes(wayOf(name, value))),
        );
        const lines = Object.entries(wanted).map(([name, value]) => importLine(name, value));
        expect(parseSecrets(`${lines.join("\n")}\n`)).toEqual(wanted);
      }),
    );
  });

  test.each<[string, string]>([
    ["a # and outer blanks", " x#y "],
    ["a key in lines, with its last line feed", "-----BEGIN KEY-----\nMIIB\n-----END KEY-----\n"],
    ["a CR at the end", "one\ntwo\r"],
    ["a CR alone at the end", "hunter2\r"],
    ["lines that end in CR LF", "one\r\ntwo"],
    ["quotes, and a line feed at the end", 'say "hi"\n'],
    ["quotes and a blank at the end", 'say "hi" '],
    ["nothing", ""],
  ])("with %s is carried", (_what, value) => {
    expect(arrives("KEY", value)).toBe(value);
  });

  test("goes alone when it has quotes or lines, and no blank at its ends", () => {
    expect(importLine("A", 'say "hi"')).toBeUndefined();
    expect(importLine("A", "one\ntwo")).toBeUndefined();
  });

  test.each<[string, string, string]>([
    ["lines that end in CR LF, the last one too", "hunter\r\n2\r\n", "remove them"],
    ["a NUL", "hunter\0", "contains a NUL character"],
    ["half a character", "hunter\ud800", "contains half of a character"],
    ["more than 64 KiB", "x".repeat(65_537), "is longer than the 64 KiB"],
    ["a line beyond 64 KiB and a blank", `${"x".repeat(65_534)}" `, "is longer than the 64 KiB"],
  ])("with %s is refused, without being shown", (_what, value, reason) => {
    expect(secretProblem("KEY", value)).toContain(reason);
    expect(secretProblem("KEY", value)).not.toContain("hunter");
    expect(() => importLine("KEY", value)).toThrow(`secret KEY: the value`);
  });

  test("of nearly 64 KiB goes alone, because flyctl drops so long a line in silence", () => {
    expect(importLine("A", "x".repeat(65_533))).toBeUndefined();
  });
});
