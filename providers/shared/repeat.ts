/** How an action is repeated. By default without limit, until an answer that is not undefined, or any error. */
export interface Repetition<T, Failure = unknown> {
  tries?: number;
  /** Time from the first attempt on, in milliseconds, after which no further attempt follows. */
  limitMs?: number | undefined;
  isFinal?(answer: T): boolean;
  /** Whether another attempt may succeed after this error. */
  passes?(error: unknown, attempt: number): boolean;
  /** Wait before the next attempt, in milliseconds. `error` is undefined after an answer. */
  waitMs(attempt: number, error: unknown, leftMs: number): number;
  /** Looks, after each error, for what the attempt did all the same. @returns undefined: nothing */
  made?(error: Failure): Promise<T | undefined>;
  /** Looks, before each further attempt, whether there is a result by now. @returns undefined: no */
  look?(): Promise<T | undefined>;
  pause?(ms: number): Promise<void>;
}

/**
 * Act, look, wait, act again, until an answer is final. At the limit, returns the last answer or throws the
 * last error. Errors of `made`, `look` and `pause` end it.
 *
 * Not p-retry: it repeats after errors only, and the number of the attempt alone decides how long it waits.
 * Here an answer may be "not yet", a cloud may say how long to wait, and a look comes before a repeat.
 */
export async function repeat<T>(act: (attempt: number) => Promise<T>, how: Repetition<T>): Promise<T> {
  const { isFinal = (answer: T) => answer !== undefined, pause = sleep } = how;
  const { tries = Number.POSITIVE_INFINITY, limitMs = Number.POSITIVE_INFINITY } = how;
  const end = Date.now() + limitMs;
  for (let attempt = 1; ; attempt++) {
    const isLast = () => attempt >= tries || Date.now() >= end;
    let error: unknown;
    try {
      const answer = await act(attempt);
      if (isFinal(answer) || isLast()) return answer;
    } catch (thrown) {
      error = thrown;
      const made = await how.made?.(error);
      if (made !== undefined) return made;
      if (isLast() || !how.passes?.(error, attempt)) throw error;
    }
    await pause(how.waitMs(attempt, error, end - Date.now()));
    const found = await how.look?.();
    if (found !== undefined) return found;
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
