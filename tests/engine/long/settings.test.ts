import { expect, test } from "vitest";
import { belongings } from "../../support/belongings.ts";
import { allSettings } from "../../support/settings.ts";
import { openStack } from "../../support/stack.ts";
import { type Traces, tracesOf } from "../../support/traces.ts";
import { startWorld } from "../../support/world.ts";

const [standIns, ...others] = await allSettings();
const lives = new Map<string, Traces>();

for (const { name, parts, missing } of [standIns, ...others].filter((setting) => setting !== undefined)) {
  if (missing !== undefined) console.warn(`${name}: skipped, ${missing}`);
  // A setting that cannot be tried counts as skipped, never as passed.
  test.skipIf(missing !== undefined)(`a whole life: ${name}`, async () => {
    await using world = await startWorld(parts);
    const before = belongings(await world.state());
    await using stack = await openStack(world);
    const succeed = async (running: Promise<{ exitCode: number; output: string }>) => {
      const { exitCode, output } = await running;
      expect(exitCode, output).toBe(0);
    };

    await succeed(stack.preview());
    await succeed(stack.up());
    await succeed(stack.preview("--expect-no-changes"));
    lives.set(name, await tracesOf(stack, world));
    await succeed(stack.refresh("--expect-no-changes"));
    await stack.config({ "mastiff:web": '{"memoryMb":2048}' });
    const change = await stack.up();
    expect(change.exitCode, change.output).toBe(0);
    expect(change.changes.map((step) => `${step.op} ${step.name}`)).toEqual(["update web-machines-release"]);
    await succeed(stack.destroy());
    expect(await stack.resources()).toEqual([]);
    expect(belongings(await world.state())).toEqual(before);
  });
}

for (const { name, missing } of others) {
  test.skipIf(missing !== undefined)(`${name}: state and clouds end up as with stand-ins`, () => {
    const [theirs, ours] = [lives.get(name), lives.get(standIns?.name ?? "")];
    expect(theirs?.state).toEqual(ours?.state);
    expect(theirs?.clouds).toEqual(ours?.clouds);
    expect(theirs).toBeDefined();
  });
}
