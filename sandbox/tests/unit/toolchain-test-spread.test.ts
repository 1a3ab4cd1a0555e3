import { expect, test } from "vitest";
import { spread, type TestFile } from "../../toolchain/test-spread.ts";

interface Named extends TestFile {
  file: string;
}

const groups = [["unit"], ["component"], ["driver", "engine", "local"], ["long"]];

/** Files of a tier, in vitest's order. */
function files(tier: string, count: number): Named[] {
  const groupOrder = groups.findIndex((group) => group.includes(tier));
  const project = { name: tier, config: { sequence: { groupOrder } } };
  return Array.from({ length: count }, (_, i) => ({ file: `${tier}-${i}`, project }));
}

const orderOf = (given: readonly Named[]) => spread(given).map(({ file }) => file);

test("tests that wait begin beside the first half of those that compute, whatever runs before and after them", () => {
  const before = [...files("unit", 30), ...files("component", 7)];
  const shared = [...files("driver", 4), ...files("engine", 4), ...files("local", 2)];
  const after = files("long", 3);
  const order = orderOf([...before, ...shared, ...after]);
  expect(order.slice(0, 37)).toEqual(before.map(({ file }) => file));
  expect(order.slice(37, -3)).toEqual([
    "engine-0",
    "driver-0",
    "driver-1",
    "driver-2",
    "engine-1",
    "driver-3",
    "local-0",
    "local-1",
    "engine-2",
    "engine-3",
  ]);
  expect(order.slice(-3)).toEqual(after.map(({ file }) => file));
});

test("one test that computes has all others beside it, and without one the order stays", () => {
  expect(orderOf([...files("driver", 2), ...files("engine", 1)])).toEqual([
    "engine-0",
    "driver-0",
    "driver-1",
  ]);
  expect(orderOf(files("driver", 3))).toEqual(["driver-0", "driver-1", "driver-2"]);
});
