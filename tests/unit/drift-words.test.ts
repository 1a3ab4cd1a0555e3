import { expect, test } from "vitest";
import { driftWords } from "../../components/fly/driver.ts";

// The words of a repaired difference stay in the state. The same words again would not be a change, and the
// repair would not run.
const gone = { differences: ["there is no app acme"], identity: true };

test("nothing found, nothing said, whatever was mended before", () => {
  expect(driftWords(undefined, undefined)).toBeUndefined();
  expect(driftWords(undefined, driftWords(gone, undefined))).toBeUndefined();
});

test("the same difference is another text each time that it comes back", () => {
  const seen: string[] = [];
  for (const _time of [1, 2, 3]) seen.push(driftWords(gone, seen.at(-1)) ?? "");
  expect(seen.map((text) => JSON.parse(text))).toEqual([
    { differences: gone.differences },
    { differences: gone.differences, occurrence: 2 },
    { differences: gone.differences, occurrence: 3 },
  ]);
});

test("as long as it is not mended, it is the same text in each preview", () => {
  const mended = driftWords(gone, undefined);
  expect(driftWords(gone, mended)).toBe(driftWords(gone, mended));
});

test("another difference is not counted", () => {
  const other = { differences: ["its IPv6 address was released"], identity: true };
  expect(driftWords(other, driftWords(gone, undefined))).toBe(
    '{"differences":["its IPv6 address was released"]}',
  );
});

test("what a state remembers from before there was a count is one occurrence", () => {
  const mended = JSON.stringify({ differences: gone.differences, as: "gone" });
  expect(driftWords(gone, mended)).toBe(driftWords(gone, driftWords(gone, undefined)));
});
