import fc from "fast-check";
import { expect, test } from "vitest";
import { canonical } from "../../providers/cloudflare/phase-rule.ts";

const rule = {
  action: "rewrite",
  expression: "true",
  action_parameters: { headers: { a: { x: 1 }, b: {} } },
};

test("a rule is the same rule whatever ids, dates and defaults its answer carries", () => {
  const answered = {
    id: "1",
    ref: "r",
    description: "",
    enabled: true,
    version: "3",
    last_updated: "now",
    ...rule,
  };
  expect(canonical(answered)).toBe(canonical(rule));
});

test("a rule that was switched off or widened is another one", () => {
  expect(canonical({ ...rule, enabled: false })).not.toBe(canonical(rule));
  expect(canonical({ ...rule, expression: "false" })).not.toBe(canonical(rule));
});

test("the order of keys does not count, at any depth; that of lists does", () => {
  const reversed = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(reversed);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([key, inner]) => [key, reversed(inner)]),
    );
  };
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (parameters) => {
      const turned = reversed(parameters) as Record<string, unknown>;
      expect(canonical({ ...rule, action_parameters: turned })).toBe(
        canonical({ ...rule, action_parameters: parameters }),
      );
    }),
  );
  const list = (values: number[]) => canonical({ ...rule, action_parameters: { values } });
  expect(list([1, 2])).not.toBe(list([2, 1]));
});
