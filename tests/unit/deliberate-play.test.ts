import { expect, test } from "vitest";
import type { Failure, Report } from "../deliberate/failures-reporter.ts";
import type { Fault } from "../deliberate/fault.ts";
import { type Lab, play } from "../deliberate/play.ts";

const fault: Fault = {
  name: "f",
  file: "providers/fly/things/app.ts",
  text: "a",
  replacement: "b",
  what: "",
};
const files: Lab["files"] = {
  unit: ["unit/far.test.ts", "unit/near.test.ts"],
  component: [],
  local: ["local/far.test.ts"],
  driver: ["driver/app.test.ts"],
  engine: ["engine/up.test.ts"],
};
const catches = (file: string): Failure => ({ file, test: `of ${file}`, message: "expected 1 to be 2" });

/** A lab with prepared results. `answers` has the results of a file's runs, in order. Other files pass. */
function labWith(answers: Record<string, (Failure | string | undefined)[]>, sound: string[] = []) {
  const runs: string[] = [];
  const run: Lab["run"] = async (tier, some, made) => {
    runs.push(`${made?.name ?? "sound"} ${tier}: ${some.join(" ")}`);
    const report: Report = { passed: 1, failures: [], broken: [] };
    for (const file of some) {
      const answer =
        made === undefined ? (sound.includes(file) ? catches(file) : undefined) : answers[file]?.shift();
      if (typeof answer === "string") report.broken.push(answer);
      else if (answer !== undefined) report.failures.push(answer);
    }
    return report;
  };
  const lab: Lab = {
    run,
    files,
    tiers: ["unit", "local", "driver", "engine"],
    importersOf: () => new Set(["providers/fly/things/app.ts", "unit/near.test.ts"]),
    green: new Set(),
    say: () => {},
  };
  return { lab, runs };
}

test("what caught a fault last is all that runs, once without the fault and once with it", async () => {
  const { lab, runs } = labWith({ "driver/app.test.ts": [catches("driver/app.test.ts")] });
  const last = { tier: "driver", file: "driver/app.test.ts", test: "before" } as const;
  expect(await play(lab, fault, last)).toEqual({
    caught: { tier: "driver", file: "driver/app.test.ts", test: "of driver/app.test.ts" },
  });
  expect(runs).toEqual(["sound driver: driver/app.test.ts", "f driver: driver/app.test.ts"]);
});

test("else tier after tier runs, files that load the faulty one first, and a new catch has to happen twice", async () => {
  const twice = [catches("local/far.test.ts"), catches("local/far.test.ts")];
  const { lab, runs } = labWith({ "local/far.test.ts": twice });
  expect((await play(lab, fault, undefined)).caught).toMatchObject({ tier: "local" });
  expect(runs).toEqual([
    "sound unit: unit/far.test.ts unit/near.test.ts",
    "f unit: unit/near.test.ts",
    "f unit: unit/far.test.ts",
    "sound local: local/far.test.ts",
    "f local: local/far.test.ts",
    "f local: local/far.test.ts",
  ]);
});

test("a test that fails once and passes then, and one that is only late, catch nothing", async () => {
  const late = { ...catches("driver/app.test.ts"), message: "Test timed out in 60000ms." };
  const { lab } = labWith({
    "unit/near.test.ts": [catches("unit/near.test.ts"), undefined],
    "driver/app.test.ts": [late, undefined, undefined],
  });
  const last = { tier: "driver", file: "driver/app.test.ts", test: "before" } as const;
  expect(await play(lab, fault, last)).toEqual({ caught: undefined, broken: [] });
});

test("tests that cannot run with a fault have not caught it", async () => {
  const { lab } = labWith({ "unit/near.test.ts": ["unit/near.test.ts does not load"] });
  expect(await play(lab, fault, undefined)).toEqual({
    caught: undefined,
    broken: ["unit/near.test.ts does not load"],
  });
});

test("tests that fail without any fault prove nothing", async () => {
  const { lab } = labWith({}, ["unit/far.test.ts"]);
  await expect(play(lab, fault, undefined)).rejects.toThrow(
    /^tests fail without any fault:\n {2}unit\/far\.test\.ts: of unit\/far\.test\.ts\n/,
  );
});
