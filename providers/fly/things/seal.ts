import { createHash } from "node:crypto";
import * as argv from "../call/argv.ts";
import type { Fly } from "../call/flyctl.ts";
import type { Secret } from "./listed-secrets.ts";

/**
 * A seal records what a run left in an app, so that a later run can compare without any state. Fly apps have
 * no labels, but everybody in the organisation can read the names of secrets, so a seal is a secret whose
 * name contains a hash.
 */
export interface Sealed {
  /** What is sealed: the secrets' digests, the public addresses, or the permanent keys. */
  prefix: "MASTIFF_SEAL_" | "MASTIFF_ADDRESSES_" | "MASTIFF_KEYS_SEAL_";
  text: string;
}

function sealOf({ prefix, text }: Sealed): string {
  return prefix + createHash("sha256").update(text).digest("hex").slice(0, 12).toUpperCase();
}

/** Whether the app has exactly this seal; undefined: the app has no seal of this kind. */
export function isIntact(live: readonly Secret[], sealed: Sealed): boolean | undefined {
  const seals = live.map((one) => one.name).filter((name) => name.startsWith(sealed.prefix));
  return seals.length === 0 ? undefined : seals.includes(sealOf(sealed));
}

/**
 * Sets these seals, then removes all others of their kinds.
 *
 * @param unwanted further secrets to remove in the same call. Default: none
 */
export async function reseal(
  fly: Fly,
  app: string,
  live: readonly Secret[],
  sealed: readonly Sealed[],
  unwanted: readonly string[] = [],
): Promise<void> {
  const names = live.map((one) => one.name);
  const seals = sealed.map(sealOf);
  const absent = seals.filter((seal) => !names.includes(seal));
  const stdin = absent.map((seal) => `${seal}="1"\n`).join("");
  if (absent.length > 0) await fly.repeatable(argv.secretsImport(app), { app, stdin });
  const isBroken = (name: string) =>
    sealed.some(({ prefix }) => name.startsWith(prefix)) && !seals.includes(name);
  const surplus = names.filter((name) => unwanted.includes(name) || isBroken(name));
  if (surplus.length > 0) await fly.repeatable(argv.secretsUnset(app, surplus), { app });
}
