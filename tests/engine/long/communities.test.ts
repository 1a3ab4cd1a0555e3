import { expect, test } from "vitest";
import { communityThatIsUp } from "../../support/golden.ts";
import { inSharedZone } from "../../support/neighbour.ts";
import { openStack } from "../../support/stack.ts";

test("a second community comes into a zone and an organisation, and the first one goes without it", async () => {
  await using community = await communityThatIsUp((world) => inSharedZone(world, "dogs"));
  const { world, stack: dogs } = community;
  await using cats = await openStack(world, inSharedZone(world, "cats"));
  const up = await cats.up();
  expect(up.exitCode, up.output).toBe(0);
  const refs = (await world.state()).cloudflare.rulesets.flatMap((ruleset: { rules: { ref: string }[] }) =>
    ruleset.rules.map((rule) => rule.ref),
  );
  expect(refs.sort()).toEqual([
    "access_control_allow_origin_cats_example_org",
    "access_control_allow_origin_dogs_example_org",
    "strict_tls_cats_example_org",
    "strict_tls_dogs_example_org",
  ]);

  const destroy = await dogs.destroy();
  expect(destroy.exitCode, destroy.output).toBe(0);
  const preview = await cats.preview("--refresh", "--expect-no-changes");
  expect(preview.exitCode, preview.output).toBe(0);
});
