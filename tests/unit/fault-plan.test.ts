import { expect, test } from "vitest";
import type { Rehearsed } from "../faults/call-operation.ts";
import { plan, sideBySide, worldsAtOnce } from "../faults/call-plan.ts";
import type { Planned } from "../faults/call-planned.ts";

function operation(name: string, calls: [name: string, changes: boolean][]): Rehearsed {
  const targets = calls.map(([call, changes]) => ({ name: call, cloud: "fly" as const, changes, rule: {} }));
  const rest = { client: "driver" as const, thing: [], looks: false, beginning: {}, secrets: [] };
  const run = () => Promise.reject(new Error("not run here"));
  return { ...rest, name, targets, estate: new Map(), answer: "", run };
}
const words = ({ operation, target, fault, lasting }: Planned) =>
  `${operation.name}: ${target.name} ${fault.name}${lasting ? " for good" : ""}`;
const both = [
  operation("app ensure", [
    ["GET acme", false],
    ["POST acme", true],
    ["GET acme again", false],
  ]),
  operation("redis ensure", [
    ["GET acme-redis", false],
    ["POST acme-redis", true],
  ]),
];

test("each operation meets each fault once and for good, and each call each fault once", () => {
  const cuts = plan(both, false).filter((one) => one.fault.name === "cut");
  expect(cuts.map(words)).toEqual([
    "app ensure: GET acme cut",
    "app ensure: POST acme cut",
    "app ensure: GET acme again cut",
    "app ensure: POST acme cut for good",
    "redis ensure: POST acme-redis cut",
    "redis ensure: POST acme-redis cut for good",
  ]);
  const everywhere = plan(both, true).filter((one) => one.fault.name === "cut");
  expect(everywhere.map(words)).toContain("redis ensure: GET acme-redis cut");
});

test.each([1, 2, worldsAtOnce])("with %i worlds every case is run, and none twice", async (count) => {
  const cases = plan(both, true);
  const worlds = Array.from({ length: worldsAtOnce }, (_, index) => index).slice(-count);
  const run: string[] = [];
  await sideBySide(cases, worlds, async (planned) => {
    await Promise.resolve();
    run.push(words(planned));
  });
  expect(run.sort()).toEqual(cases.map(words).sort());
});
