import { BaseSequencer, type TestSpecification } from "vitest/node";
import { spread } from "./test-spread.ts";

/** Sets the order in which test files begin: vitest's, {@link spread} so that the cores are busy to the end. */
export default class TestOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return spread(await super.sort(files));
  }
}
