import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Community, communityThatIsUp } from "../support/golden.ts";
import { muchToLose } from "../support/protected-community.ts";
import { visited } from "../support/visited.ts";
import {
  bucketKey,
  deadAmong,
  expectOpenWays,
  outputsOf,
  ownerHash,
  sha256,
  smtpKey,
  type WayOutputs,
  type Ways,
  waysOfWeb,
  words,
} from "../support/ways.ts";

describe("all secrets that rotate, on a running community", () => {
  let community: Community;
  let first: { ways: Ways; outputs: WayOutputs };

  beforeAll(async () => {
    community = await communityThatIsUp(() => ({ config: muchToLose }));
    first = { ways: await waysOfWeb(community.world), outputs: await outputsOf(community.stack) };
  });
  afterAll(() => community?.[Symbol.asyncDispose]());

  test("the preview shows new beside old, and says what restarts", async () => {
    await community.stack.config({ "mastiff:rotate": JSON.stringify(words("2026-11")) });
    const preview = await community.stack.preview();
    expect(preview.exitCode, preview.output).toBe(0);
    const steps = preview.changes.map((step) => `${step.op} ${step.name}`);
    expect(steps).toEqual(
      expect.arrayContaining([
        "create mail-key-2026-11",
        "create media-token-2026-11",
        "create database-login-2026-11",
        "create redis-password-2026-11",
        "update owner-account",
        "delete mail-key",
        "delete media-token",
      ]),
    );
    expect(steps.filter((step) => /replace/.test(step))).toEqual([]);
    expect(steps.findIndex((step) => step.startsWith("delete"))).toBeGreaterThan(
      steps.findLastIndex((step) => !step.startsWith("delete")),
    );
    expect(preview.output).toContain("secrets: restarts 2 × web, 1 × sidekiq");
    expect(preview.output).toContain("secrets: restarts 1 × streaming");
  });

  test("one up turns all five, and at no moment is the site away or a machine without its way", async () => {
    const { world, stack } = community;
    const { outcome, calls } = await visited(
      world,
      () => stack.up(),
      () => expectOpenWays(world),
    );
    expect(outcome.exitCode, outcome.output).toBe(0);
    expect(calls.length).toBeGreaterThan(20);
    const state = await world.state();
    expect(deadAmong(state, first.ways)).toEqual([
      "DATABASE_URL",
      "REDIS_URL",
      "SMTP_PASSWORD",
      "AWS_ACCESS_KEY_ID",
    ]);
    const preview = await stack.preview("--expect-no-changes");
    expect(preview.exitCode, preview.output).toBe(0);
  });

  test("the old ones are refused, the new ones taken, and the kept ones are as they were", async () => {
    const { world, stack } = community;
    const now = await waysOfWeb(world);
    expect([await smtpKey(world, first.ways), await smtpKey(world, now)]).toEqual([401, 200]);
    expect([await bucketKey(world, first.ways), await bucketKey(world, now)]).toEqual([401, 200]);
    const { secrets, ownerPassword } = await outputsOf(stack);
    expect(ownerPassword).not.toBe(first.outputs.ownerPassword);
    expect(ownerHash(await world.state())).toBe(sha256(ownerPassword));
    expect(secrets.DATABASE_URL).toContain("//mastiff_party_2026-11:");
    const { DATABASE_URL: _database, REDIS_URL: _redis, ...kept } = secrets;
    const { DATABASE_URL: _before, REDIS_URL: _then, ...before } = first.outputs.secrets;
    expect(kept).toEqual(before);
    expect(Object.keys(kept)).toContain("SECRET_KEY_BASE");
  });
});
