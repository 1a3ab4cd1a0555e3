import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../../../sandbox/toolchain/paths.ts";
import { openStack } from "../../support/stack.ts";
import { startWorld } from "../../support/world.ts";

const program = join(root, "tests/engine/programs/skeleton");

test("one resource of each provider: preview, up, a clean preview, a change, destroy", async () => {
  await using world = await startWorld();
  await using stack = await openStack(world, {
    program,
    config: {
      accountId: "00000000000000000000000000000d09",
      zoneId: await zoneId(world.url, "mastiff.party"),
      cloudflareUrl: `${world.url}/client/v4`,
      words: "good dog",
    },
    secrets: { cloudflareToken: "local-cloudflare-token-0000000000000000000000" },
  });

  const preview = await stack.preview();
  expect(preview.diagnostics).toEqual([]);
  expect(preview.exitCode, preview.output).toBe(0);
  expect(preview.changes.map((step) => `${step.op} ${step.name}`).sort()).toEqual([
    "create bucket",
    "create cloudflare",
    "create key",
    "create letters",
    "create password",
    "create record",
    "create said",
    "create skeleton-dev",
  ]);

  const up = await stack.up();
  expect(up.exitCode, up.output).toBe(0);
  expect(up.diagnostics).toEqual([]);
  expect(await stack.outputs()).toMatchObject({
    password: expect.stringMatching(/^.{24}$/),
    publicKey: expect.stringMatching(/^-----BEGIN PUBLIC KEY-----/),
    said: "good dog",
    looked: "seen",
    bucket: "skeleton-bucket",
    record: "skeleton.mastiff.party",
    letters: 8,
  });

  const again = await stack.preview("--expect-no-changes");
  expect(again.exitCode, again.output).toBe(0);

  await stack.config({ words: "a very good dog" });
  const change = await stack.up();
  expect(change.changes.map((step) => `${step.op} ${step.name}`).sort()).toEqual([
    "update letters",
    "update said",
  ]);
  expect(await stack.outputs()).toMatchObject({ said: "a very good dog", letters: 15 });

  const destroy = await stack.destroy();
  expect(destroy.exitCode, destroy.output).toBe(0);
  expect(await stack.resources()).toEqual([]);
  const left = await world.state();
  expect(JSON.stringify(left)).not.toContain("skeleton");
});

/** The id of a zone that is in the local Cloudflare from the start. */
async function zoneId(url: string, name: string): Promise<string> {
  const answer = await fetch(`${url}/client/v4/zones?name=${name}`, {
    headers: { authorization: "Bearer local-cloudflare-token-0000000000000000000000" },
  });
  const { result } = (await answer.json()) as { result: { id: string }[] };
  if (result[0] === undefined) throw new Error(`the local Cloudflare has no zone ${name}`);
  return result[0].id;
}
