import { expect, test } from "vitest";
import { communityThatIsUp } from "../support/golden.ts";

test("a copy of a community that is up previews clean, and is nobody else's", async () => {
  await using one = await communityThatIsUp();
  await using other = await communityThatIsUp();
  expect(other.world.url).not.toBe(one.world.url);
  await one.world.meddle((state) => {
    state.fly.apps = {};
  });
  const preview = await other.stack.preview("--refresh", "--expect-no-changes");
  expect(preview.exitCode, preview.output).toBe(0);
});
