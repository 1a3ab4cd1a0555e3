/**
 * The only reader of Pulumi's config: every `mastiff:` key is checked, all together, before any cloud is called.
 * Whether a region, a plan or a name exists is for the clouds to say.
 */
import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { ConfigError, type ConfigProblem } from "./config/config-error.ts";
import { ruleProblems } from "./config/rules.ts";
import { type Community, type Parsed, schema, secretKeys, withDefaults } from "./config/schema.ts";

/**
 * Reads the config of the current stack.
 *
 * @throws ConfigError with every problem at once.
 */
export function readCommunity(): Community {
  const mine = Object.entries(pulumi.runtime.allConfig()).filter(([key]) => key.startsWith("mastiff:"));
  const raw = Object.fromEntries(mine.map(([key, value]) => [key.slice("mastiff:".length), value]));
  // The SDK says which values are secret to nobody but itself; the engine says it by this variable.
  const secret = JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS ?? "[]") as string[];
  const encrypted = new Set(secret.map((key) => key.replace(/^mastiff:/, "")));
  return parseCommunity(raw, encrypted, pulumi.getStack());
}

/** The secret values of the config, marked secret. */
export function secretConfig(): {
  r2SecretAccessKey: pulumi.Output<string> | undefined;
  sendgridApiKey: pulumi.Output<string> | undefined;
  smtpPassword: pulumi.Output<string> | undefined;
  secretEnv: pulumi.Output<Record<string, string>>;
} {
  const config = new pulumi.Config("mastiff");
  return {
    r2SecretAccessKey: config.getSecret("r2SecretAccessKey"),
    sendgridApiKey: config.getSecret("sendgridApiKey"),
    smtpPassword: config.getSecret("smtpPassword"),
    secretEnv:
      config.getSecretObject<Record<string, string>>("secretEnv") ??
      pulumi.secret<Record<string, string>>({}),
  };
}

/**
 * Checks raw config and fills in the defaults. Pure.
 *
 * @param raw values by key without namespace, as Pulumi keeps them: text, objects as JSON
 * @param encrypted keys that are stored as secrets
 */
export function parseCommunity(
  raw: Record<string, string>,
  encrypted: ReadonlySet<string>,
  stack: string,
): Community {
  const result = schema.safeParse(raw);
  const problems = result.success
    ? []
    : result.error.issues.flatMap((issue) => formProblems(issue, raw, encrypted));
  for (const key of secretKeys) {
    if (raw[key] !== undefined && !encrypted.has(key)) {
      problems.push({ key, reason: "is stored in plain text: set it again with --secret" });
    }
  }
  const parsed = result.success ? result.data : withoutProblems(raw, problems);
  if (parsed === undefined) throw new ConfigError(problems, stack);
  const community = withDefaults(parsed);
  problems.push(...ruleProblems(community, parsed));
  if (problems.length > 0) throw new ConfigError(problems, stack);
  return community;
}

/**
 * The config without the keys that have problems of their own, so that what is wrong between the others is shown
 * in the same breath. Undefined when a required key is among them: too much follows from those.
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
  if (issue.code === "unrecognized_keys" && issue.path.length === 0) {
    return issue.keys.map((key) => ({ key, value: raw[key], reason: "is no key that Mastiff knows" }));
  }
  const [key, ...rest] = issue.path.map(String);
  const top = key ?? "";
  if (raw[top] === undefined) return [{ key: top, reason: "is required" }];
  const value = encrypted.has(top) ? undefined : raw[top];
  const where = rest.length > 0 ? `${rest.join(".")}: ` : "";
  return [{ key: top, value, reason: `${where}${issue.message}` }];
}
