import fc from "fast-check";
import { expect, test } from "vitest";
import { countedCalls } from "../../cli/fleet/calls.ts";
import { inPool } from "../../cli/fleet/pool.ts";
import { admission, type Calls, callsOf, type Limited, limits } from "../../cli/fleet/rate-limits.ts";
import { virtualClock } from "../support/virtual-clock.ts";

const never = new AbortController().signal;

/** A call at a moment of the virtual time. */
interface Made {
  name: Limited;
  at: number;
}

/** Runs operations that each spread their calls evenly over their duration. */
async function made(operations: readonly { calls: Calls; ms: number }[], parallel: number): Promise<Made[]> {
  const clock = virtualClock();
  const { admit } = admission(clock, never);
  const found: Made[] = [];
  const work = inPool(
    operations,
    parallel,
    () => true,
    async ({ calls, ms }) => {
      const giveBack = await admit(calls, () => {});
      const since = clock.now();
      for (const [name, count] of Object.entries(calls) as [Limited, number][])
        for (let call = 0; call < count; call += 1) found.push({ name, at: since + (ms * call) / count });
      await clock.sleep(ms, never);
      giveBack?.();
    },
  );
  await clock.runUntil(work);
  return found;
}

/** The most calls in any window of a limit. */
function peak(calls: readonly Made[], name: Limited): number {
  const times = calls.filter((one) => one.name === name).map(({ at }) => at);
  const { windowMs } = limits[name];
  return Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + windowMs).length));
}

test("no window of any cloud has more calls than its limit, however many stacks run at once", async () => {
  const operation = fc.record({
    calls: fc.constantFrom(...Object.values(callsOf)),
    ms: fc.integer({ min: 0, max: 900_000 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(operation, { maxLength: 60 }),
      fc.integer({ min: 1, max: 60 }),
      async (all, n) => {
        const calls = await made(all, n);
        expect(calls.length).toBe(
          all.flatMap((one) => Object.values(one.calls)).reduce((sum, count) => sum + count, 0),
        );
        for (const name of Object.keys(limits) as Limited[])
          expect(peak(calls, name)).toBeLessThanOrEqual(limits[name].calls);
      },
    ),
    { numRuns: 25 },
  );
});

test("what fits begins at once, and what does not waits no longer than it has to", async () => {
  const clock = virtualClock();
  const { admit } = admission(clock, never);
  const { calls, windowMs } = limits.cloudflare;
  const waits: string[][] = [];
  const half = { cloudflare: calls / 2 };
  const first = await admit(half, () => {});
  const second = await admit(half, () => {});
  const third = admit(half, (full) => waits.push([...full]));
  await clock.sleepFor(10_000);
  first?.();
  await clock.runUntil(third);
  expect(clock.now()).toBe(10_000 + windowMs);
  expect(new Set(waits.flat())).toEqual(new Set(["cloudflare"]));
  second?.();
});

test("runs that share the limits keep them together, one after the other too", async () => {
  const clock = virtualClock();
  const runs = [0, 1, 2].map(() => admission(clock, never, 3));
  const begun: number[] = [];
  const work = runs.map(({ admit }) =>
    inPool(
      Array.from({ length: 40 }, () => callsOf.up),
      40,
      () => true,
      async (calls) => {
        const giveBack = await admit(calls, () => {});
        for (let call = 0; call < (calls.cloudflare ?? 0); call += 1) begun.push(clock.now());
        giveBack?.();
      },
    ),
  );
  await clock.runUntil(Promise.all(work));
  expect(begun).toHaveLength(3 * 40 * (callsOf.up.cloudflare ?? 0));
  const made = begun.map((at) => ({ name: "cloudflare" as const, at }));
  expect(peak(made, "cloudflare")).toBeLessThanOrEqual(limits.cloudflare.calls);
});

test("an operation larger than a limit runs alone", async () => {
  const clock = virtualClock();
  const { admit } = admission(clock, never);
  const giveBack = await admit({ cloudflare: limits.cloudflare.calls * 2 }, () => {});
  const next = admit({ cloudflare: 1 }, () => {});
  giveBack?.();
  await clock.runUntil(next);
  expect(clock.now()).toBe(limits.cloudflare.windowMs);
});

test("a stop ends the wait, and those behind it do not begin either", async () => {
  const stop = new AbortController();
  const { admit } = admission(virtualClock(), stop.signal);
  await admit({ cloudflare: limits.cloudflare.calls }, () => {});
  const waiting = [admit({ cloudflare: 1 }, () => {}), admit({}, () => {})];
  stop.abort();
  expect(await Promise.all(waiting)).toEqual([undefined, undefined]);
});

test.each([
  ["the real clouds", {}, { cloudflare: callsOf.up.cloudflare, sendgrid: callsOf.up.sendgrid }],
  ["another mail server", { "mastiff:smtpServer": "mail.example" }, { cloudflare: callsOf.up.cloudflare }],
  [
    "local clouds",
    {
      "cloudflare:baseUrl": "http://127.0.0.1:4640/client/v4",
      "mastiff:endpoints": { fly: "http://127.0.0.1:4640", sendgrid: "http://127.0.0.1:4640/sendgrid/v3" },
    },
    {},
  ],
  [
    "a local SendGrid, as JSON text",
    { "mastiff:endpoints": '{"sendgrid":"http://127.0.0.1:4640/sendgrid/v3"}' },
    { cloudflare: callsOf.up.cloudflare },
  ],
])("a stack on %s counts for the limits that hold there", (_, config, calls) => {
  expect(countedCalls(["up"], config)).toEqual(calls);
});

test("operations of one stack count together", () => {
  expect(countedCalls(["up", "doctor"], {}).cloudflare).toBe(
    (callsOf.up.cloudflare ?? 0) + (callsOf.doctor.cloudflare ?? 0),
  );
});
