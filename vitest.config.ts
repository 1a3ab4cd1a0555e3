import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/**
 * A project per tier, cheapest first: `npm test -- --project unit`. A test file that no folder claims is a unit test.
 * docs/testing.md says what each tier is for. `npm test` leaves out the tier `long`.
 */
const folders = {
  component: "tests/component",
  local: "tests/{local,clients}",
  driver: "tests/driver",
  long: "tests/engine/long",
  engine: "tests/engine",
};
const elsewhere = Object.values(folders).map((folder) => `${folder}/**`);
const never = ["**/node_modules/**", ".mastiff/**"];

/** Tiers run one after the other, so that a cheap test fails before a dear one has begun. */
const order = ["unit", "component", "local", "driver", "engine", "long"];
const tier = (name: string) => ({ name, sequence: { groupOrder: order.indexOf(name) } });

/** Each file starts clouds, an engine and its plugins: more files than cores at once only slow each other down. */
const maxWorkers = Math.min(availableParallelism(), 4);
/** An engine operation takes seconds, more where cores are few, and a hook may wait for another file's `up`. */
const engineLimits = { testTimeout: 300_000, hookTimeout: 300_000, maxWorkers };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...tier("unit"),
          include: ["**/*.test.ts"],
          exclude: [...never, ...elsewhere],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          ...tier("component"),
          include: [`${folders.component}/**/*.test.ts`],
          testTimeout: 30_000,
          // The SDK takes longer to load than a component to be tested: it is loaded once for all files.
          isolate: false,
          maxWorkers: 1,
        },
      },
      { test: { ...tier("local"), include: [`${folders.local}/**/*.test.ts`], testTimeout: 30_000 } },
      {
        test: {
          ...tier("driver"),
          include: [`${folders.driver}/**/*.test.ts`],
          testTimeout: 120_000,
          // Most of their time is the driver's patience with a cloud that is slow or unwell.
          maxWorkers: 4,
        },
      },
      {
        test: {
          ...tier("engine"),
          include: [`${folders.engine}/**/*.test.ts`],
          exclude: [...never, `${folders.long}/**`],
          ...engineLimits,
        },
      },
      { test: { ...tier("long"), include: [`${folders.long}/**/*.test.ts`], ...engineLimits } },
    ],
  },
});
