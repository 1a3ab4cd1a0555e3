/** A first `up` that fails. More obstacles: long/first-up.test.ts; what each of them leaves on Fly: driver/first-up. */

import { expect, test } from "vitest";
import { nameOf } from "../../support/events.ts";
import { applyPrintedFix } from "../../support/printed-fix.ts";
import { openStack } from "../../support/stack.ts";
import { startWorld } from "../../support/world.ts";

test("of a name that is taken, it goes through with another one as printed, and is then kept", async () => {
  await using world = await startWorld();
  await using stack = await openStack(world, {
    config: { "mastiff:protect": "true", "mastiff:app": "taken-by-another" },
  });
  const failed = await stack.up();
  expect(failed.exitCode).not.toBe(0);
  await applyPrintedFix(stack, failed.output, "mastiff:app", "mastiff-party");
  const up = await stack.up();
  expect(up.exitCode, up.output).toBe(0);
  expect(
    Object.keys((await world.state()).fly.apps).filter((app) => app.startsWith("taken-by-another-")),
  ).toEqual([]);

  const again = await stack.preview("--expect-no-changes");
  expect(again.exitCode, again.output).toBe(0);
  const kept = (await stack.resources()).filter((one) => one.protect === true);
  expect(kept.map(({ urn }) => nameOf(urn))).toContain("lock-hold");
});
