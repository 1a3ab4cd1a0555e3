import { DriverError, retry } from "../call/errors.ts";
import type { SecretsSpec } from "../spec.ts";
import type { Secret } from "./listed-secrets.ts";
import { isIntact, type Sealed } from "./seal.ts";

/**
 * Permanent keys of an app: data in its database is encrypted with them. The app keeps a seal over their
 * values, so that a run whose state lacks them (another checkout, a fresh state) is caught when it brings
 * other values.
 */
export function keptKeys(
  { forGood: permanent = [] }: SecretsSpec,
  values: Readonly<Record<string, string>>,
): Sealed | undefined {
  if (permanent.length === 0) return undefined;
  const text = JSON.stringify([...permanent].sort().map((name) => [name, values[name]]));
  return { prefix: "MASTIFF_KEYS_SEAL_", text };
}

/** @throws when the app was sealed with other values; runs before anything is staged. */
export function refuseOtherKeys(
  { app, forGood: permanent = [] }: SecretsSpec,
  live: readonly Secret[],
  kept: Sealed | undefined,
): void {
  if (kept === undefined || isIntact(live, kept) !== false) return;
  throw new DriverError({
    what: `The keys of the app ${app} differ from those in this stack's state, and one or more of these would change: ${permanent.join(", ")}. Accounts could no longer sign, browsers would get no notifications, and everybody would be logged out.`,
    setIn: "the stack's state, which has lost a secret (pulumi state delete, an older or a new state)",
    fix: [
      "restore the state that has them:  pulumi stack import --file state.json  (docs/operations.md, “Secrets”)",
    ],
    retry: retry.no,
  });
}
