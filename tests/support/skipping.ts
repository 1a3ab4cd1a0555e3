/** A clock that a test sets forward, where a program waits for minutes. */
import { onTestFinished, vi } from "vitest";

/** @returns a function that sets `Date.now` forward by so many minutes, until the test ends */
export function skipping(minutes: number): () => void {
  const now = Date.now.bind(Date);
  let skipped = 0;
  const spy = vi.spyOn(Date, "now").mockImplementation(() => now() + skipped * 60_000);
  onTestFinished(() => spy.mockRestore());
  return () => {
    skipped = minutes;
  };
}
