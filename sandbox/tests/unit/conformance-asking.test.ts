import { expect, test } from "vitest";
import { askAll } from "../../conformance/asking.ts";
import type { Question } from "../../conformance/question.ts";
import { report } from "../../conformance/report.ts";

const question = (name: string, ours: () => unknown): Question => ({
  part: "x",
  name,
  ask: async (side) => (side === "official" ? { a: 1 } : ours()),
});

test("an answer that differs is asked for again; only one that differs again is a difference", async () => {
  let times = 0;
  const through: number[] = [];
  const asked = await askAll(
    [
      question("equal", () => ({ a: 1 })),
      question("late", () => ({ a: times++ })),
      question("wrong", () => ({ a: 2 })),
    ],
    2,
    (n) => through.push(n),
  );
  expect(asked.onlyOnce).toEqual(["late"]);
  expect(asked.differences).toEqual([{ part: "x", question: "wrong", official: { a: 1 }, ours: { a: 2 } }]);
  expect(through).toEqual([1, 2, 3]);
});

test("what is thrown is an answer too", async () => {
  const throws = question("throws", () => {
    throw new Error("broken");
  });
  const { differences } = await askAll([throws], 1);
  expect(differences.map(({ ours }) => ours)).toEqual([{ threw: "broken" }]);
});

test("the summary says when something, or all, was not compared", () => {
  expect(report(["a: 1", "b: not compared"], [], 1)).toBe(
    "\n  a: 1\n  b: not compared\nno difference; 1 of 2 comparisons not made\n",
  );
  expect(report(["b: not compared"], [], 1)).toBe("\n  b: not compared\n1 of 1 comparisons not made\n");
});
