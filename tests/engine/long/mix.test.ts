import { expect, test } from "vitest";
import { openSubject } from "../../faults/community.ts";
import { playMix, setMixStage } from "../../faults/mix.ts";

// A sample of `npm run faults -- mix`: an up under the faults of one seed, but for the one that takes minutes.
test("an up under a mix of faults ends as if nothing had been", async () => {
  await using subject = await openSubject();
  const found = await playMix(await setMixStage("up", subject), 11, false);
  expect(found.problems, `${found.name}: ${found.steps?.join(", ")}`).toEqual([]);
  const hits = Object.values(found.met).reduce((sum, count) => sum + count, 0);
  expect(hits, found.name).toBeGreaterThanOrEqual(8);
});
