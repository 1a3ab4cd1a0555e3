/** What makes a rule of a ruleset legal, phase by phase, on a free plan. */
import { type Complaint, newId, Refusal, refusal } from "./answer.ts";
import { FilterError, parseExpression } from "./expression.ts";
import { parseValue } from "./expression-value.ts";
import type { Rule } from "./state.ts";

/** What a caller may set of a rule. */
export type RuleFields = Omit<Rule, "id" | "version" | "last_updated" | "ref"> & {
  id?: string;
  ref?: string;
};

/**
 * Phases of a zone and what a rule of a free plan may do there; other phases are real, and not modelled.
 * developers.cloudflare.com/ruleset-engine/reference/phases-list
 */
const phases: Record<
  string,
  { action: string; check: (parameters: Record<string, unknown>) => string | undefined }
> = {
  http_response_headers_transform: { action: "rewrite", check: checkHeaders },
  http_config_settings: { action: "set_config", check: checkConfig },
  http_request_cache_settings: { action: "set_cache_settings", check: checkCache },
};

/** Rules of one phase on a free plan: 10 (developers.cloudflare.com/rules/transform, /rules/configuration-rules, /cache). */
export const rulesPerPhase = 10;

/** A refusal in the words of the ruleset engine: `'<value>' is not a valid value for <field> because <reason>`. */
export function invalid(
  code: number,
  value: unknown,
  field: string,
  reason: string,
  pointer: string,
): Refusal {
  return refusal(400, code, `'${String(value)}' is not a valid value for ${field} because ${reason}`, {
    source: { pointer },
  });
}

/** Refuses a phase that this Cloudflare does not serve. */
export function checkPhase(phase: unknown): string {
  if (typeof phase !== "string" || phases[phase] === undefined) {
    throw invalid(20019, phase ?? "", "phase", "the phase is not supported", "/phase");
  }
  return phase;
}

/** The rules of a body, each checked; all complaints come at once. */
export function readRules(raw: unknown, phase: string): RuleFields[] {
  if (raw === undefined || raw === null) return [];
  if (!Array.isArray(raw)) throw malformed("/rules");
  // The engine counts before it reads: github.com/cloudflare/terraform-provider-cloudflare issues on rule quotas.
  if (raw.length > rulesPerPhase) throw tooMany(raw.length, phase);
  const complaints: Complaint[] = [];
  const rules = raw.flatMap((rule, i) => {
    try {
      return [readRule(rule, phase, `/rules/${i}`)];
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      complaints.push(...error.complaints);
      return [];
    }
  });
  if (complaints.length > 0) throw new Refusal(400, complaints);
  for (const [i, { ref }] of rules.entries()) {
    if (ref !== undefined && rules.findIndex((r) => r.ref === ref) !== i) {
      throw invalid(20031, ref, "ref", "another rule of the ruleset has it", `/rules/${i}/ref`);
    }
  }
  return rules;
}

/** One rule of a body, checked. */
export function readRule(raw: unknown, phase: string, pointer: string): RuleFields {
  if (!isRecord(raw)) throw malformed(pointer);
  const { id, action, expression, description = "", enabled = true, ref, logging } = raw;
  const parameters = raw.action_parameters ?? undefined;
  const typed =
    (action === undefined || typeof action === "string") &&
    (expression === undefined || typeof expression === "string") &&
    typeof description === "string" &&
    typeof enabled === "boolean" &&
    (ref === undefined || typeof ref === "string") &&
    (id === undefined || typeof id === "string") &&
    (parameters === undefined || isRecord(parameters));
  if (!typed) throw malformed(pointer);
  const allowed = phases[checkPhase(phase)];
  if (action === undefined || action === "") {
    // Both texts as the API answered a rule PATCH that sent only action_parameters (see rulesets.ts).
    throw refusal(400, 20026, "action is required for action parameters", {
      source: { pointer: `${pointer}/action` },
    });
  }
  if (action !== allowed?.action) {
    throw invalid(
      20016,
      action,
      "action",
      `the action is not allowed in the phase ${phase}`,
      `${pointer}/action`,
    );
  }
  if (expression === undefined || expression.trim() === "") {
    throw invalid(20125, "", "expression", "the expression cannot be blank", `${pointer}/expression`);
  }
  // Up to 4,096 characters: developers.cloudflare.com/ruleset-engine/rules-language/expressions.
  if (expression.length > 4096) {
    throw invalid(20126, expression, "expression", "it exceeds 4096 characters", `${pointer}/expression`);
  }
  try {
    parseExpression(expression);
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    const reason = `could not parse filter expression: ${error.message}`;
    throw invalid(20127, expression, "expression", reason, `${pointer}/expression`);
  }
  const problem = allowed.check(parameters ?? {});
  if (problem !== undefined) {
    throw refusal(400, 20021, problem, { source: { pointer: `${pointer}/action_parameters` } });
  }
  return {
    ...(typeof id === "string" && { id }),
    action,
    ...(parameters !== undefined && { action_parameters: parameters }),
    expression,
    description,
    enabled,
    ...(ref !== undefined && ref !== "" && { ref }),
    ...(logging !== undefined && { logging }),
  };
}

/** Refuses one rule more than the plan has. */
export function tooMany(count: number, phase: string): Refusal {
  return invalid(
    20217,
    "rules",
    "rules",
    `exceeded maximum number of rules in the phase ${phase}: ${count} out of ${rulesPerPhase}`,
    "/rules",
  );
}

/**
 * A rule as it is stored. It keeps its identity by its id or, without one, by `ref`
 * (developers.cloudflare.com/terraform/troubleshooting/rule-id-changes); its version grows when its content changes.
 */
export function keepRule(fields: RuleFields, old: readonly Rule[], now: string): Rule {
  const before = old.find((r) => r.id === fields.id) ?? old.find((r) => r.ref === fields.ref);
  const id = before?.id ?? newId();
  const { id: _, ref, ...content } = fields;
  const rule: Rule = { id, version: "1", ...content, ref: ref ?? before?.ref ?? id, last_updated: now };
  if (before === undefined) return rule;
  const bare = (r: Rule) => JSON.stringify({ ...r, version: "", last_updated: "" }, Object.keys(r).sort());
  const same = bare(rule) === bare(before) && sameParameters(rule, before);
  return same ? before : { ...rule, version: String(Number(before.version) + 1) };
}

function sameParameters(a: Rule, b: Rule): boolean {
  return JSON.stringify(a.action_parameters) === JSON.stringify(b.action_parameters);
}

/** developers.cloudflare.com/rules/transform/response-header-modification: operations, and headers that stay closed. */
function checkHeaders({ headers, ...rest }: Record<string, unknown>): string | undefined {
  if (Object.keys(rest).length > 0) return `unexpected action parameter: ${Object.keys(rest)[0]}`;
  if (!isRecord(headers) || Object.keys(headers).length === 0)
    return "at least one header modification is required";
  for (const [name, change] of Object.entries(headers)) {
    if (!/^[A-Za-z0-9_-]+$/.test(name)) return `'${name}' is not a valid HTTP header name`;
    if (/^(cf-|x-cf-)/i.test(name))
      return `'${name}' is not a valid value for name because it cannot be modified`;
    if (!isRecord(change)) return `header ${name} must be an object`;
    const { operation, value, expression } = change;
    if (operation === "remove") {
      if (value !== undefined || expression !== undefined) return `header ${name}: remove takes no value`;
      continue;
    }
    if (operation !== "set" && operation !== "add") {
      return `'${String(operation)}' is not a valid value for operation`;
    }
    if ((value === undefined) === (expression === undefined)) {
      return `header ${name}: exactly one of value and expression is required`;
    }
    if (value !== undefined && (typeof value !== "string" || value === ""))
      return `header ${name}: empty value`;
    if (expression !== undefined) {
      try {
        parseValue(String(expression));
      } catch (error) {
        return `header ${name}: could not parse expression: ${(error as Error).message}`;
      }
    }
  }
  return undefined;
}

/** developers.cloudflare.com/rules/configuration-rules/settings */
function checkConfig(parameters: Record<string, unknown>): string | undefined {
  const onOff = (v: unknown) => typeof v === "boolean";
  const oneOf =
    (...values: string[]) =>
    (v: unknown) =>
      values.includes(v as string);
  const legal: Record<string, (v: unknown) => boolean> = {
    automatic_https_rewrites: onOff,
    bic: onOff,
    disable_apps: (v) => v === true,
    disable_rum: (v) => v === true,
    disable_zaraz: (v) => v === true,
    email_obfuscation: onOff,
    fonts: onOff,
    hotlink_protection: onOff,
    mirage: onOff,
    opportunistic_encryption: onOff,
    polish: oneOf("off", "lossless", "lossy", "webp"),
    rocket_loader: onOff,
    security_level: oneOf("off", "essentially_off", "low", "medium", "high", "under_attack"),
    ssl: oneOf("off", "flexible", "full", "strict", "origin_pull"),
  };
  const entries = Object.entries(parameters);
  if (entries.length === 0) return "at least one setting is required";
  for (const [name, value] of entries) {
    const check = legal[name];
    if (check === undefined) return `unexpected action parameter: ${name}`;
    if (!check(value)) return `'${String(value)}' is not a valid value for ${name}`;
  }
  return undefined;
}

/** developers.cloudflare.com/cache/how-to/cache-rules/settings; Edge TTL from two hours on a free plan. */
function checkCache({
  cache,
  edge_ttl: edge,
  browser_ttl: browser,
}: Record<string, unknown>): string | undefined {
  if (cache !== undefined && typeof cache !== "boolean")
    return `'${String(cache)}' is not a valid value for cache`;
  if (cache === undefined && edge === undefined && browser === undefined)
    return "at least one setting is required";
  for (const [name, ttl, least] of [
    ["edge_ttl", edge, 7200],
    ["browser_ttl", browser, 0],
  ] as const) {
    if (ttl === undefined) continue;
    if (!isRecord(ttl)) return `${name} must be an object`;
    const modes =
      name === "edge_ttl"
        ? ["override_origin", "respect_origin", "bypass_by_default"]
        : ["override_origin", "respect_origin", "bypass"];
    if (!modes.includes(String(ttl.mode))) return `'${String(ttl.mode)}' is not a valid value for mode`;
    if (ttl.mode !== "override_origin") continue;
    if (typeof ttl.default !== "number") return `${name}: default is required with override_origin`;
    if (ttl.default < least)
      return `'${ttl.default}' is not a valid value for default because it is below ${least}`;
  }
  return undefined;
}

function malformed(pointer: string): Refusal {
  return refusal(400, 20014, "could not parse the request body", { source: { pointer } });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
