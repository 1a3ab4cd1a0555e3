import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import TestOrder from "./sandbox/toolchain/test-order.ts";

/**
 * A project per tier, cheapest first: `npm test -- --project unit`. A test file that no folder claims is a unit test.
 * docs/testing.md says what each tier is for. `npm test` leaves out the tier `long`.
 */
const filesOf = {
  component: "tests/component/**/*.test.ts",
  clients: "tests/clients/**/*.test.ts",
  sandbox: "sandbox/tests/*.test.ts",
  driver: "tests/driver/**/*.test.ts",
  engine: "tests/engine/**/*.test.ts",
  long: "tests/{browser,engine/long,real}/**/*.test.ts",
};
const never = ["**/node_modules/**", ".mastiff/**"];

/**
 * Groups run one after the other, so that a cheap test fails before an expensive one has begun. Tests of clients and
 * of the driver mostly wait, for the patience of what they test, while tests of the engine compute: they share a group.
 */
const order = [["unit"], ["component"], ["local", "driver", "engine"], ["long"]];
const tier = (name: string) => ({
  name,
  sequence: { groupOrder: order.findIndex((group) => group.includes(name)) },
});

/** Unit and component tests compute: a worker a core, where vitest's default is one less. Each loads the product. */
const quickWorkers = Math.min(availableParallelism(), 4);
/** Each file of the engine's starts clouds, an engine and its plugins; two more than cores fill the waits. */
const maxWorkers = Math.min(availableParallelism() + 2, 6);
/** An engine operation takes seconds, more where cores are few, and a hook may wait for another file's `up`. */
const engineLimits = { testTimeout: 300_000, hookTimeout: 300_000, maxWorkers };
/** A whole life takes minutes; the limit only ends what hangs. */
const longLimits = { testTimeout: 1_200_000, hookTimeout: 1_200_000, maxWorkers };

export default defineConfig({
  test: {
    sequence: { sequencer: TestOrder },
    // A refused run rejects every output of its community. tests/support/resources-of.ts hands the error to the test.
    onUnhandledError: (error) => (error as { __pulumiRunError?: boolean }).__pulumiRunError !== true,
    projects: [
      {
        test: {
          ...tier("unit"),
          include: ["**/*.test.ts"],
          exclude: [...never, ...Object.values(filesOf)],
          testTimeout: 20_000,
          // Most of a unit test's time is the loading of what it tests: a worker does that once for all its files.
          isolate: false,
          maxWorkers: quickWorkers,
        },
      },
      {
        test: {
          ...tier("component"),
          include: [filesOf.component],
          testTimeout: 30_000,
          // The SDK takes longer to load than a component to be tested: a worker loads it once for all its files.
          isolate: false,
          maxWorkers: quickWorkers,
        },
      },
      {
        test: {
          ...tier("local"),
          include: [filesOf.clients, filesOf.sandbox],
          testTimeout: 60_000,
          isolate: false,
          maxWorkers,
        },
      },
      {
        test: {
          ...tier("driver"),
          include: [filesOf.driver],
          testTimeout: 120_000,
          maxWorkers,
        },
      },
      {
        test: {
          ...tier("engine"),
          include: [filesOf.engine],
          exclude: [...never, filesOf.long],
          ...engineLimits,
        },
      },
      { test: { ...tier("long"), include: [filesOf.long], ...longLimits } },
    ],
  },
});
