/** Longest that one call waits on a cloud's word, in ms: Cloudflare's block lasts five minutes. */
const LONGEST_WAIT_MS = 5 * 60_000 + 5_000;

/**
 * How long to wait before the next try, in milliseconds: what the cloud says, else 0.5 s doubling to 30 s. Up to
 * a quarter is added by `random`, so that parallel callers do not come back together.
 *
 * - `retry-after`: seconds, or a date (RFC 9110 §10.2.3); Cloudflare sends seconds.
 * - `x-ratelimit-reset`: unix seconds at SendGrid
 *   (https://www.twilio.com/docs/sendgrid/api-reference/how-to-use-the-sendgrid-v3-api/rate-limits), a date at
 *   Cloudflare. It stands on every answer, so it only counts on a 429.
 */
export function waitBefore(
  attempt: number,
  status: number | undefined,
  headers: Record<string, unknown>,
  now: number,
  random = Math.random(),
): number {
  const told = secondsOrDate(headers["retry-after"], now, false);
  const reset = status === 429 ? secondsOrDate(headers["x-ratelimit-reset"], now, true) : undefined;
  const wanted = told ?? reset ?? Math.min(500 * 2 ** (attempt - 1), 30_000);
  const bounded = Math.min(Math.max(wanted, 0), LONGEST_WAIT_MS);
  return bounded + Math.round(random * 0.25 * Math.min(bounded, 4_000));
}

/** A header that holds a number of seconds (from now, or since 1970) or a date, in ms from now. */
function secondsOrDate(header: unknown, now: number, sinceEpoch: boolean): number | undefined {
  if (header === undefined || header === null || header === "") return undefined;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return sinceEpoch ? seconds * 1000 - now : seconds * 1000;
  const date = Date.parse(String(header));
  return Number.isNaN(date) ? undefined : date - now;
}

/** Resolves after a time. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * Asks until an answer is final or the time is over, at growing distances (1 s doubling to 15 s), and gives the
 * last answer either way. It asks at least once.
 *
 * @param isFinal whether no later answer would be another: what was waited for is there, or never comes
 */
export async function askUntil<T>(
  ask: () => Promise<T>,
  isFinal: (answer: T) => boolean,
  timeoutSeconds: number,
): Promise<T> {
  const end = Date.now() + timeoutSeconds * 1000;
  for (let distance = 1_000; ; distance = Math.min(distance * 2, 15_000)) {
    const answer = await ask();
    const left = end - Date.now();
    if (isFinal(answer) || left <= 0) return answer;
    await sleep(Math.min(distance, left));
  }
}
