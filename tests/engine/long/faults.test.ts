import { afterAll, beforeAll, expect, test } from "vitest";
import { openSubject, type Subject } from "../../faults/community.ts";
import { killOnce } from "../../faults/kill.ts";
import { type Stage, setStage } from "../../faults/stage.ts";

// A sample of `npm run faults`: one kill early in an up, before the cloud acts, and one late, after it did.
let subject: Subject;
let stage: Stage;

beforeAll(async () => {
  subject = await openSubject();
  stage = await setStage("up", subject);
});
afterAll(async () => {
  await subject?.[Symbol.asyncDispose]();
});

test.each([
  ["before", 0.3],
  ["after", 0.7],
] as const)(
  "an up that is killed %s a call, at %f of its calls, ends as if nothing had been",
  async (side, at) => {
    const { moments } = stage.end;
    const moment = moments[Math.round(moments.length * at)] ?? "";
    const found = await killOnce(stage, side, moment);
    expect(found.problems, `${found.name}: ${found.steps.join(", ")}`).toEqual([]);
    // The run was killed, and did not come to its end before that.
    expect(found.kills, found.name).toBe(1);
  },
);
