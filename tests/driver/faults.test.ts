import { afterAll, beforeAll, expect, test } from "vitest";
import { runCase } from "../faults/call-case.ts";
import { driverOperation } from "../faults/call-driver.ts";
import { callFaults, type FaultName } from "../faults/call-faults.ts";
import { type Rehearsed, rehearse } from "../faults/call-operation.ts";
import { type CallWorld, openCallWorld } from "../faults/call-world.ts";

// A sample of `npm run faults -- calls driver`: a Redis at Upstash is the most expensive thing to have twice.
const slow = 240_000;
const spec = {
  stack: "mastiff/dev",
  org: "mastiff",
  app: "acme",
  name: "acme-upstash",
  region: "ams",
  plan: null,
};

let world: CallWorld;
let buying: Rehearsed;
beforeAll(async () => {
  world = await openCallWorld();
  const beginning = await world.state();
  buying = await rehearse(driverOperation("upstash ensure", ["acme-upstash"], { spec }, beginning), world);
}, slow);
afterAll(() => world[Symbol.asyncDispose]());

async function met(name: FaultName, lasting: boolean): Promise<string[]> {
  const fault = callFaults.find((one) => one.name === name);
  const target = buying.targets.find((one) => one.changes);
  if (fault === undefined || target === undefined) throw new Error("nothing to meet");
  return (await runCase({ operation: buying, target, fault, lasting }, world)).problems;
}

test.each(["429", "500", "503", "cut", "malformed"] as const)(
  "%s once: green, and bought once",
  { timeout: slow },
  async (name) => {
    expect(await met(name, false)).toEqual([]);
  },
);

test("503 for good: a clear error, and the next run completes", { timeout: slow }, async () => {
  expect(await met("503", true)).toEqual([]);
});
