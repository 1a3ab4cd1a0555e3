import { createHash } from "node:crypto";
import * as argv from "../call/argv.ts";
import type { Fly } from "../call/flyctl.ts";
import type { Secret } from "./listed-secrets.ts";

/**
 * A seal: what an app was left with, remembered where a later look finds it without any state. Fly apps carry no
 * labels, but names of secrets are readable by all in the organisation, so a seal is a secret whose name is a hash.
 */
export interface Sealed {
  /** What is sealed: the secrets' values, the public addresses, or the keys that never change. */
  prefix: "MASTIFF_SEAL_" | "MASTIFF_ADDRESSES_" | "MASTIFF_KEYS_SEAL_";
  text: string;
}

function sealOf({ prefix, text }: Sealed): string {
  return prefix + createHash("sha256").update(text).digest("hex").slice(0, 12).toUpperCase();
}

/** Whether the app was sealed with just this; undefined: it was never sealed. */
export function isIntact(live: readonly Secret[], sealed: Sealed): boolean | undefined {
  const seals = live.map((one) => one.name).filter((name) => name.startsWith(sealed.prefix));
  return seals.length === 0 ? undefined : seals.includes(sealOf(sealed));
}

/** Leaves the seal, and no other of its kind. */
export async function reseal(fly: Fly, app: string, live: readonly Secret[], sealed: Sealed): Promise<void> {
  const seal = sealOf(sealed);
  const names = live.map((one) => one.name).filter((name) => name.startsWith(sealed.prefix));
  if (!names.includes(seal)) await fly.repeatable(argv.secretsImport(app), { app, stdin: `${seal}="1"\n` });
  const broken = names.filter((name) => name !== seal);
  if (broken.length > 0) await fly.repeatable(argv.secretsUnset(app, broken), { app });
}
