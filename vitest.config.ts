import { defineConfig } from "vitest/config";

/** A project per kind of test: `npm test -- --project unit`. A test file that no folder claims is a unit test. */
const folders = {
  local: "tests/{local,clients}",
  driver: "tests/driver",
  engine: "tests/engine",
};
const elsewhere = Object.values(folders).map((folder) => `${folder}/**`);
const never = ["**/node_modules/**", ".mastiff/**"];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["**/*.test.ts"],
          exclude: [...never, ...elsewhere],
          testTimeout: 20_000,
        },
      },
      { test: { name: "local", include: [`${folders.local}/**/*.test.ts`], testTimeout: 30_000 } },
      { test: { name: "driver", include: [`${folders.driver}/**/*.test.ts`], testTimeout: 60_000 } },
      {
        test: {
          name: "engine",
          include: [`${folders.engine}/**/*.test.ts`],
          // The engine and its plugins take a second or two per operation, more where cores are few.
          testTimeout: 300_000,
          hookTimeout: 120_000,
          // Each file starts a world, an engine and its plugins: more than two at once only slow each other down.
          maxWorkers: 2,
        },
      },
    ],
  },
});
