/**
 * Longest time that a healthy flyctl call prints nothing: a deploy waits for one machine as long as its
 * fly.toml allows (wait_timeout, minutes), and prints only before and after the wait.
 */
export const longestSilenceMs = 1_200_000;

/** Ends a call that has no time limit of its own, once the call has printed nothing for too long. */
export class Silence {
  readonly limitMs: number;
  readonly #abort = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  /** @param limitMs undefined: no limit. */
  constructor(limitMs: number | undefined) {
    this.limitMs = limitMs ?? Number.POSITIVE_INFINITY;
    this.broken();
  }

  /** Aborts when the silence has lasted for `limitMs`. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** The call printed something: restarts the timer. */
  broken(): void {
    this.end();
    if (Number.isFinite(this.limitMs)) this.#timer = setTimeout(() => this.#abort.abort(), this.limitMs);
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
