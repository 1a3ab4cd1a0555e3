import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { patiently as ofDriver } from "../../providers/fly/call/patience.ts";
import { patiently as ofClients } from "../../providers/shared/patience.ts";

describe.each([
  ["clients", ofClients],
  ["driver", ofDriver],
])("the patience of the %s", (_who, patiently) => {
  test("is what each call has of its own, times what the operator says", () => {
    expect([patiently(30_000, undefined), patiently(30_000, ""), patiently(30_000, "3")]).toEqual([
      30_000, 30_000, 90_000,
    ]);
  });

  test("never leaves a call less than five seconds, or than it had", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1e6 }),
        fc.double({ min: 1e-9, max: 1, noNaN: true }),
        (ms, factor) => {
          expect(patiently(ms, String(factor))).toBeGreaterThanOrEqual(Math.min(ms, 5_000));
          expect(patiently(ms, String(factor))).toBeLessThanOrEqual(ms);
        },
      ),
    );
  });

  test.each(["long", "0", "-1", "Infinity"])(
    "%s is refused with the variable's name and a way out",
    (word) => {
      expect(() => patiently(30_000, word)).toThrow(
        new RegExp(
          `^MASTIFF_PATIENCE is "${word}", which is not a number above zero\\.\\n[^]* {2}fix {5}unset it`,
        ),
      );
    },
  );
});
