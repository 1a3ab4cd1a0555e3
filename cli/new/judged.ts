/** Holds answers to the rules of config before there is a stack. Pure. */
import { ConfigError, type ConfigProblem } from "../../components/config/config-error.ts";
import type { CommunitySettings } from "../../components/config/schema.ts";
import { secretKeys } from "../../components/config/schema.ts";
import { parseUndecrypted } from "../../components/config/undecrypted.ts";
import { type Answers, configFor, missingIn } from "./questions.ts";

/** What takes the place of an answer that is still to come. It breaks no rule between keys. */
const standIns: Answers = {
  domain: "example.org",
  cloudflareAccountId: "0".repeat(32),
  flyOrg: "someone",
  ownerUsername: "someone",
  ownerEmail: "someone@example.org",
  smtpLogin: "someone",
  smtpPassword: "unknown",
};

/** Answers that were judged. */
export type Judged = { settings: CommunitySettings } | { problems: readonly ConfigProblem[] };

/** Checks the answers that there are. Those that are missing are no problem. */
export function judged(answers: Answers): Judged {
  const missing = missingIn(answers).map(({ key }) => [key, standIns[key] ?? ""]);
  const config = configFor({ ...answers, ...Object.fromEntries(missing) });
  const own = Object.entries(config)
    .filter(([key]) => !key.includes(":"))
    .map(([key, value]) => [key, (secretKeys as readonly string[]).includes(key) ? undefined : value]);
  try {
    return { settings: parseUndecrypted(Object.fromEntries(own), { stack: "" }) };
  } catch (error) {
    if (error instanceof ConfigError) return { problems: error.problems };
    throw error;
  }
}
