import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * In which order test files of one group begin: one of the engine's, one of another tier, in turn. Tests of clients and of
 * the driver mostly wait, tests of the engine compute, and only side by side do they fill the cores. Among equals as
 * vitest has it: what failed or took long the last time, else the largest file.
 */
export default class TestOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isOfEngine = ({ project }: TestSpecification) => project.name === "engine";
    const [engine, others] = [sorted.filter(isOfEngine), sorted.filter((file) => !isOfEngine(file))];
    return sorted.flatMap((_, i) => [engine[i], others[i]].filter((file) => file !== undefined));
  }
}
