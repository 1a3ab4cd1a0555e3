import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { identifier, literal, shellCommand } from "../../providers/fly/things/psql.ts";
import { scramVerifier } from "../../providers/fly/things/scram.ts";

/** A psql that prints its arguments. Real shells split the command line. */
const folder = mkdtempSync(join(tmpdir(), "psql-"));
writeFileSync(join(folder, "psql"), `#!/bin/sh\nprintf '%s\\0' "$@"\n`);
chmodSync(join(folder, "psql"), 0o755);
afterAll(() => rmSync(folder, { recursive: true }));

/** psql's arguments. The machine splits the command line once, and its sh splits it a second time. */
function argumentsOf(line: string): string[] {
  const env = { PATH: `${folder}${delimiter}${process.env.PATH}`, OPERATOR_PASSWORD: "op pass" };
  return execFileSync("/bin/sh", ["-c", line], { env, encoding: "utf8" }).split("\0").slice(0, -1);
}

describe("SQL through two shells", () => {
  test("arrives as one argument, with the operator's password filled in inside", () => {
    expect(argumentsOf(shellCommand("SELECT 1 FROM pg_roles WHERE rolname = 'acme'"))).toEqual([
      "-X",
      "-A",
      "-t",
      "-v",
      "ON_ERROR_STOP=1",
      "postgres://postgres:op pass@localhost:5433/postgres",
      "-c",
      "SELECT 1 FROM pg_roles WHERE rolname = 'acme'",
    ]);
  });

  test("a verifier's dollars are no variables", () => {
    const statement = `CREATE ROLE ${identifier("acme")} LOGIN PASSWORD ${literal(scramVerifier("x1x2x3x4"))}`;
    expect(argumentsOf(shellCommand(statement)).at(-1)).toBe(statement);
  });

  test("any statement of printable letters arrives as it is, or is refused", () => {
    const statement = fc.string({ unit: fc.constantFrom(..."ab $'\";|&<>(){}*?~#=%^:,.`\\!") });
    fc.assert(
      fc.property(statement, (text) => {
        if (/[\\`!]/.test(text)) expect(() => shellCommand(text)).toThrow("does not survive two shells");
        else expect(argumentsOf(shellCommand(text)).at(-1)).toBe(text);
      }),
      { numRuns: 40 },
    );
  });

  test.each(["Acme", "1acme", 'a"b', "a;b", "a".repeat(64)])("%s is no name", (name) => {
    expect(() => identifier(name)).toThrow("is not a valid name for a database or role");
  });

  test.each(["a'b", 'a"b', "a\\b", "a;b", ""])("'%s' is no literal", (text) => {
    expect(() => literal(text)).toThrow("this value is not a plain literal");
  });
});
