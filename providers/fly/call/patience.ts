import { shell } from "../../shared/shell.ts";
import { DriverError, retry } from "./errors.ts";

/** A factor below 1 cuts no limit to less than this: a healthy Fly takes a second or two. */
const leastMs = 5_000;

/**
 * Time limit of a flyctl call or of a wait for a machine: its own limit times MASTIFF_PATIENCE, which
 * operators on a slow link raise (docs/operations.md). The number of retries and the pauses between them stay
 * the same.
 *
 * @throws DriverError when the variable is not a number above zero.
 */
export function patiently(limitMs: number, word = shell().env.MASTIFF_PATIENCE): number {
  if (word === undefined || word === "") return limitMs;
  const factor = Number(word);
  if (!(Number.isFinite(factor) && factor > 0)) {
    throw new DriverError({
      what: `MASTIFF_PATIENCE is "${word}", which is not a number above zero.`,
      setIn: "the environment variable MASTIFF_PATIENCE",
      fix: "unset it, or set a factor for all time limits:  export MASTIFF_PATIENCE=3",
      retry: retry.no,
    });
  }
  return Math.round(Math.max(limitMs * factor, Math.min(limitMs, leastMs)));
}
