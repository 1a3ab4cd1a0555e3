import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../../../sandbox/toolchain/paths.ts";
import { graphOf } from "../../pictures/stack-graph.ts";
import { stackSvg } from "../../pictures/stack-svg.ts";
import { communityThatIsUp } from "../../support/golden.ts";

test("the picture of a stack is that of a community that is up", async () => {
  const config = { "mastiff:backup": "{}", "mastiff:housekeeping": "{}" };
  await using community = await communityThatIsUp(() => ({ config }));
  const drawn = await stackSvg(graphOf(await community.stack.resources()), "mastiff.party");
  await expect(drawn).toMatchFileSnapshot(join(root, "docs/pictures/stack.svg"));
});
