import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * In which order the test files of one group begin: those of the engine one after another, all others spread evenly
 * between them. Tests of clients and of the driver mostly wait and tests of the engine compute, so only side by side do
 * they fill the cores from beginning to end. Among equals the order is vitest's: what failed or took long the last time,
 * else the largest file.
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
