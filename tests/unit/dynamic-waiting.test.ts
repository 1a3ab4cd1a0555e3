import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { askUntil, waitBefore } from "../../providers/shared/waiting.ts";

const now = Date.parse("2026-11-23T12:00:00Z");
const wait = (status: number | undefined, headers: Record<string, unknown>, attempt = 1) =>
  waitBefore(attempt, status, headers, now, 0);

test("a Retry-After in seconds or as a date is obeyed", () => {
  expect(wait(429, { "retry-after": "7" })).toBe(7_000);
  expect(wait(503, { "retry-after": "Mon, 23 Nov 2026 12:00:09 GMT" })).toBe(9_000);
});

test("SendGrid's reset is unix seconds and counts on a 429 alone", () => {
  const headers = { "x-ratelimit-reset": String(now / 1000 + 20) };
  expect(wait(429, headers)).toBe(20_000);
  expect(wait(500, headers)).toBe(500);
});

test("Cloudflare's reset is a date", () => {
  expect(wait(429, { "x-ratelimit-reset": "Mon, 23 Nov 2026 12:00:30 GMT" })).toBe(30_000);
});

test("what the cloud says goes before the reset", () => {
  expect(wait(429, { "retry-after": "1", "x-ratelimit-reset": String(now / 1000 + 20) })).toBe(1_000);
});

test("a reset that has passed means now", () => {
  expect(wait(429, { "x-ratelimit-reset": String(now / 1000 - 20) })).toBe(0);
});

test("without a word the distance doubles from half a second to half a minute", () => {
  expect([1, 2, 3, 6, 7, 50].map((attempt) => wait(500, {}, attempt))).toEqual([
    500, 1_000, 2_000, 16_000, 30_000, 30_000,
  ]);
});

test("whatever the headers say, the wait is a number between now and a little over five minutes", () => {
  const header = fc.oneof(fc.string(), fc.integer(), fc.double(), fc.constant(undefined));
  fc.assert(
    fc.property(
      header,
      header,
      fc.constantFrom(429, 500, undefined),
      fc.integer({ min: 1, max: 99 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (after, reset, status, attempt, random) => {
        const ms = waitBefore(
          attempt,
          status,
          { "retry-after": after, "x-ratelimit-reset": reset },
          now,
          random,
        );
        expect(ms).toBeGreaterThanOrEqual(0);
        expect(ms).toBeLessThanOrEqual(306_000);
      },
    ),
  );
});

test("a bounded look asks at least once and gives the last answer", async () => {
  let asked = 0;
  const answer = await askUntil(
    async () => ++asked,
    () => false,
    0,
  );
  expect([answer, asked]).toEqual([1, 1]);
});

test("a bounded look comes back at growing distances and ends with the first good answer", async () => {
  vi.useFakeTimers();
  try {
    const asked: number[] = [];
    const ask = async () => asked.push(Date.now() - begun);
    const begun = Date.now();
    const answer = askUntil(ask, (count) => count === 4, 60);
    await vi.runAllTimersAsync();
    expect(await answer).toBe(4);
    expect(asked).toEqual([0, 1_000, 3_000, 7_000]);
  } finally {
    vi.useRealTimers();
  }
});
