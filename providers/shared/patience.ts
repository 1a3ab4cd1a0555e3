import { OperatorError } from "./operator-error.ts";

/** The least time for a call, whatever factor is set: a healthy cloud takes a second or two. */
const LEAST_MS = 5_000;

/**
 * How long one call may take, in milliseconds: its own limit times MASTIFF_PATIENCE, which operators on a
 * slow link raise (docs/operations.md). The number of retries and the waits between them stay the same.
 *
 * @throws OperatorError when the variable is not a number above zero.
 */
export function patiently(limitMs: number, word = process.env.MASTIFF_PATIENCE): number {
  if (word === undefined || word === "") return limitMs;
  const factor = Number(word);
  if (!(Number.isFinite(factor) && factor > 0)) {
    throw new OperatorError(
      `MASTIFF_PATIENCE is "${word}", which is not a number above zero.\n` +
        "  fix     unset it, or set a factor for all time limits:  export MASTIFF_PATIENCE=3",
    );
  }
  return Math.round(Math.max(limitMs * factor, Math.min(limitMs, LEAST_MS)));
}
