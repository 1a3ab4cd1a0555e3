/** Checks settings whose secrets are not decrypted, or not known yet. Pure. */
import { byKey } from "./arguments.ts";
import type { Origin } from "./config-error.ts";
import { parseCommunity } from "./read.ts";
import { type CommunitySettings, secretKeys } from "./schema.ts";

/** Stands for a secret whose value is not at hand. It passes every check of a secret's form. */
export const unknownSecret = "unknown-until-up";

/**
 * Checks raw config of which only the plain values are at hand.
 *
 * @param raw values by key without namespace; undefined: encrypted
 * @throws ConfigError with every problem at once
 */
export function parseUndecrypted(
  raw: Readonly<Record<string, string | undefined>>,
  origin: Origin,
): CommunitySettings {
  const encrypted = Object.keys(raw).filter((key) => raw[key] === undefined);
  const standIns = encrypted.map((key) => [key, key === "secretEnv" ? "{}" : unknownSecret]);
  return parseCommunity({ ...raw, ...Object.fromEntries(standIns) }, new Set(encrypted), origin);
}

/**
 * Checks the arguments of a community as an exported state records them: secrets are encrypted.
 *
 * @param community its logical name
 * @throws ConfigError with every problem at once
 */
export function parseRecorded(args: object, community: string): CommunitySettings {
  const { inputs } = byKey(args);
  const isSecret = (key: string) => (secretKeys as readonly string[]).includes(key);
  const texts = Object.entries(inputs).map(([key, value]) => [
    key,
    isSecret(key) ? undefined : typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return parseUndecrypted(Object.fromEntries(texts), { community });
}
