import { expect, test } from "vitest";
import { communityThatIsUp } from "../../support/golden.ts";
import { visited } from "../../support/visited.ts";
import {
  catalogueIn,
  deadAmong,
  expectOpenWays,
  ownerHash,
  postgresIn,
  sha256,
  waysOfWeb,
  words,
} from "../../support/ways.ts";

test("a password that somebody chose since stays, and the next word ends the one before", async () => {
  await using community = await communityThatIsUp(() => ({
    config: {
      "mastiff:web": '{"count":2}',
      "mastiff:redis": '{"kind":"own"}',
      "mastiff:rotate": JSON.stringify(words("2026-11")),
    },
  }));
  const { world, stack } = community;
  await world.meddle((state) => {
    catalogueIn(state).mastodon.accounts[0].passwordHash = sha256("chosen by the owner");
  });
  const before = await waysOfWeb(world);
  const rotate = { ...words("2026-11"), databasePassword: "2026-12", redisPassword: "2026-12" };
  await stack.config({ "mastiff:rotate": JSON.stringify(rotate) });
  const { outcome } = await visited(
    world,
    () => stack.up(),
    () => expectOpenWays(world),
  );
  expect(outcome.exitCode, outcome.output).toBe(0);
  const state = await world.state();
  expect(deadAmong(state, before)).toEqual(["DATABASE_URL", "REDIS_URL"]);
  expect(Object.keys(postgresIn(state).roles)).not.toContain("mastiff_party_2026-11");
  expect(ownerHash(state)).toBe(sha256("chosen by the owner"));
  const preview = await stack.preview("--expect-no-changes");
  expect(preview.exitCode, preview.output).toBe(0);
});
