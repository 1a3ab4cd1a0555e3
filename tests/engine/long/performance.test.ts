/**
 * A guard of what `npm run bench` measures: counts and ratios, which do not depend on how fast a machine is. The bounds
 * leave room, so that they fail for what somebody added without noticing, and not for a busy machine.
 */
import { beforeAll, expect, test } from "vitest";
import { type CountedOperation, countedLives } from "../../../bench/counted-lives.ts";
import { excessOf } from "../../../bench/distinct-calls.ts";
import type { Lab } from "../../../bench/lab.ts";
import { overBare } from "../../../bench/rows/clean-preview.ts";
import { seriesOf } from "../../../bench/statistics.ts";
import { silentTerminal } from "../../../sandbox/toolchain/terminal.ts";
import { toolchain } from "../../../sandbox/toolchain/toolchain.ts";

let lab: Lab;
let life: CountedOperation[];

beforeAll(async () => {
  const common = { terminal: silentTerminal, signal: new AbortController().signal, shared: new Map() };
  lab = { ...common, toolchain: await toolchain({ terminal: silentTerminal }), runs: 1, scale: 1 };
  life = (await countedLives(lab))[0] ?? [];
});

/** Calls ÷ different calls, all clouds together; processes where they can be counted. Measured, and half as much again. */
const most = {
  up: { excess: 2.4, processes: 153 },
  preview: { excess: 1.6, processes: 26 },
  refresh: { excess: 1.6, processes: 14 },
} as const;

test("no operation asks the clouds much more often than a run that never asks twice", () => {
  const excess = life.map(({ verb, calls }) => [verb, excessOf(calls)] as const);
  expect(excess).toHaveLength(3);
  const beyond = excess.filter(([verb, times]) => times > most[verb as keyof typeof most].excess);
  expect(beyond).toEqual([]);
});

test("no operation starts many more processes than it did, and each look is one", ({ skip }) => {
  for (const { verb, programs } of life) {
    if (programs === undefined) return skip("the stand-ins do their work in the process of the clouds");
    const count = Object.values(programs).reduce((sum, one) => sum + one, 0);
    expect(count, JSON.stringify(programs)).toBeLessThanOrEqual(most[verb as keyof typeof most].processes);
    const looks = Object.entries(programs).filter(([name]) => / (look|observe)$/.test(name));
    expect(looks.filter(([, times]) => times > 1)).toEqual([]);
  }
});

test("a clean preview takes at most half as long again as Pulumi itself with as many resources", async () => {
  const { figures } = await overBare.measure({ ...lab, runs: 3 });
  expect(seriesOf(figures[0]?.values ?? []).median).toBeLessThanOrEqual(1.5);
});
