import { expect, test } from "vitest";
import { communityOf } from "../../checks/community.ts";
import { runChecks } from "../../checks/run.ts";
import { openVisitor } from "../../checks/visitor.ts";
import { belongings } from "../support/belongings.ts";
import { allSettings } from "../support/settings.ts";
import { openStack } from "../support/stack.ts";
import { startWorld } from "../support/world.ts";

for (const { name, parts, missing } of await allSettings()) {
  // A setting that cannot be tried counts as skipped, never as passed.
  test.skipIf(missing !== undefined)(`a community comes up, stays and goes: ${name}`, async () => {
    await using world = await startWorld(parts);
    const before = belongings(await world.state());
    await using stack = await openStack(world);

    const up = await stack.up();
    expect(up.exitCode, up.output).toBe(0);
    const preview = await stack.preview("--expect-no-changes");
    expect(preview.exitCode, preview.output).toBe(0);

    const results = await runChecks(openVisitor(world.url), communityOf(await stack.outputs()));
    expect(results.filter(({ problem }) => problem !== undefined)).toEqual([]);

    const destroy = await stack.destroy();
    expect(destroy.exitCode, destroy.output).toBe(0);
    expect(await stack.resources()).toEqual([]);
    expect(belongings(await world.state())).toEqual(before);
  });
}
