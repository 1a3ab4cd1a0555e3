import { expect, test } from "vitest";
import { belongings } from "../support/belongings.ts";
import { inSharedZone } from "../support/neighbour.ts";
import { openStack } from "../support/stack.ts";
import { startWorld } from "../support/world.ts";

test("two communities in one zone and one organisation live beside each other", async () => {
  await using world = await startWorld();
  const before = belongings(await world.state());
  await using dogs = await openStack(world, inSharedZone(world, "dogs"));
  await using cats = await openStack(world, inSharedZone(world, "cats"));

  // At once: they share the ruleset's phase, the zone, the organisation and the SendGrid account.
  const [upDogs, upCats] = await Promise.all([dogs.up(), cats.up()]);
  expect(upDogs.exitCode, upDogs.output).toBe(0);
  expect(upCats.exitCode, upCats.output).toBe(0);
  for (const stack of [dogs, cats]) {
    const preview = await stack.preview("--expect-no-changes");
    expect(preview.exitCode, preview.output).toBe(0);
  }
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

  const last = await cats.destroy();
  expect(last.exitCode, last.output).toBe(0);
  expect(belongings(await world.state())).toEqual(before);
});

test("a stack that was brought up from one path previews clean from another", async () => {
  await using world = await startWorld();
  await using here = await openStack(world);
  const up = await here.up();
  expect(up.exitCode, up.output).toBe(0);

  await using there = await openStack(world, { backend: here.place.target.backend });
  expect(there.place.project).not.toBe(here.place.project);
  const preview = await there.preview("--expect-no-changes");
  expect(preview.exitCode, preview.output).toBe(0);
});
