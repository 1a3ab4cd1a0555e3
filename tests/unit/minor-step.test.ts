import { expect, test } from "vitest";
import { hasBegun } from "../../providers/fly/release/minor-step.ts";

const now = Date.UTC(2026, 10, 29, 12);
const note = (version: string, hoursAgo: number) => ({
  name: `MASTIFF_STEP_${version}_${now / 1000 - hoursAgo * 3600}`,
});

test.each<[string, { name: string }[], string, boolean]>([
  ["nothing is noted", [{ name: "MASTIFF_OWES_SMOKE" }], "v4.7.4", false],
  ["this step has begun", [note("4_7", 1)], "v4.7.4", true],
  ["it goes on to a later patch", [note("4_7", 1)], "v4.7.5", true],
  ["another step had begun", [note("4_6", 1)], "v4.7.4", false],
  ["a version begins with the same digits", [note("4_70", 1)], "v4.7.4", false],
  ["it was given up days ago", [note("4_7", 49)], "v4.7.4", false],
  ["it was given up, and has begun again", [note("4_7", 49), note("4_7", 1)], "v4.7.4", true],
  ["a fork's tag", [note("V4_7_GLITCH_1", 1)], "v4.7-glitch.1", true],
  ["another tag of the fork", [note("V4_7_GLITCH_1", 1)], "v4.7-glitch.2", false],
])("whether the backup before a step counts: %s", (_which, secrets, to, counts) => {
  expect(hasBegun(secrets, to, now)).toBe(counts);
});
