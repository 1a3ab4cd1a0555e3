import fc from "fast-check";
import { expect, test } from "vitest";
import { detailedDiff, pathText, topOf } from "../stand-ins/plugins/property-diff.ts";
import {
  decode,
  encode,
  equal,
  hasUnknown,
  OutputValue,
  type Properties,
  type PropertyValue,
  plain,
  Secret,
  Unknown,
} from "../stand-ins/plugins/values.ts";

const { value } = fc.letrec<{ value: PropertyValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (Object.is(number, -0) ? 0 : number)),
    fc.string(),
    fc
      .constantFrom("string", "number", "boolean", "array", "object")
      .map((kind) => new Unknown(kind as "string")),
    tie("value").map((inner) => new Secret(inner)),
    fc
      .tuple(fc.option(tie("value"), { nil: undefined }), fc.boolean(), fc.array(fc.string()))
      .map(([inner, secret, dependencies]) => new OutputValue(inner, secret, dependencies)),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fc.string(), tie("value"), { maxKeys: 4, noNullPrototype: true }),
  ),
}));

test("a value comes off the wire as it went on, with its marks", () => {
  fc.assert(
    fc.property(value, (sent) => {
      expect(decode(encode({ sent }))).toEqual({ sent });
      expect(equal(decode(encode({ sent })).sent, sent)).toBe(true);
    }),
  );
});

test("an undefined property is not sent", () => {
  expect(decode(encode({ here: 1, gone: undefined }))).toEqual({ here: 1 });
});

test("marks are found at any depth, and taken off at every depth", () => {
  const deep: Properties = { list: [{ key: new Secret({ inner: new Unknown() }) }] };
  expect(hasUnknown(deep)).toBe(true);
  expect(plain(deep)).toEqual({ list: [{ key: { inner: new Unknown() } }] });
  expect(plain(new OutputValue(undefined, true, []))).toBeInstanceOf(Unknown);
});

test("values are equal without regard to the order of keys, and only with the same marks", () => {
  expect(equal({ a: 1, b: [1, 2] }, { b: [1, 2], a: 1 })).toBe(true);
  expect(equal({ a: 1 }, { a: 1, b: undefined })).toBe(true);
  expect(equal(new Secret("x"), "x")).toBe(false);
  expect(equal(new Secret("x"), new Secret("y"))).toBe(false);
  expect(equal([1, 2], [1])).toBe(false);
  expect(equal(new Unknown(), null)).toBe(false);
});

test("no value differs from itself, and a change is found where it is", () => {
  fc.assert(
    fc.property(value, (same) => {
      expect(detailedDiff({ same }, { same })).toEqual({});
    }),
  );
  expect(
    detailedDiff(
      { env: { A: "1", "b.c": "1", gone: "x" }, list: [1, 2], same: new Secret("s") },
      { env: { A: "2", "b.c": "2" }, list: [1, 3, 4], same: new Secret("s"), more: {} },
    ),
  ).toEqual({
    "env.A": { kind: "update", inputDiff: false },
    'env["b.c"]': { kind: "update", inputDiff: false },
    "env.gone": { kind: "delete", inputDiff: false },
    "list[1]": { kind: "update", inputDiff: false },
    "list[2]": { kind: "add", inputDiff: false },
    more: { kind: "add", inputDiff: false },
  });
});

test("a path leads back to its property", () => {
  for (const name of ["plain", "with.dot", 'with"quote', "with[bracket", "ünïcode"]) {
    expect(topOf(pathText([name, 0, "x"]))).toBe(name);
  }
});
