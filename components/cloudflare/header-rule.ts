import * as pulumi from "@pulumi/pulumi";
import { type CloudflareReach, PhaseRule } from "../../providers/cloudflare/resources.ts";
import { marked } from "../../providers/shared/mark.ts";
import { resourceNames } from "../stack/logical-names.ts";

/** Arguments of {@link HeaderRule}. */
export interface HeaderRuleArgs {
  /** Id of the zone that contains the hosts. Another zone replaces the rule. */
  zoneId: pulumi.Input<string>;
  /** Hosts whose responses get the header. All of them are proxied. */
  hosts: string[];
  /**
   * Identifies this community's rule among those of others: letters, digits and `_`, from `ruleRefOf`.
   * Another ref replaces the rule.
   */
  ref: string;
  /** The stack's mark, which the rule's description contains. */
  stack: pulumi.Input<string>;
  /**
   * Whether the state contains the whole ruleset as a resource, as older versions of Mastiff created it. Then
   * the rule replaces the ruleset.
   */
  hadWholeRuleset: boolean;
  /** How the rule reaches Cloudflare. Default: as config and environment say. */
  reach?: CloudflareReach | undefined;
}

/** The ruleset phase in which Cloudflare changes response headers. */
export const headerPhase = "http_response_headers_transform";

/** Name of a ruleset that an older version of Mastiff owns as a whole: its updates drop all other rules. */
export function wholeRulesetName(stack: string): string {
  return `Mastiff ${stack}`;
}

/** Permanent name of the rule. @param ref see {@link HeaderRuleArgs.ref} */
export function headerRuleRef(ref: string): string {
  return `access_control_allow_origin_${ref}`;
}

/**
 * The rule `access-control-allow-origin`: the community's pages may load scripts, fonts and uploads from its
 * other hosts.
 *
 * The rule covers only these hosts, because a wildcard breaks requests that carry cookies. It uses `set`, not
 * `add`: the bucket's own CORS policy may already have set the header, and two headers are as bad as none.
 *
 * In an owned zone, too, the stack adds a single rule and does not write the whole ruleset. So the zone's
 * mode can change, and this stack never drops a rule that another stack has added.
 *
 * @throws OperatorError in `up`, if a rule with this ref bears another stack's mark
 * @see https://developers.cloudflare.com/rules/transform/response-header-modification/
 * @example
 * new HeaderRule("dogs-cors", {
 *   zoneId: zone.zoneId,
 *   hosts: ["assets.mastiff.party", "files.mastiff.party"],
 *   ref: ruleRefOf("mastiff.party"),
 *   stack: identity.mark,
 *   hadWholeRuleset: false,
 * });
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
        ...args.reach,
      },
      { parent: this, ...(args.hadWholeRuleset && inPlaceOf(resourceNames.wholeRuleset(name))) },
    );
    this.registerOutputs();
  }
}

/**
 * Makes the rule replace the ruleset that an older version of Mastiff created. The ruleset is deleted first,
 * because its deletion removes every rule in it, the new one included.
 */
function inPlaceOf(ruleset: string): pulumi.CustomResourceOptions {
  return {
    aliases: [{ name: ruleset, type: "cloudflare:index/ruleset:Ruleset" }],
    replaceOnChanges: ["*"],
    deleteBeforeReplace: true,
  };
}

/** The rule's condition, in Cloudflare's rule language. */
export function corsExpression(hosts: readonly string[]): string {
  const quoted = hosts.map((host) => JSON.stringify(host)).join(" ");
  return `http.host in {${quoted}} and http.request.method in {"GET" "POST" "HEAD" "OPTIONS"}`;
}
