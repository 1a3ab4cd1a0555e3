import { z } from "zod";
import type { CloudClient } from "../shared/cloud-client.ts";
import type { Kind } from "../shared/kind.ts";
import { dropRule, findRule, keepRule, type Rule } from "./entrypoint.ts";
import { reachInputs } from "./reach-inputs.ts";

const inputs = z.object({
  zoneId: z
    .string()
    .regex(/^[0-9a-f]{32}$/, { error: (issue) => `"${issue.input}" is not a zone id (32 hex digits)` }),
  phase: z.string().regex(/^[a-z0-9_]+$/, {
    error: (issue) => `"${issue.input}" is not a phase such as http_config_settings`,
  }),
  ref: z.string().regex(/^[A-Za-z0-9_]{1,128}$/, {
    error: (issue) => `"${issue.input}" is not a ref: letters, digits and _ only`,
  }),
  description: z.string(),
  action: z.string().min(1, { error: "it is empty" }),
  expression: z.string().min(1, { error: "it is empty: the rule would never act" }),
  actionParameters: z.record(z.string(), z.unknown()),
  ...reachInputs,
});

type Inputs = z.infer<typeof inputs>;

interface Outputs {
  rulesetId: string;
  ruleId: string;
  /** Whether the rule is on. False when somebody switched it off in the dashboard. */
  enabled: boolean;
  /** The rule as Cloudflare answered when we wrote it, canonical. A rule that differs from it has drifted. */
  written: string;
}

/** A rule as one text, independent of the order of its keys. Ids, versions and dates are left out. */
export function canonical(rule: Rule): string {
  const { description = "", action, expression, enabled = true, action_parameters = {} } = rule;
  return JSON.stringify(sorted({ description, action, expression, enabled, action_parameters }));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, sorted(inner)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function keep(cloud: CloudClient, wanted: Inputs): Promise<Outputs> {
  const { zoneId, phase, ref, description, action, expression, actionParameters } = wanted;
  const rule: Rule = { ref, description, action, expression, enabled: true };
  if (Object.keys(actionParameters).length > 0) rule.action_parameters = actionParameters;
  const kept = await keepRule(cloud, zoneId, phase, rule);
  const { rulesetId } = kept;
  return {
    rulesetId,
    ruleId: kept.rule.id ?? "",
    enabled: kept.rule.enabled ?? true,
    written: canonical(kept.rule),
  };
}

export const phaseRule: Kind<Inputs, Outputs, () => CloudClient> = {
  inputs,
  replacedBy: ["zoneId", "phase", "ref"],

  unsettled: (state) => (state.enabled ? undefined : "the rule was switched off"),

  async create(cloud, wanted) {
    return { id: `${wanted.zoneId}/${wanted.phase}/${wanted.ref}`, outs: await keep(cloud(), wanted) };
  },

  async read(cloud, _id, state) {
    const found = await findRule(cloud(), state.zoneId, state.phase, state.ref);
    if (found === undefined) return undefined;
    const { rule, rulesetId } = found;
    const seen = { rulesetId, ruleId: rule.id ?? "", enabled: rule.enabled ?? true, written: state.written };
    // The API may return a rule in another form than it was sent. Only a change since then is drift.
    if (canonical(rule) === state.written) return seen;
    const { description = "", action, expression, action_parameters: actionParameters = {} } = rule;
    return { description, action, expression, actionParameters, ...seen };
  },

  update: (cloud, _id, _state, news) => keep(cloud(), news),

  remove: (cloud, _id, state) => dropRule(cloud(), state.zoneId, state.phase, state),
};
