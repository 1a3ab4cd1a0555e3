/**
 * The limits of the clouds for a whole account, kept by the fleet as a whole.
 *
 *   a stack ─► admitted when every limit has room for the calls of its operation ─► it runs ─► its calls are given back
 *                                                                                             a window after its end
 *
 * No window of time has more calls than its limit: the calls in a window belong to operations that ran in it, and each of
 * these holds all of its calls from its begin until a window after its end.
 */

import { setTimeout } from "node:timers/promises";

/** What the fleet does with a stack, as far as clouds are asked. */
export type Operation = "preview" | "up" | "doctor" | "drift" | "backup" | "destroy";

/** So many calls in any window of so many milliseconds. */
interface Limit {
  calls: number;
  windowMs: number;
}

/**
 * Limits that communities share. Nine tenths of each: dashboards and other programs use the same accounts.
 *
 * - cloudflare: 1,200 calls in five minutes for a user or an account's token, whatever it calls
 *   (https://developers.cloudflare.com/fundamentals/api/reference/limits/).
 * - sendgrid: the numbers of API v3 are not published and hold for each endpoint. 600 calls a minute is what SendGrid
 *   has said of v2 (https://www.twilio.com/en-us/changelog/imposing-rate-limits-on-some-sendgrid-v2-api-endpoints).
 * - flyDeletions: 100 deletions of apps a minute (https://fly.io/docs/machines/api/working-with-machines-api/).
 *
 * Fly's other limits are for each app and machine, and those of R2 for each bucket. Two communities share neither.
 */
export const limits = {
  cloudflare: { calls: 1_080, windowMs: 300_000 },
  sendgrid: { calls: 540, windowMs: 60_000 },
  flyDeletions: { calls: 90, windowMs: 60_000 },
} as const satisfies Record<string, Limit>;

export type Limited = keyof typeof limits;

/** Calls of one operation on one community. */
export type Calls = Readonly<Partial<Record<Limited, number>>>;

/**
 * What one community's operation calls, as the journal of the local clouds has it (tests/engine/community.test.ts,
 * tests/engine/long/fleet.test.ts), and a fifth or more for repeats and for larger configs.
 */
export const callsOf: Readonly<Record<Operation, Calls>> = {
  preview: { cloudflare: 10, sendgrid: 5 },
  up: { cloudflare: 55, sendgrid: 15 },
  doctor: { cloudflare: 12, sendgrid: 15 },
  drift: { cloudflare: 40, sendgrid: 10 },
  backup: {},
  destroy: { cloudflare: 30, sendgrid: 5, flyDeletions: 8 },
};

/** What people call the clouds of the limits. */
export const ofCloud: Readonly<Record<Limited, string>> = {
  cloudflare: "Cloudflare",
  sendgrid: "SendGrid",
  flyDeletions: "Fly",
};

/** Time, as the admission asks for it. */
export interface Clock {
  now(): number;
  /** @param over ends the wait */
  sleep(ms: number, over: AbortSignal): Promise<void>;
}

/** Lets operations begin when the limits have room for them. */
export interface Admission {
  /**
   * Waits until there is room, in the order of the calls.
   *
   * @param waits hears, when there is no room, which limits have none
   * @returns gives the calls back, to be called at the end of the operation; undefined: the wait was stopped
   */
  admit(calls: Calls, waits: (full: readonly Limited[]) => void): Promise<(() => void) | undefined>;
}

interface Held {
  calls: Calls;
  /** When the operation ended. Undefined: it runs. */
  ended?: number;
}

/**
 * @param stop ends every wait
 * @param sharedBy how many runs share the limits: each keeps to its part in every window, so all of them keep the whole,
 *   whichever of them run at the same time
 */
export function admission(clock: Clock, stop: AbortSignal, sharedBy = 1): Admission {
  const names = Object.keys(limits) as Limited[];
  let held: Held[] = [];
  let last: Promise<unknown> = Promise.resolve();
  let giveBack = () => {};
  const stopped = new Promise<void>((resolve) => {
    if (stop.aborted) resolve();
    else stop.addEventListener("abort", () => resolve(), { once: true });
  });

  /** Milliseconds until a limit has the calls back. */
  const msLeft = ({ ended }: Held, name: Limited) =>
    ended === undefined ? Number.POSITIVE_INFINITY : ended + limits[name].windowMs - clock.now();
  const holders = (name: Limited) => held.filter((one) => one.calls[name] && msLeft(one, name) > 0);

  /** Limits without room. What nobody else holds is room for any operation. */
  const fullFor = (calls: Calls) =>
    names.filter((name) => {
      const others = holders(name);
      const taken = others.reduce((sum, one) => sum + (one.calls[name] ?? 0), calls[name] ?? 0);
      return calls[name] !== undefined && others.length > 0 && taken > limits[name].calls / sharedBy;
    });

  async function enter(calls: Calls, waits: (full: readonly Limited[]) => void) {
    for (;;) {
      if (stop.aborted) return undefined;
      held = held.filter((one) => names.some((name) => msLeft(one, name) > 0));
      const full = fullFor(calls);
      if (full.length === 0) break;
      waits(full);
      const given = new Promise<void>((resolve) => {
        giveBack = resolve;
      });
      const over = new AbortController();
      const times = full.flatMap((name) => holders(name).map((one) => msLeft(one, name)));
      const next = times.filter(Number.isFinite).map((ms) => clock.sleep(ms, over.signal));
      await Promise.race([given, stopped, ...next]);
      over.abort();
    }
    const own: Held = { calls };
    held.push(own);
    return () => {
      own.ended = clock.now();
      giveBack();
    };
  }

  return {
    admit(calls, waits) {
      const entered = last.then(() => enter(calls, waits));
      last = entered;
      return entered;
    },
  };
}

/** The time of this process. */
export const realClock: Clock = {
  now: () => performance.now(),
  sleep: (ms, over) => setTimeout(ms, undefined, { signal: over }),
};
