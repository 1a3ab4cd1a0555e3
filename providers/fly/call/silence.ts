/**
 * Longest time in which flyctl says nothing although all is well: a deploy waits for one machine as long as its
 * fly.toml allows (wait_timeout, minutes) and says so before and after.
 */
export const longestSilenceMs = 1_200_000;

/** Ends a call that has no limit of its own once nothing is heard of it any more. */
export class Silence {
  readonly limitMs: number;
  readonly #abort = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  /** @param limitMs undefined: it is never too long. */
  constructor(limitMs: number | undefined) {
    this.limitMs = limitMs ?? Number.POSITIVE_INFINITY;
    this.broken();
  }

  /** Aborted when it has lasted too long. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Something was said: it begins anew. */
  broken(): void {
    this.end();
    if (Number.isFinite(this.limitMs)) this.#timer = setTimeout(() => this.#abort.abort(), this.limitMs);
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
