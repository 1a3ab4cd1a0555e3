import { expect, test } from "vitest";
import { belongings } from "../support/belongings.ts";
import { communityThatIsUp } from "../support/golden.ts";

// Each round of drift shows that a copy previews clean from another path and clouds at another address: its preview has
// the drift and nothing else.
test("no copy of a community is another's", async () => {
  await using one = await communityThatIsUp();
  await using other = await communityThatIsUp();
  expect(other.world.url).not.toBe(one.world.url);
  expect(other.stack.place.project).not.toBe(one.stack.place.project);
  const before = belongings(await other.world.state());
  await one.world.meddle((state) => {
    state.fly.apps = {};
  });
  expect(belongings(await one.world.state())).not.toEqual(before);
  expect(belongings(await other.world.state())).toEqual(before);
});
