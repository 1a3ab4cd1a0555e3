import { expect, test } from "vitest";
import { communityThatIsUp } from "../support/golden.ts";

test("a stack previews clean from another path and clouds at another address, and no copy is another's", async () => {
  await using one = await communityThatIsUp();
  await using other = await communityThatIsUp();
  expect(other.world.url).not.toBe(one.world.url);
  await one.world.meddle((state) => {
    state.fly.apps = {};
  });
  const preview = await other.stack.preview("--refresh", "--expect-no-changes");
  expect(preview.exitCode, preview.output).toBe(0);
});
