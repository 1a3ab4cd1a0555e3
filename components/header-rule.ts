import * as cloudflare from "@pulumi/cloudflare";
import * as pulumi from "@pulumi/pulumi";
import { PhaseRule } from "../cloudflare/resources.ts";

/** Arguments of {@link HeaderRule}. */
export interface HeaderRuleArgs {
  zoneId: pulumi.Input<string>;
  /** Whether other stacks have rules in the zone, so that this one keeps its own rule only. */
  shared: boolean;
  /** Hosts whose answers get the header; all of them proxied. */
  hosts: string[];
  /** What tells this community's rule from others': letters, digits and `_`. */
  ref: string;
  /** The stack's full name; it names the ruleset. */
  stack: string;
  /** Base of Cloudflare's API; unset: the real one. */
  baseUrl?: string | undefined;
}

const phase = "http_response_headers_transform";

/**
 * The rule `access-control-allow-origin`: pages of the community may load scripts, fonts and uploads from its
 * other hosts.
 *
 * Only these hosts, because a wildcard breaks requests that carry cookies. `set`, not `add`: the bucket's own
 * CORS policy may have answered already, and two headers are as bad as none.
 *
 * @throws ResourceError in preview, when a zone that the stack owns has another ruleset in this phase.
 * @see https://developers.cloudflare.com/rules/transform/response-header-modification/
 */
export class HeaderRule extends pulumi.ComponentResource {
  constructor(name: string, args: HeaderRuleArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastiff:cloudflare:HeaderRule", name, { hosts: args.hosts }, opts);
    const rule = {
      ref: `access_control_allow_origin_${args.ref}`,
      description: "access-control-allow-origin",
      action: "rewrite",
      expression: corsExpression(args.hosts),
    };
    const headers = { "Access-Control-Allow-Origin": { operation: "set", value: "*" } };
    if (args.shared) {
      new PhaseRule(
        `${name}-rule`,
        {
          zoneId: args.zoneId,
          phase,
          ...rule,
          actionParameters: { headers },
          ...(args.baseUrl !== undefined && { baseUrl: args.baseUrl }),
        },
        { parent: this },
      );
    } else {
      const rulesetName = `Mastiff ${args.stack}`;
      new cloudflare.Ruleset(
        `${name}-ruleset`,
        {
          zoneId: this.#withoutForeignRuleset(args.zoneId, rulesetName),
          kind: "zone",
          name: rulesetName,
          phase,
          rules: [{ ...rule, actionParameters: { headers } }],
        },
        { parent: this, deleteBeforeReplace: true },
      );
    }
    this.registerOutputs();
  }

  /** A zone has one ruleset a phase: a second one is refused by Cloudflare (20217), and ours would replace theirs. */
  #withoutForeignRuleset(zoneId: pulumi.Input<string>, own: string): pulumi.Output<string> {
    const present = cloudflare.getRulesetsOutput({ zoneId }, { parent: this });
    return pulumi.all([zoneId, present.results]).apply(([id, rulesets]) => {
      const foreign = rulesets.find((r) => r.phase === phase && r.kind === "zone" && r.name !== own);
      if (foreign === undefined) return id;
      throw new pulumi.ResourceError(foreignRuleset(foreign.name, foreign.id, id), this, true);
    });
  }
}

/** When the rule acts, in Cloudflare's rule language. */
export function corsExpression(hosts: readonly string[]): string {
  const quoted = hosts.map((host) => JSON.stringify(host)).join(" ");
  return `http.host in {${quoted}} and http.request.method in {"GET" "POST" "HEAD" "OPTIONS"}`;
}

function foreignRuleset(name: string, id: string, zoneId: string): string {
  return [
    `the zone has a ruleset of its own for response headers already: ${JSON.stringify(name)} (${id}).`,
    "A zone has one for each phase, and this stack is set to own it. Two ways out:",
    "  - let this stack add its one rule to the ruleset and leave the others alone:",
    "      pulumi config set mastiff:zoneMode shared",
    "  - or, when the ruleset is not needed, remove it and run again:",
    `      curl -X DELETE -H "Authorization: Bearer $CLOUDFLARE_API_TOKEN" https://api.cloudflare.com/client/v4/zones/${zoneId}/rulesets/${id}`,
  ].join("\n");
}
