import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * In which order test files of one group begin: the engine's first, as nothing takes longer. The tests of clients and
 * of the driver, which mostly wait, then fill what is left of the cores. Among equals as vitest has it: what failed or
 * took long the last time, else the largest file.
 */
export default class TestOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isOfEngine = ({ project }: TestSpecification) => project.name === "engine";
    return [...sorted.filter(isOfEngine), ...sorted.filter((file) => !isOfEngine(file))];
  }
}
