import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * Sets the order in which the test files of one group begin. Engine tests keep their order, and all other
 * tests are spread evenly between them. Client and driver tests mostly wait, and engine tests compute, so the
 * cores are busy from beginning to end only when both kinds run side by side. Within each kind the order is
 * vitest's: files that failed or took long in the last run first, else the largest file first.
 */
export default class TestOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const engine = sorted.filter(isOfEngine);
    if (engine.length === 0) return sorted;
    const others = sorted.filter((file) => !isOfEngine(file));
    const until = (count: number) => Math.round((count * others.length) / engine.length);
    return engine.flatMap((file, i) => [file, ...others.slice(until(i), until(i + 1))]);
  }
}

function isOfEngine({ project }: TestSpecification): boolean {
  return project.name === "engine";
}
