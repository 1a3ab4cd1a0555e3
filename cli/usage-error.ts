import { show } from "../providers/fly/call/errors.ts";

/** A line that cannot be run as it was typed. Nothing was done; the exit code is 2. */
export class UsageError extends Error {
  override name = "UsageError";

  constructor({ what, fix }: { what: string; fix: readonly string[] }) {
    super(show({ what, fix: [...fix] }));
  }
}
