import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Repetition, repeat } from "../../providers/shared/repeat.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const failure = (attempt: number) => new Error(`failure ${attempt}`);
const waitMs = (attempt: number) => 1000 * attempt;

/** How a repetition ends, and the seconds at which it acted. `outcomes`: by attempt; the last one repeats. */
async function ended<T>(outcomes: (T | Error)[], how: Partial<Repetition<T>> = {}) {
  const begun = Date.now();
  const acted: number[] = [];
  const act = async (attempt: number) => {
    acted.push((Date.now() - begun) / 1000);
    const outcome = outcomes[Math.min(attempt, outcomes.length) - 1];
    if (outcome instanceof Error) throw outcome;
    return outcome as T;
  };
  const end = repeat(act, { waitMs, ...how }).catch((error: Error) => error.message);
  await vi.runAllTimersAsync();
  return [await end, acted];
}

describe("an answer", () => {
  test("is awaited as long as there is none", async () => {
    expect(await ended([undefined, undefined, "done"])).toEqual(["done", [0, 1, 3]]);
  });

  test("is awaited as long as it is not final", async () => {
    expect(await ended([1, 2, 3], { isFinal: (count) => count === 3 })).toEqual([3, [0, 1, 3]]);
  });

  test("that is the last within the limit is returned", async () => {
    expect(await ended([1, 2, 3], { isFinal: () => false, tries: 2 })).toEqual([2, [0, 1]]);
    expect(await ended([1, 2, 3, 4], { isFinal: () => false, limitMs: 2500 })).toEqual([3, [0, 1, 3]]);
  });
});

describe("an error", () => {
  test("ends it, unless it passes", async () => {
    expect(await ended([failure(1)])).toEqual(["failure 1", [0]]);
    const passes = (error: unknown) => (error as Error).message !== "failure 3";
    expect(await ended([failure(1), failure(2), failure(3)], { passes })).toEqual(["failure 3", [0, 1, 3]]);
  });

  test("that is the last within the limit is thrown", async () => {
    const passes = () => true;
    expect(await ended([failure(1), failure(2)], { passes, tries: 2 })).toEqual(["failure 2", [0, 1]]);
    expect(await ended([failure(1), failure(2)], { passes, limitMs: 1 })).toEqual(["failure 2", [0, 1]]);
  });

  test("can say how long to wait", async () => {
    const told = (_attempt: number, error: unknown) => ((error as Error).message === "failure 1" ? 7000 : 0);
    const how = { passes: () => true, waitMs: told };
    expect(await ended([failure(1), failure(2), "done"], how)).toEqual(["done", [0, 7, 7]]);
  });
});

describe("a look", () => {
  test("after an error that ends it finds what was made all the same", async () => {
    expect(await ended([failure(1)], { made: async () => "made" })).toEqual(["made", [0]]);
  });

  test("before a repeat spares the repeat", async () => {
    const found = [undefined, "found"];
    const how = { passes: () => true, look: async () => found.shift() };
    expect(await ended([failure(1)], how)).toEqual(["found", [0, 1]]);
  });

  test("that fails ends it, though its error would pass", async () => {
    const lost = async () => {
      throw new Error("no look");
    };
    expect(await ended([failure(1)], { passes: () => true, look: lost })).toEqual(["no look", [0]]);
    expect(await ended([failure(1)], { passes: () => true, made: lost })).toEqual(["no look", [0]]);
  });
});
