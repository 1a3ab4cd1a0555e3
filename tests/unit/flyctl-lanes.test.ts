import { expect, test } from "vitest";
import * as argv from "../../providers/fly/call/argv.ts";
import { Fly } from "../../providers/fly/call/flyctl.ts";
import type { runProgram } from "../../providers/shared/program.ts";
import { inShell, shell } from "../../providers/shared/shell.ts";

/** Runs the work with a flyctl whose calls end together, once no further one begins. @returns how many ran at once */
async function mostAtOnce(remember: boolean, work: (fly: Fly) => Promise<unknown>): Promise<number> {
  const running = new Set<() => void>();
  let most = 0;
  const flyctl: typeof runProgram = async () => {
    await new Promise<void>((end) => {
      running.add(end);
      most = Math.max(most, running.size);
      setImmediate(() => setImmediate(endAll));
    });
    return { exitCode: 0, stdout: "[]", stderr: "" };
  };
  const endAll = () => {
    for (const end of running) end();
    running.clear();
  };
  await inShell({ ...shell(), runProgram: flyctl }, async () => {
    const fly = new Fly({ remember });
    await work(fly);
    await fly.close();
  });
  return most;
}

const questions = (count: number) => (fly: Fly) =>
  Promise.all(
    Array.from({ length: count }, (_, i) => fly.json(argv.machineList(`app-${i}`), { app: "acme" })),
  );

test("calls about one app run one after the other, because flyctl's folder keeps what they have staged", async () => {
  expect(await mostAtOnce(false, questions(5))).toBe(1);
});

test("a look's reads run side by side, about one app too, but not more than eight", async () => {
  expect(await mostAtOnce(true, questions(5))).toBe(5);
  expect(await mostAtOnce(true, questions(30))).toBe(8);
});

test("a look asks each question once, and answers everybody", async () => {
  let calls = 0;
  const flyctl: typeof runProgram = async () => ({ exitCode: 0, stdout: `[${++calls}]`, stderr: "" });
  await inShell({ ...shell(), runProgram: flyctl }, async () => {
    const fly = new Fly({ remember: true });
    const ask = () => fly.json(argv.appsList("acme"));
    expect(await Promise.all([ask(), ask(), ask()])).toEqual([[1], [1], [1]]);
    await fly.close();
  });
});
