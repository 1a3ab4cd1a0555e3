import { afterAll, beforeAll, expect, test } from "vitest";
import { runCase } from "../faults/call-case.ts";
import { clientOperations } from "../faults/call-clients.ts";
import { callFaults, type FaultName } from "../faults/call-faults.ts";
import { type Rehearsed, rehearse } from "../faults/call-operation.ts";
import { type CallWorld, openCallWorld } from "../faults/call-world.ts";

// A sample of `npm run faults -- calls`: a key whose value is returned only once, and a bucket that has to be empty.
const slow = 120_000;
const kinds = ["ApiKey", "BucketAccess"];

let world: CallWorld;
let rehearsed: Rehearsed[];
beforeAll(async () => {
  world = await openCallWorld();
  rehearsed = [];
  for (const operation of await clientOperations(world, kinds)) {
    if (/create|delete/.test(operation.name)) rehearsed.push(await rehearse(operation, world));
  }
}, slow);
afterAll(() => world[Symbol.asyncDispose]());

async function met(name: string, call: string, fault: FaultName, lasting: boolean): Promise<string[]> {
  const operation = rehearsed.find((one) => one.name === name);
  const target = operation?.targets.find((one) => one.name.includes(call));
  const found = callFaults.find((one) => one.name === fault);
  if (operation === undefined || target === undefined || found === undefined) throw new Error(`no ${call}`);
  return (await runCase({ operation, target, fault: found, lasting }, world)).problems;
}

test.each([
  ["ApiKey create", "POST /api_keys", "429"],
  ["ApiKey create", "POST /api_keys", "500"],
  ["ApiKey create", "POST /api_keys", "malformed"],
  ["BucketAccess create", "GET /r2/files-acme?list-type", "cut"],
  ["BucketAccess delete", "GET /r2/files-acme?list-type", "429"],
  ["BucketAccess delete", "GET /r2/files-acme?list-type", "malformed"],
  ["BucketAccess delete", "POST /r2/files-acme?delete", "cut"],
] as const)("%s, %s, %s once: green, nothing twice", { timeout: slow }, async (name, call, fault) => {
  expect(await met(name, call, fault, false)).toEqual([]);
});

test.each([
  ["ApiKey delete", "DELETE /api_keys", "503"],
  ["BucketAccess delete", "GET /r2/files-acme?uploads", "cut"],
] as const)(
  "%s, %s, %s for good: a clear error, and the next run completes",
  {
    timeout: slow,
  },
  async (name, call, fault) => {
    expect(await met(name, call, fault, true)).toEqual([]);
  },
);
