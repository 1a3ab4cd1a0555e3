import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { nameOf } from "../support/events.ts";
import { type ProtectedCommunity, protectedCommunity } from "../support/protected-community.ts";

describe("what would lose data is refused", () => {
  let community: ProtectedCommunity;
  beforeAll(async () => {
    community = await protectedCommunity();
  });
  afterAll(() => community?.[Symbol.asyncDispose]());

  test("a fact that binds is refused in the preview, with the reason and the proper way", async () => {
    const { exitCode, output } = await community.preview({ "mastiff:region": "fra" });
    expect(exitCode, output).not.toBe(0);
    expect(output).toContain("region would change from ams to fra: volumes cannot move between regions");
    expect(output).toContain(
      "take a dump, end the community except for its secrets, start it there and restore the dump (docs/operations.md, “Moving house”)",
    );
  });

  test("from the first release on nothing that holds data or keys is replaced by a flag, protected or not", async () => {
    // The marks on the things themselves come with the next run; until then this one stands in front of them all.
    const kept = (await community.stack.resources()).filter((one) => one.protect === true);
    expect(kept.map(({ urn }) => nameOf(urn))).toContain("lock-hold");
    const name = "database-postgres";
    const { exitCode, output } = await community.preview({}, "--replace", await community.urnOf(name));
    expect(exitCode, output).not.toBe(0);
    expect(output).toContain(
      `unable to replace resource community-${name}: the community's data or keys are in it`,
    );
  });
});
