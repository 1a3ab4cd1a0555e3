/** The validation of a ruleset's rule, by phase, on a free plan. */
import { type Complaint, newId, Refusal, refusal } from "./answer.ts";
import { FilterError, parseExpression } from "./expression.ts";
import { checkCache, checkConfig, checkHeaders, checkUri } from "./ruleset-actions.ts";
import type { Rule } from "./state.ts";

/** The fields of a rule that a caller can set. */
export type RuleFields = Omit<Rule, "id" | "version" | "last_updated" | "ref"> & {
  id?: string;
  ref?: string;
};

/**
 * Phases of a zone, with what a rule of a free plan can do there. Other real phases are not modelled.
 * developers.cloudflare.com/ruleset-engine/reference/phases-list
 */
const phases: Record<
  string,
  { action: string; check: (parameters: Record<string, unknown>) => string | undefined }
> = {
  http_request_transform: { action: "rewrite", check: checkUri },
  http_request_late_transform: { action: "rewrite", check: checkHeaders },
  http_response_headers_transform: { action: "rewrite", check: checkHeaders },
  http_config_settings: { action: "set_config", check: checkConfig },
  http_request_cache_settings: { action: "set_cache_settings", check: checkCache },
};

/**
 * Limit of rules per kind on a free plan: 10 (developers.cloudflare.com/rules/transform,
 * /rules/configuration-rules, /cache). The three phases of Transform Rules are one kind and share the limit.
 */
const rulesPerKind = 10;
const transform = [
  "http_request_transform",
  "http_request_late_transform",
  "http_response_headers_transform",
];

/** The phases that share a limit of rules with a phase, including the phase itself. */
export function phasesOfKind(phase: string): readonly string[] {
  return transform.includes(phase) ? transform : [phase];
}

/**
 * A refusal in the form of the ruleset engine: `'<value>' is not a valid value for <field> because <reason>`.
 */
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

/**
 * Checks the rules of a body. All complaints are reported together.
 *
 * @param others how many rules the other phases of the same kind have
 */
export function readRules(raw: unknown, phase: string, others: number): RuleFields[] {
  if (raw === undefined || raw === null) return [];
  if (!Array.isArray(raw)) throw malformed("/rules");
  checkCount(raw.length + others, phase);
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

/** Checks one rule of a body. */
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
    // Both texts are the API's answer to a rule PATCH that sent only action_parameters (see rulesets.ts).
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

/** Refuses more rules than the plan allows. */
export function checkCount(count: number, phase: string): void {
  if (count <= rulesPerKind) return;
  const reason = `exceeded maximum number of rules in the phase ${phase}: ${count} out of ${rulesPerKind}`;
  throw invalid(20217, "rules", "rules", reason, "/rules");
}

/**
 * A rule as it is stored. It keeps its identity by its id or, without an id, by `ref`
 * (developers.cloudflare.com/terraform/troubleshooting/rule-id-changes). Its version increases when its
 * content changes.
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

function malformed(pointer: string): Refusal {
  return refusal(400, 20014, "could not parse the request body", { source: { pointer } });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
