import * as pulumi from "@pulumi/pulumi";
import { PhaseRule } from "../cloudflare/resources.ts";
import { marked } from "../dynamic/mark.ts";
import * as cloudflare from "./cloudflare.ts";

/** Arguments of {@link HeaderRule}. */
export interface HeaderRuleArgs {
  zoneId: pulumi.Input<string>;
  /** Whether other stacks have rules in the zone, so that this one keeps its own rule only. */
  shared: boolean;
  /** Hosts whose answers get the header; all of them proxied. */
  hosts: string[];
  /** What tells this community's rule from others': letters, digits and `_`. */
  ref: string;
  /** The stack's mark; it names the ruleset, or stands in the rule's description. */
  stack: pulumi.Input<string>;
  /** Base of Cloudflare's API; unset: the real one. */
  baseUrl?: string | undefined;
}

/** The phase in which response headers are changed. */
export const headerPhase = "http_response_headers_transform";

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

 * @see https://developers.cloudflare.com/rules/transform/response-header-modification/
 */
export class HeaderRule extends pulumi.ComponentResource {
  constructor(name: string, args: HeaderRuleArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastiff:cloudflare:HeaderRule", name, { hosts: args.hosts }, opts);
    const rule = {
      ref: headerRuleRef(args.ref),
      description: pulumi.output(args.stack).apply((mark) => `access-control-allow-origin, ${marked(mark)}`),
      action: "rewrite",
      expression: corsExpression(args.hosts),
    };
    const headers = { "Access-Control-Allow-Origin": { operation: "set", value: "*" } };
    if (args.shared) {
      new PhaseRule(
        `${name}-rule`,
        {
          zoneId: args.zoneId,
          phase: headerPhase,
          ...rule,
          actionParameters: { headers },
          ...(args.baseUrl !== undefined && { baseUrl: args.baseUrl }),
        },
        { parent: this },
      );
    } else {
      new cloudflare.Ruleset(
        `${name}-ruleset`,
        {
          zoneId: args.zoneId,
          kind: "zone",
          name: pulumi.output(args.stack).apply((mark) => marked(mark)),
          phase: headerPhase,
          rules: [{ ...rule, actionParameters: { headers } }],
        },
        { parent: this, deleteBeforeReplace: true },
      );
    }
    this.registerOutputs();
  }
}

/** When the rule acts, in Cloudflare's rule language. */
export function corsExpression(hosts: readonly string[]): string {
  const quoted = hosts.map((host) => JSON.stringify(host)).join(" ");
  return `http.host in {${quoted}} and http.request.method in {"GET" "POST" "HEAD" "OPTIONS"}`;
}
