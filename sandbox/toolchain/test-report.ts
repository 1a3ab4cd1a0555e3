/** A reporter for vitest that writes what ran, how it ended and how long it took, for the table at the end of a run. */
import { writeFileSync } from "node:fs";
import { relative } from "node:path";
import type { Reporter, TestModule } from "vitest/node";
import { root } from "./paths.ts";

/** One test file of a run. */
export interface FileReport {
  /** Path below the checkout. */
  file: string;
  /** Name of vitest's project. */
  tier: string;
  passed: number;
  /** A file that could not be loaded, or a hook that failed, counts as one failed test. */
  failed: number;
  /** A line each: the test and the reason that it gave. */
  skipped: string[];
  /** When it began and ended, in milliseconds of the run's clock. */
  began: number;
  ended: number;
}

/** A whole run. */
export interface RunReport {
  files: FileReport[];
  /** Errors that belong to no test. */
  errors: number;
}

export default class TestReport implements Reporter {
  readonly #began = new Map<string, number>();
  readonly #ended = new Map<string, number>();

  onTestModuleStart(module: TestModule): void {
    this.#began.set(module.id, performance.now());
  }

  onTestModuleEnd(module: TestModule): void {
    this.#ended.set(module.id, performance.now());
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const file = process.env.MASTIFF_TEST_REPORT;
    if (file === undefined) return;
    const report: RunReport = { files: modules.map((module) => this.#report(module)), errors: errors.length };
    writeFileSync(file, JSON.stringify(report));
  }

  #report(module: TestModule): FileReport {
    const now = performance.now();
    const ended = this.#ended.get(module.id) ?? now;
    const report: FileReport = {
      file: relative(root, module.moduleId),
      tier: module.project.name,
      passed: 0,
      failed: 0,
      skipped: [],
      began: this.#began.get(module.id) ?? ended,
      ended,
    };
    for (const test of module.children.allTests()) {
      const result = test.result();
      if (result.state === "passed") report.passed += 1;
      else if (result.state === "skipped")
        report.skipped.push(`${test.fullName}: ${result.note ?? "no reason given"}`);
      else report.failed += 1;
    }
    // Broken outside of its tests: at import, or in a hook.
    if (module.errors().length > 0) report.failed += 1;
    return report;
  }
}
