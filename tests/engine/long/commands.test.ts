import { expect, test } from "vitest";
import { interrupt, left, line, processes, start, worldsOfTest } from "../../support/commands.ts";

test("a demo that is interrupted while it works leaves no process", async () => {
  const demo = start("demo");
  await line(demo, /web-app creating|mastodon.* creating|command:local:Command .* creating/);
  expect(left(worldsOfTest()).length).toBeGreaterThan(3);
  interrupt(demo);
  expect((await demo).exitCode).toBe(130);
  await expect.poll(() => left(worldsOfTest()), { timeout: 15_000 }).toEqual([]);
});

test("--keep leaves the clouds and nothing else, and the next command ends them", async () => {
  const kept = await start("demo", "--keep");
  expect(kept.exitCode, kept.all as string).toBe(0);
  expect(left(worldsOfTest())).toEqual([expect.stringMatching(/clouds\/main\.ts/)]);
  const [clouds] = processes(worldsOfTest());
  const local = start("local");
  await line(local, /source .*env$/);
  expect(processes(worldsOfTest()).map(({ pid }) => pid)).not.toContain(clouds?.pid);
  interrupt(local);
  await local;
});
