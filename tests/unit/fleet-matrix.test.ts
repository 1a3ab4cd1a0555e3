import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { jobMatrix, mostJobs } from "../../cli/fleet/matrix.ts";
import { runMastiff } from "../support/mastiff.ts";
import { type ScriptedPulumi, scriptedPulumi } from "../support/scripted-pulumi.ts";

let pulumi: ScriptedPulumi | undefined;
afterEach(() => {
  pulumi?.[Symbol.dispose]();
  pulumi = undefined;
});

/** `mastiff fleet matrix` on a backend with these stacks. */
function matrix(names: readonly string[], ...args: string[]) {
  pulumi = scriptedPulumi({ "stack ls": JSON.stringify(names.map((name) => ({ name, current: false }))) });
  const flyctl = () => {
    throw new Error("the matrix asks no cloud");
  };
  return runMastiff(["fleet", "matrix", ...args], { pulumi, flyctl });
}

const named = (count: number) => Array.from({ length: count }, (_, i) => ({ name: `s${i}` }));

test("every stack is in one job, in the order of the backend, and no job has two more than another", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1200 }), fc.integer({ min: 1, max: mostJobs }), (count, jobs) => {
      const { include } = jobMatrix(named(count), jobs);
      const spread = include.map(({ stacks }) => stacks.split(","));
      expect(include.length).toBe(Math.min(count, jobs));
      expect(spread.flat()).toEqual(named(count).map(({ name }) => name));
      const sizes = spread.map(({ length }) => length);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThan(2);
    }),
  );
});

test("the command prints one line of JSON, as strategy.matrix takes it", async () => {
  const { code, stdout, stderr } = await matrix(["acme", "cats", "dogs"], "--all", "--size", "2");
  expect(stdout).toBe('{"include":[{"stacks":"acme"},{"stacks":"cats,dogs"}]}\n');
  expect([code, stderr]).toEqual([0, ""]);
});

test("a thousand stacks fit into the jobs of one matrix", async () => {
  const names = named(1000).map(({ name }) => name);
  const { include } = JSON.parse((await matrix(names, "--all")).stdout) as { include: { stacks: string }[] };
  expect(include.length).toBe(256);
  expect(include.flatMap(({ stacks }) => stacks.split(","))).toEqual(names);
});

test.each(["0", "257", "2.5", "many"])("--size %s is refused, and nobody is asked", async (size) => {
  const { code, stdout, stderr } = await matrix(["acme"], "--all", "--size", size);
  expect(stderr).toContain(`--size is "${size}": a matrix has 1 to 256 jobs.`);
  expect(stderr).toContain("--size 20");
  expect([code, stdout, pulumi?.calls()]).toEqual([2, "", []]);
});
