import { expect, test } from "vitest";
import { formOf, inFormOf, nothing, someList, someText } from "../../conformance/expected-form.ts";

const example = (result: unknown) => formOf({ status: 200, response: { result } });
const answer = (result: unknown) => ({ status: 200, response: { result } });

test("an answer with more fields and other times has the form of its example", () => {
  const form = example({
    id: "a",
    made: "2026-01-01T00:00:00Z",
    name: someText,
    servers: someList,
    key: nothing,
  });
  const more = { id: "a", made: "2026-02-03T04:05:06.789Z", name: "x", servers: ["y"], further: 1 };
  expect(inFormOf(answer(more), form)).toEqual(form);
});

test.each([
  ["another value", { ttl: 1 }, { ttl: 2 }],
  ["another type", { ttl: 1 }, { ttl: "1" }],
  ["null for an empty text", { key: "" }, { key: null }],
  ["a field that is missing", { ttl: 1 }, {}],
  ["a field that must not be there", { key: nothing }, { key: null }],
  ["no time", { made: "2026-01-01T00:00:00Z" }, { made: "yesterday" }],
  ["an empty text", { name: someText }, { name: "" }],
  ["an empty list", { servers: someList }, { servers: [] }],
  ["a list for an object", { meta: {} }, { meta: [] }],
  ["one rule too many", { rules: [{ ref: "a" }] }, { rules: [{ ref: "a" }, { ref: "b" }] }],
  ["an entry that is missing", [{ id: "a" }, { id: "b" }], [{ id: "b" }]],
])("%s is seen", (_what, shown, given) => {
  const form = example(shown);
  expect(inFormOf(answer(given), form)).not.toEqual(form);
});

test("a list of the API may hold more, in any order", () => {
  const form = example([{ id: "a" }, { id: "b" }]);
  expect(inFormOf(answer([{ id: "c" }, { id: "b" }, { id: "a" }]), form)).toEqual(form);
});
