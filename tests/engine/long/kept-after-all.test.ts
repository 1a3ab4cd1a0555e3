import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { belongings } from "../../support/belongings.ts";
import { nameOf } from "../../support/events.ts";
import { type Community, communityThatIsUp } from "../../support/golden.ts";

describe("a community that was about to end", () => {
  let community: Community;
  const farewell = async (): Promise<string[]> => {
    const { buckets } = belongings(await community.world.state()) as {
      buckets: { name: string; objects: object }[];
    };
    return Object.keys(buckets.find((one) => one.name.endsWith("-farewell"))?.objects ?? {}).sort();
  };
  const up = async () => {
    const { exitCode, output } = await community.stack.up();
    expect(exitCode, output).toBe(0);
    return (await community.stack.outputs()) as { finalDump?: { key: string } };
  };

  beforeAll(async () => {
    community = await communityThatIsUp(() => ({
      config: { "mastiff:protect": "true", "mastiff:destroy": "mastiff.party" },
    }));
  });
  afterAll(() => community?.[Symbol.asyncDispose]());

  test("has nothing left to do", async () => {
    const preview = await community.stack.preview("--expect-no-changes");
    expect(preview.exitCode, preview.output).toBe(0);
  });

  test("kept after all, it is protected again, and the dump stays", async () => {
    const { stack } = community;
    await stack.config({ "mastiff:destroy": undefined });
    expect(await up()).not.toHaveProperty("finalDump");
    const kept = (await stack.resources()).filter((one) => one.protect === true);
    expect(kept.map(({ urn }) => nameOf(urn))).toEqual(
      expect.arrayContaining(["database-postgres", "redis-upstash", "media-bucket", "secrets-vapid"]),
    );
    expect(await farewell()).toHaveLength(1);
    await stack.config({ "mastiff:destroy": "mastiff.party" });
    const { finalDump } = await up();
    const dumps = await farewell();
    expect(dumps).toHaveLength(2);
    expect(dumps.at(-1)).toBe(finalDump?.key);
  });
});
