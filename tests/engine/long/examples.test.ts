import { expect, test } from "vitest";
import { root } from "../../../sandbox/toolchain/paths.ts";
import { openExample } from "../../support/examples.ts";
import { startWorld } from "../../support/world.ts";

test("a community beside a website: up, a clean preview, and the zone's settings as they were", async () => {
  await using world = await startWorld();
  await using stack = await openExample(world, "beside-my-own-zone");
  const before = (await world.state()).cloudflare;

  const up = await stack.up();
  expect(up.exitCode, up.output).toBe(0);
  expect(await stack.outputs()).toMatchObject({
    url: "https://social.mastiff.party",
    ownerPassword: expect.stringMatching(/^\w{32}$/),
  });
  const values = (await stack.resources()).map(({ inputs, outputs }) => [inputs, outputs]);
  for (const local of [root, world.folder, "node_modules"])
    expect(JSON.stringify(values)).not.toContain(local);

  const preview = await stack.preview();
  expect(preview.changes, preview.output).toEqual([]);
  expect(preview.exitCode).toBe(0);

  const { records, rulesets, settings } = (await world.state()).cloudflare;
  expect(records.map((one: { name: string }) => one.name)).toEqual(
    expect.arrayContaining(["mastiff.party", "social.mastiff.party", "assets-social.mastiff.party"]),
  );
  expect(rulesets.length).toBeGreaterThan(before.rulesets.length);
  expect(settings).toEqual(before.settings);
});
