import * as pulumi from "@pulumi/pulumi";
import { PhaseRule } from "../../providers/cloudflare/resources.ts";
import { marked } from "../../providers/shared/mark.ts";

/** Arguments of {@link HeaderRule}. */
export interface HeaderRuleArgs {
  zoneId: pulumi.Input<string>;
  /** Hosts whose answers get the header; all of them proxied. */
  hosts: string[];
  /** What tells this community's rule from others': letters, digits and `_`. */
  ref: string;
  /** The stack's mark; it stands in the rule's description. */
  stack: pulumi.Input<string>;
  /** Whether the state has the whole ruleset as a resource, as an older Mastiff made it. */
  hadWholeRuleset: boolean;
  /** Base of Cloudflare's API; unset: the real one. */
  baseUrl?: string | undefined;
}

/** The phase in which response headers are changed. */
export const headerPhase = "http_response_headers_transform";

/** Name of a ruleset that an older Mastiff owns as a whole: its next change drops every rule but its own. */
export function wholeRulesetName(stack: string): string {
  return `Mastiff ${stack}`;
}

/** Lasting name of the rule. @param ref the community's, see {@link HeaderRuleArgs.ref} */
export function headerRuleRef(ref: string): string {
  return `access_control_allow_origin_${ref}`;
}

/**
 * The rule `access-control-allow-origin`: pages of the community may load scripts, fonts and uploads from its
 * other hosts.
 *
 * Only these hosts, because a wildcard breaks requests that carry cookies. `set`, not `add`: the bucket's own
 * CORS policy may have answered already, and two headers are as bad as none.
 *
 * One rule among others, whether the stack owns its zone or shares it: so the mode can change, and no other stack can
 * come to add its rule to a ruleset that this one would write as a whole.
 *
 * @see https://developers.cloudflare.com/rules/transform/response-header-modification/
 */
export class HeaderRule extends pulumi.ComponentResource {
  constructor(name: string, args: HeaderRuleArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastiff:cloudflare:HeaderRule", name, { hosts: args.hosts }, opts);
    new PhaseRule(
      `${name}-rule`,
      {
        zoneId: args.zoneId,
        phase: headerPhase,
        ref: headerRuleRef(args.ref),
        description: pulumi
          .output(args.stack)
          .apply((mark) => `access-control-allow-origin, ${marked(mark)}`),
        action: "rewrite",
        expression: corsExpression(args.hosts),
        actionParameters: { headers: { "Access-Control-Allow-Origin": { operation: "set", value: "*" } } },
        ...(args.baseUrl !== undefined && { baseUrl: args.baseUrl }),
      },
      { parent: this, ...(args.hadWholeRuleset && inPlaceOf(`${name}-ruleset`)) },
    );
    this.registerOutputs();
  }
}

/**
 * The rule takes the place of the ruleset that an older Mastiff made. The ruleset goes first: its delete takes every
 * rule in it along, the new one too.
 */
function inPlaceOf(ruleset: string): pulumi.CustomResourceOptions {
  return {
    aliases: [{ name: ruleset, type: "cloudflare:index/ruleset:Ruleset" }],
    replaceOnChanges: ["*"],
    deleteBeforeReplace: true,
  };
}

/** When the rule acts, in Cloudflare's rule language. */
export function corsExpression(hosts: readonly string[]): string {
  const quoted = hosts.map((host) => JSON.stringify(host)).join(" ");
  return `http.host in {${quoted}} and http.request.method in {"GET" "POST" "HEAD" "OPTIONS"}`;
}
