/** A community's config as a test gives it: the five required keys, and what is to be tried. */
import { ConfigError } from "../../components/config/config-error.ts";
import { parseCommunity } from "../../components/config/read.ts";
import type { CommunitySettings } from "../../components/config/schema.ts";

export const required = {
  domain: "mastiff.party",
  cloudflareAccountId: "0123456789abcdef0123456789abcdef",
  flyOrg: "mastiff",
  ownerUsername: "rex",
  ownerEmail: "rex@mastiff.party",
};

export function parse(extra: Record<string, string> = {}, encrypted: string[] = []): CommunitySettings {
  return parseCommunity({ ...required, ...extra }, new Set(encrypted), { stack: "dev" });
}

/** The whole refusal; undefined when the config is taken. */
export function refusal(
  extra: Record<string, string | undefined>,
  encrypted: string[] = [],
): ConfigError | undefined {
  const raw = Object.entries({ ...required, ...extra }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  try {
    parseCommunity(Object.fromEntries(raw), new Set(encrypted), { stack: "dev" });
    return undefined;
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}

/** `key: reason` for each problem. */
export function problems(extra: Record<string, string | undefined>, encrypted: string[] = []): string[] {
  return refusal(extra, encrypted)?.problems.map((one) => `${one.key}: ${one.reason}`) ?? [];
}

/** The printed ways out. */
export function fixes(extra: Record<string, string | undefined>, encrypted: string[] = []): string[] {
  const text = refusal(extra, encrypted)?.message ?? "";
  return [...text.matchAll(/^ +fix: (.*)$/gm)].map(([, line]) => line ?? "");
}
