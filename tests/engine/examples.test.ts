import { expect, test } from "vitest";
import { openExample } from "../support/examples.ts";
import { startWorld } from "../support/world.ts";

// It is brought up in tests/engine/long/examples.test.ts.
test("a community beside a website is previewed: rules of its own, and no setting of the zone", async () => {
  await using world = await startWorld();
  await using stack = await openExample(world, "beside-my-own-zone");
  const preview = await stack.preview();
  expect(preview.exitCode, preview.output).toBe(0);
  expect(preview.changes.filter(({ op }) => op !== "create")).toEqual([]);
  const names = preview.changes.map(({ urn }) => urn.split("::").at(-1));
  expect(names).toEqual(expect.arrayContaining(["website", "social-cors-rule", "social-tls-rule"]));
  expect(preview.changes.filter(({ type }) => /zoneSetting/i.test(type))).toEqual([]);
});
