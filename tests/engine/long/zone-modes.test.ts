import { expect, test } from "vitest";
import { communityThatIsUp } from "../../support/golden.ts";

interface Ruleset {
  phase: string;
  rules: { ref: string }[];
}

test("a zone that comes to be shared, and back, has its header rule all the while, and keeps others' rules", async () => {
  await using community = await communityThatIsUp();
  const { world, stack } = community;
  const phase = "http_response_headers_transform";
  const headers = async (): Promise<Ruleset | undefined> =>
    (await world.state()).cloudflare.rulesets.find((one: Ruleset) => one.phase === phase);
  const before = await headers();
  const [ours] = before?.rules ?? [];
  expect(ours?.ref).toBe("access_control_allow_origin_mastiff_party");

  await stack.config({ "mastiff:zoneMode": "shared" });
  const shared = await stack.up();
  expect(shared.exitCode, shared.output).toBe(0);
  expect((await headers())?.rules).toEqual([ours]);

  // Somebody else moves in.
  const theirs = { ...ours, id: "0".repeat(32), ref: "somebody_elses" };
  await world.meddle(({ cloudflare }) => {
    cloudflare.rulesets.find((one: Ruleset) => one.phase === phase).rules.push(theirs);
  });
  await stack.config({ "mastiff:zoneMode": undefined });
  const owned = await stack.up();
  expect(owned.exitCode, owned.output).toBe(0);
  expect((await headers())?.rules).toEqual([ours, theirs]);
  const clean = await stack.preview("--expect-no-changes");
  expect(clean.exitCode, clean.output).toBe(0);
});
