/** A time that passes only when everybody waits. */
import { setImmediate } from "node:timers/promises";
import type { Clock } from "../../cli/fleet/rate-limits.ts";

export interface VirtualClock extends Clock {
  /** Lets so much time pass. */
  sleepFor(ms: number): Promise<void>;
  /** Lets time pass until the work is done. @throws Error when nobody waits for the time any more */
  runUntil(work: Promise<unknown>): Promise<void>;
}

export function virtualClock(): VirtualClock {
  let now = 0;
  const timers = new Set<{ at: number; ring: () => void }>();
  const advanceTo = (at: number) => {
    now = at;
    for (const timer of timers) {
      if (timer.at > now) continue;
      timers.delete(timer);
      timer.ring();
    }
  };
  const clock: VirtualClock = {
    now: () => now,
    sleep: (ms, over) =>
      new Promise((resolve) => {
        const timer = { at: now + ms, ring: resolve };
        timers.add(timer);
        over.addEventListener("abort", () => timers.delete(timer), { once: true });
      }),
    async sleepFor(ms) {
      const end = now + ms;
      for (let next = soonest(); next <= end; next = soonest()) {
        advanceTo(next);
        await setImmediate();
      }
      advanceTo(end);
      await setImmediate();
    },
    async runUntil(work) {
      let isDone = false;
      const done = work.finally(() => {
        isDone = true;
      });
      await setImmediate();
      while (!isDone) {
        const next = soonest();
        if (next === Number.POSITIVE_INFINITY)
          throw new Error("everybody waits for something other than time");
        advanceTo(next);
        await setImmediate();
      }
      await done;
    },
  };
  const soonest = () => Math.min(Number.POSITIVE_INFINITY, ...[...timers].map(({ at }) => at));
  return clock;
}
