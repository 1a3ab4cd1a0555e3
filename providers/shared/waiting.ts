import { repeat } from "./repeat.ts";

/** Longest wait that a cloud's answer can impose, in ms: Cloudflare's block lasts five minutes. */
const LONGEST_WAIT_MS = 5 * 60_000 + 5_000;

/**
 * How long to wait before the next try, in milliseconds: what the cloud says, else 0.5 s doubling to 30 s.
 * `random` adds up to a quarter, and at most 1 s, so that parallel callers do not retry at the same moment.
 *
 * - `retry-after`: seconds, or a date (RFC 9110 §10.2.3); Cloudflare sends seconds.
 * - `x-ratelimit-reset`: unix seconds at SendGrid
 *   (https://www.twilio.com/docs/sendgrid/api-reference/how-to-use-the-sendgrid-v3-api/rate-limits), a date at
 *   Cloudflare. Every answer has this header, so it counts only on a 429.
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

/** {@link waitBefore} for the error of a cloud that {@link repeat} met. */
export function asCloudSays(attempt: number, error: unknown): number {
  const { status, headers } = error as { status: number | undefined; headers: Record<string, unknown> };
  return waitBefore(attempt, status, headers, Date.now());
}

/** A header that holds a number of seconds (from now, or since 1970) or a date, in ms from now. */
function secondsOrDate(header: unknown, now: number, sinceEpoch: boolean): number | undefined {
  if (header === undefined || header === null || header === "") return undefined;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return sinceEpoch ? seconds * 1000 - now : seconds * 1000;
  const date = Date.parse(String(header));
  return Number.isNaN(date) ? undefined : date - now;
}

/**
 * Asks until an answer is final or the time is over, at growing intervals (1 s doubling to 15 s). Asks at
 * least once, and returns the last answer in either case.
 *
 * @param isFinal whether later answers would be the same: the awaited state is reached, or never will be
 */
export function askUntil<T>(
  ask: () => Promise<T>,
  isFinal: (answer: T) => boolean,
  timeoutSeconds: number,
): Promise<T> {
  return repeat(ask, {
    isFinal,
    limitMs: timeoutSeconds * 1000,
    waitMs: (attempt, _error, leftMs) => Math.min(500 * 2 ** attempt, 15_000, leftMs),
  });
}
