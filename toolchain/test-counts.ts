/** A reporter for vitest that writes how many tests passed and failed, for the last line of `npm test`. */
import { writeFileSync } from "node:fs";
import type { Reporter, TestModule } from "vitest/node";

/** How many tests ended how. A file that could not be loaded counts as one failed test. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

export default class TestCounts implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const file = process.env.MASTIFF_TEST_COUNTS;
    if (file !== undefined) writeFileSync(file, JSON.stringify(countOf(modules, errors)));
  }
}

function countOf(modules: readonly TestModule[], errors: readonly unknown[]): Counts {
  const counts: Counts = { passed: 0, failed: errors.length, skipped: 0 };
  for (const module of modules) {
    const tests = [...module.children.allTests()];
    for (const test of tests) {
      const { state } = test.result();
      if (state === "passed") counts.passed += 1;
      else if (state === "skipped") counts.skipped += 1;
      else counts.failed += 1;
    }
    // Broken outside of its tests: at import, or in a hook.
    if (module.errors().length > 0) counts.failed += 1;
  }
  return counts;
}
