/** A vitest reporter that writes each file's result and duration, for the table at the end of a run. */
import { writeFileSync } from "node:fs";
import { relative } from "node:path";
import type { Reporter, TestModule } from "vitest/node";
import { root } from "./paths.ts";

/** Result of one test file. */
export interface FileReport {
  /** Path below the checkout. */
  file: string;
  /** Name of the vitest project. */
  tier: string;
  passed: number;
  /** A file that could not be loaded and a hook that failed each count as one failed test. */
  failed: number;
  /** One line per skipped test, with the reason that it gave. */
  skipped: string[];
  /** Start and end, in milliseconds of the run's clock. */
  began: number;
  ended: number;
}

/** Result of a whole run. */
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
    // The module has an error outside its tests: at import, or in a hook.
    if (module.errors().length > 0) report.failed += 1;
    return report;
  }
}
