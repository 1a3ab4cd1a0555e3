/** A vitest reporter that writes which tests failed, in order, and the errors outside of tests. */
import { writeFileSync } from "node:fs";
import { relative } from "node:path";
import type { Reporter, TestCase, TestModule, TestSuite } from "vitest/node";

/** A failed test, or a failed hook before a file's tests. */
export interface Failure {
  /** Relative to the checkout. */
  file: string;
  test: string;
  message: string;
}

/** Result of a run of vitest. */
export interface Report {
  passed: number;
  failures: Failure[];
  /** Errors outside of tests and their hooks: a file that does not load, an unhandled rejection. */
  broken: string[];
}

export default class Failures implements Reporter {
  readonly #report: Report = { passed: 0, failures: [], broken: [] };

  onTestCaseResult(test: TestCase): void {
    const { state, errors } = test.result();
    if (state === "passed") this.#report.passed += 1;
    if (state === "failed") this.#fail(test.module, test.fullName, errors);
  }

  onTestSuiteResult(suite: TestSuite): void {
    if (suite.errors().length > 0) this.#fail(suite.module, `${suite.fullName} (hook)`, suite.errors());
  }

  onTestModuleEnd(module: TestModule): void {
    const errors = module.errors();
    if (errors.length === 0) return;
    // A file with known tests has been loaded, so the error is of its own hook.
    if (module.children.size > 0) this.#fail(module, "(hook)", errors);
    else this.#report.broken.push(`${pathOf(module)} does not load: ${errors[0]?.message}`);
  }

  onTestRunEnd(_modules: readonly TestModule[], errors: readonly { message?: string }[]): void {
    this.#report.broken.push(...errors.map(({ message }) => `outside of any test: ${message}`));
    const file = process.env.MASTIFF_FAILURES;
    if (file !== undefined) writeFileSync(file, JSON.stringify(this.#report));
  }

  #fail(module: TestModule, test: string, errors: readonly { message: string }[] | undefined): void {
    const message = errors?.[0]?.message ?? "";
    this.#report.failures.push({ file: pathOf(module), test, message });
  }
}

function pathOf(module: TestModule): string {
  return relative(process.cwd(), module.moduleId);
}
