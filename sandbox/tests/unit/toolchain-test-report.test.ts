import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { root, scratch } from "../../toolchain/paths.ts";
import type { FileReport, RunReport } from "../../toolchain/test-report.ts";
import { countsOf, tableOf } from "../../toolchain/test-table.ts";

test("tests are reported as they ended, and a file that cannot be loaded as a failure", async () => {
  // The folder is inside the checkout, so that the files find vitest.
  mkdirSync(scratch, { recursive: true });
  const folder = mkdtempSync(join(scratch, "report-"));
  try {
    const head = 'import { test } from "vitest";\n';
    writeFileSync(join(folder, "vitest.config.ts"), 'export default { test: { name: "few" } };\n');
    writeFileSync(
      join(folder, "a.test.ts"),
      `${head}test("green", () => {});\ntest("red", () => { throw new Error("no"); });\ntest("later", ({ skip }) => skip("no moon"));\n`,
    );
    writeFileSync(join(folder, "b.test.ts"), `${head}import "./nowhere.ts";\ntest("never", () => {});\n`);
    const file = join(folder, "report.json");
    const args = ["run", "--root", folder, `--reporter=${join(root, "sandbox/toolchain/test-report.ts")}`];
    await execa(process.execPath, [join(root, "node_modules/vitest/vitest.mjs"), ...args], {
      env: { MASTIFF_TEST_REPORT: file },
      reject: false,
      stdin: "ignore",
    });
    const report = JSON.parse(readFileSync(file, "utf8")) as RunReport;
    const below = relative(root, folder);
    expect(report.files.sort((a, b) => (a.file < b.file ? -1 : 1))).toMatchObject([
      { file: `${below}/a.test.ts`, tier: "few", passed: 1, failed: 1, skipped: ["later: no moon"] },
      { file: `${below}/b.test.ts`, tier: "few", passed: 0, failed: 1, skipped: [] },
    ]);
    expect(countsOf(report)).toEqual({ passed: 1, failed: 2, skipped: 1 });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("the table sums tiers, and names the slowest five and what was skipped", () => {
  const file = (
    name: string,
    tier: string,
    began: number,
    ended: number,
    more: Partial<FileReport> = {},
  ) => ({
    file: name,
    tier,
    passed: 2,
    failed: 0,
    skipped: [],
    began: began * 1000,
    ended: ended * 1000,
    ...more,
  });
  const files = [
    file("a", "unit", 0, 1),
    file("b", "unit", 0, 4, { failed: 1 }),
    file("c", "engine", 4, 70),
    file("d", "engine", 4, 30, { skipped: ["at night: no moon"] }),
    file("e", "engine", 30, 50),
    file("f", "engine", 50, 60),
  ];
  const extra = [{ tier: "conformance", passed: 1, failed: 0, seconds: 12.4 }];
  expect(tableOf({ files, errors: 0 }, extra, 90.2)).toBe(
    `tier         files  tests  failed  seconds
unit             2      5       1        4
engine           4      9       0       66
conformance             1       0       12
all              6     15       1       90

slowest files
  c  66 s
  d  26 s
  e  20 s
  f  10 s
  b   4 s

skipped
  d: at night: no moon`,
  );
});
