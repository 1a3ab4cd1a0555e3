/**
 * Checks a community's config. All keys are checked together, before any cloud is called. Only the clouds
 * check whether a region, a plan or a name exists.
 */
import type { z } from "zod";
import { type Parts, setParts } from "../../providers/rules/config-parts.ts";
import { ConfigError, type ConfigProblem, type Origin } from "./config-error.ts";
import { ruleProblems } from "./rules.ts";
import {
  type CommunitySettings,
  configKeys,
  type Parsed,
  schema,
  secretKeys,
  withDefaults,
} from "./schema.ts";
import { suggestion } from "./suggestion.ts";
import { itsValue } from "./variable-rules.ts";

/**
 * Checks raw config and fills in the defaults. Pure.
 *
 * @param raw values by key without namespace, as Pulumi stores them: text, objects as JSON
 * @param encrypted keys that are stored as secrets
 * @param origin where the values were set, for the errors
 */
export function parseCommunity(
  raw: Record<string, string>,
  encrypted: ReadonlySet<string>,
  origin: Origin,
): CommunitySettings {
  const result = schema.safeParse(raw);
  const open = openSecrets(raw, encrypted);
  const lost = lostDigits(raw);
  const told = new Set([...open, ...lost].map(({ key }) => key));
  const problems = [
    ...(result.error?.issues ?? [])
      .flatMap((issue) => formProblems(issue, raw, encrypted))
      .filter(({ key }) => !told.has(key)),
    ...lost,
    ...open,
  ];
  for (const key of secretKeys) {
    if (raw[key] !== undefined && !encrypted.has(key)) {
      problems.push({ key, reason: "is stored in plain text: set it again with --secret" });
    }
  }
  // Goes on without the keys that have problems, so that problems between the others are reported too.
  const parsed = problems.length === 0 ? result.data : withoutProblems(raw, problems);
  if (parsed === undefined) throw new ConfigError(problems, origin);
  const community = withDefaults(parsed);
  const bad = new Set(problems.map(({ key }) => key));
  problems.push(...ruleProblems(community, parsed, bad));
  if (problems.length > 0) throw new ConfigError(problems, origin);
  return community;
}

/**
 * The problems of encrypted keys whose values would be plain text in the state, in fly.toml and on the
 * screen. A value that an operator encrypts stays secret, or is refused.
 */
function openSecrets(raw: Record<string, string>, encrypted: ReadonlySet<string>): ConfigProblem[] {
  const open = [...encrypted].filter(
    (key) =>
      raw[key] !== undefined && configKeys.includes(key) && !(secretKeys as readonly string[]).includes(key),
  );
  return open.sort().map((key) =>
    key === "env"
      ? {
          key,
          reason:
            "contains an encrypted value, but fly.toml and the state contain all of its values in plain text",
          // Only the operator knows which value is secret. All are moved: as secrets, they work as before.
          fix: [
            setParts("mastiff:secretEnv", { ...placeholders(raw.secretEnv), ...placeholders(raw.env) }, true),
            "pulumi config rm mastiff:env",
          ],
        }
      : {
          key,
          reason: "is encrypted, but the state contains its value in plain text",
          fix: [`pulumi config set mastiff:${key} <value> --plaintext`],
        },
  );
}

/** The parts of an object, with placeholders for values that must not be shown. */
function placeholders(json: string | undefined): Parts {
  return Object.fromEntries(Object.keys(partsIn(json)).map((name) => [name, itsValue]));
}

/** The parts of an object that Pulumi stores as JSON; none if the value is not an object. */
function partsIn(json = "{}"): Parts {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Parts) : {};
  } catch {
    return {};
  }
}

/** Texts of digits that YAML read as a number: `12345678901234567890123456789012` arrives as 1.2…e+31. */
function lostDigits(raw: Record<string, string>): ConfigProblem[] {
  return Object.entries(raw)
    .filter(([key, value]) => configKeys.includes(key) && /^-?\d(\.\d+)?e\+\d+$/.test(value))
    .map(([key, value]) => ({
      key,
      value,
      reason: "has no quotes, so YAML read it as a number and lost most of its digits: quote it",
      fix: [
        `write it in quotes in the stack's file:  mastiff:${key}: "<value>"`,
        `pulumi config set mastiff:${key} <value>`,
      ],
    }));
}

/**
 * The config without the keys that have problems. Undefined if a required key without a stand-in has one: too
 * much depends on it.
 */
function withoutProblems(raw: Record<string, string>, problems: ConfigProblem[]): Parsed | undefined {
  const bad = new Set(problems.map((problem) => problem.key));
  const rest = Object.fromEntries(Object.entries(raw).filter(([key]) => !bad.has(key)));
  const standIns = { ownerUsername: "someone", ownerEmail: "someone@example.org", flyOrg: "someone" };
  const missing = Object.entries(standIns).filter(([key]) => bad.has(key));
  return schema.safeParse({ ...rest, ...Object.fromEntries(missing) }).data;
}

function formProblems(
  issue: z.core.$ZodIssue,
  raw: Record<string, string>,
  encrypted: ReadonlySet<string>,
): ConfigProblem[] {
  const shown = (key: string) => (encrypted.has(key) ? undefined : raw[key]);
  if (issue.code === "unrecognized_keys" && issue.path.length === 0) {
    return issue.keys.map((key) => ({
      key,
      value: shown(key),
      reason: "is not a key that Mastiff knows",
      remove: true,
    }));
  }
  const [key, ...rest] = issue.path.map(String);
  const top = key ?? "";
  if (raw[top] === undefined) return [{ key: top, reason: "is required" }];
  const where = rest.length > 0 ? `${rest.join(".")}: ` : "";
  const value = shown(top);
  const reason = `${where}${issue.message}`;
  if (rest.length === 0)
    return [{ key: top, value, reason, ...(value !== undefined && { right: suggestion(top, value) }) }];
  // The parts of an object are set one by one, a list only as a whole.
  if (raw[top].trim().startsWith("[")) return [{ key: top, value, reason }];
  const part = rest.join(".");
  const at = { part, parts: encrypted.has(top) ? placeholders(raw[top]) : partsIn(raw[top]) };
  // No word is valid for a secret that never rotates: the fix is to remove the word.
  if (top === "rotate") return [{ key: top, at, reason: issue.message, remove: true }];
  const shownPart = value === undefined ? undefined : at.parts[part];
  const text =
    typeof shownPart === "string" || shownPart === undefined ? shownPart : JSON.stringify(shownPart);
  return [{ key: top, at, value: text, reason }];
}
