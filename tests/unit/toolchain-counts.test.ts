import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { root, scratch } from "../../toolchain/paths.ts";

test("counts tests as they ended, and a file that cannot be loaded as a failure", async () => {
  // Inside the checkout, so that the files find vitest.
  mkdirSync(scratch, { recursive: true });
  const folder = mkdtempSync(join(scratch, "counts-"));
  try {
    const head = 'import { test } from "vitest";\n';
    writeFileSync(join(folder, "vitest.config.ts"), "export default {};\n");
    writeFileSync(
      join(folder, "a.test.ts"),
      `${head}test("green", () => {});\ntest("red", () => { throw new Error("no"); });\ntest.skip("later", () => {});\n`,
    );
    writeFileSync(join(folder, "b.test.ts"), `${head}import "./nowhere.ts";\ntest("never", () => {});\n`);
    const file = join(folder, "counts.json");
    const args = ["run", "--root", folder, `--reporter=${join(root, "toolchain/test-counts.ts")}`];
    await execa(process.execPath, [join(root, "node_modules/vitest/vitest.mjs"), ...args], {
      env: { MASTIFF_TEST_COUNTS: file },
      reject: false,
      stdin: "ignore",
    });
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({ passed: 1, failed: 2, skipped: 1 });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
