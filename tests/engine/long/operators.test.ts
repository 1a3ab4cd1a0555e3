import { hostname, userInfo } from "node:os";
import { expect, test } from "vitest";
import { start } from "../../faults/killable-run.ts";
import { recover } from "../../faults/operator.ts";
import { communityThatIsUp } from "../../support/golden.ts";
import type { TestWorld } from "../../support/world.ts";

const hold = "the first operator";

/** Resolves as soon as a call waits at the hold. */
const isAtWork = ({ url }: TestWorld) => fetch(`${url}/_local/held/${encodeURIComponent(hold)}?wait`);

test("whoever comes while another operator is at work is told who that is, and hurts nothing", async () => {
  await using community = await communityThatIsUp();
  const { world, stack } = community;
  await stack.config({ "mastiff:env": '{"DEFAULT_LOCALE":"de"}' });
  const before = await world.state();
  await world.faults({ changing: true, times: -1, when: "before", action: { hold } });
  const first = await start(stack.place, "up");
  await isAtWork(world);

  // Each of these ends while the first one is held: nobody waits in silence.
  const second = await stack.up();
  expect(second.exitCode).not.toBe(0);
  expect(second.output).toContain("the stack is currently locked");
  const holder = `${userInfo().username}@${hostname()}`;
  expect(second.output).toMatch(new RegExp(`created by ${holder} \\(pid \\d+\\) at \\d{4}-\\d\\d-\\d\\dT`));
  expect(second.output).toContain("Either wait for the other process(es) to end or delete the lock file");
  const pid = /\(pid (\d+)\)/.exec(second.output)?.[1];
  const since = /\) at (\S+)/.exec(second.output)?.[1];

  const destroy = await stack.destroy();
  expect(destroy.exitCode).not.toBe(0);
  expect(destroy.output).toContain(`(pid ${pid})`);

  const refused = await recover(stack.place).catch((error: Error) => error.message);
  expect(refused).toContain(`Another run holds the lock of dev: ${holder}, process ${pid}, since ${since}.`);
  expect(refused).toContain("wait until that run has ended");
  expect(refused).toContain("npx mastiff recover -s dev --cancel");

  // The first one's changes are all held, so any change would be one of theirs.
  expect(await world.state()).toEqual(before);

  await world.faults();
  await world.release(encodeURIComponent(hold));
  const { exitCode, output } = await first.ended;
  expect(exitCode, output).toBe(0);
  const again = await stack.up("--expect-no-changes");
  expect(again.exitCode, again.output).toBe(0);
});
