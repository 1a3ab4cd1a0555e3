/** Checks whether a zone's plan has room for the rules and DNS records that this stack adds. Pure. */
import type { PhaseRuleset, Zone, ZoneRecord } from "../../providers/cloudflare/zone-reading.ts";

/** A kind of rule, the phases that share its limit, and the limit of each plan. */
interface RuleKind {
  title: string;
  phases: readonly string[];
  /** Maximum number of rules, by the plan's `legacy_id`. */
  most: Readonly<Record<string, number>>;
}

const perPlan = { free: 10, pro: 25, business: 50, enterprise: 300 };

/**
 * Kinds of rules that Mastiff creates. Limits: https://developers.cloudflare.com/rules/transform/ and
 * https://developers.cloudflare.com/rules/configuration-rules/ (Availability).
 */
export const ruleKinds = {
  transform: {
    title: "Transform Rules",
    phases: [
      "http_request_transform",
      "http_request_late_transform",
      "http_response_headers_transform",
    ] as readonly string[],
    most: perPlan,
  },
  config: {
    title: "Configuration Rules",
    phases: ["http_config_settings"] as readonly string[],
    most: perPlan,
  },
} satisfies Record<string, RuleKind>;

/** A rule that this stack keeps. */
export interface WantedRule {
  kind: keyof typeof ruleKinds;
  /** Identifies the rule among those of others. */
  ref: string;
}

/** The errors for kinds of rules without room for this stack's rule, each with the existing rules. */
export function fullKinds(
  wanted: readonly WantedRule[],
  rulesets: readonly PhaseRuleset[],
  zone: Zone,
): string[] {
  return wanted.flatMap(({ kind, ref }) => {
    const { title, phases, most } = ruleKinds[kind];
    const limit = (most as Record<string, number>)[zone.plan.legacy_id];
    const rules = rulesets.filter((one) => phases.includes(one.phase)).flatMap((one) => one.rules);
    if (limit === undefined || rules.length < limit || rules.some((rule) => rule.ref === ref)) return [];
    const names = rules.map((rule) => JSON.stringify(rule.description || rule.expression.slice(0, 60)));
    return [
      [
        `The zone ${zone.name} has no room for this community's rule: it already has ${rules.length} of ${limit} ${title} (plan ${zone.plan.legacy_id}).`,
        `  they are ${names.join(", ")}`,
        "  fix     merge two of them into one, or remove one that nothing needs any more, yourself (Cloudflare dashboard, Rules)",
        `          or choose a plan that allows more (Pro allows ${most.pro})`,
        "          or give the community a zone of its own: pulumi config set mastiff:zone <its domain>",
      ].join("\n"),
    ];
  });
}

/** Maximum number of DNS records: 200 in a free zone, 1,000 if from before September 2024, else 3,500. */
export function recordLimit(zone: Zone): number {
  if (zone.plan.legacy_id !== "free") return 3500;
  return Date.parse(zone.created_on) < Date.parse("2024-09-01T00:00:00Z") ? 1000 : 200;
}

/**
 * The error for a zone without room for the stack's records; undefined when they fit.
 *
 * @param wanted how many records the stack has after the run
 * @param ours how many of them exist already
 * @see https://developers.cloudflare.com/dns/manage-dns-records/
 */
export function recordsDoNotFit(
  zone: Zone,
  records: readonly ZoneRecord[],
  wanted: number,
  ours: number,
): string | undefined {
  const limit = recordLimit(zone);
  const missing = Math.max(0, wanted - ours);
  if (records.length + missing <= limit) return undefined;
  return [
    `The zone ${zone.name} has ${records.length} DNS records of the ${limit} that its plan (${zone.plan.legacy_id}) allows, and ${missing} more are needed.`,
    "  fix     remove records that nothing needs any more, yourself (Cloudflare dashboard, DNS, Records), or choose a plan that allows more",
    "          or give the community a zone of its own: pulumi config set mastiff:zone <its domain>",
  ].join("\n");
}
