import * as pulumi from "@pulumi/pulumi";
import { type CloudflareReach, PhaseRule } from "../../providers/cloudflare/resources.ts";
import { marked } from "../../providers/shared/mark.ts";
import * as cloudflare from "./cloudflare.ts";

/** Arguments of {@link StrictTls}. */
export interface StrictTlsArgs {
  /** Id of the zone that contains the hosts. */
  zoneId: pulumi.Input<string>;
  /** Whether other stacks use the zone, so that this stack must not change the zone's setting. */
  shared: boolean;
  /** Proxied hosts of the community, to which the rule in a shared zone applies. */
  hosts: string[];
  /**
   * Identifies this community's rule among those of others: letters, digits and `_`, from `ruleRefOf`.
   * Another ref replaces the rule.
   */
  ref: string;
  /** The stack's mark, which the rule's description contains. */
  stack: pulumi.Input<string>;
  /** How the rule reaches Cloudflare. Default: as config and environment say. */
  reach?: CloudflareReach | undefined;
}

/** Permanent name of the config rule in a shared zone. @param ref see {@link StrictTlsArgs.ref} */
export function strictTlsRef(ref: string): string {
  return `strict_tls_${ref}`;
}

/**
 * TLS mode Full (strict) between Cloudflare and Fly. In a weaker mode, Cloudflare asks Fly in plain HTTP and
 * Fly redirects to HTTPS, without end.
 *
 * In a zone that the stack owns, this is the zone's setting, which remains after the stack is destroyed (it
 * has no "off"). In a shared zone, it is a config rule for the community's hosts.
 *
 * @throws OperatorError in `up`, if a rule with this ref bears another stack's mark
 * @see https://developers.cloudflare.com/ssl/origin-configuration/ssl-modes/full-strict/
 * @example
 * new StrictTls("dogs-tls", {
 *   zoneId: zone.zoneId,
 *   shared: true,
 *   hosts: ["assets.mastiff.party", "files.mastiff.party"],
 *   ref: ruleRefOf("mastiff.party"),
 *   stack: identity.mark,
 * });
 */
export class StrictTls extends pulumi.ComponentResource {
  constructor(name: string, args: StrictTlsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastiff:cloudflare:StrictTls", name, { hosts: args.hosts }, opts);
    if (args.shared) {
      new PhaseRule(
        `${name}-rule`,
        {
          zoneId: args.zoneId,
          phase: "http_config_settings",
          ref: strictTlsRef(args.ref),
          description: pulumi.output(args.stack).apply((mark) => `Full (strict), ${marked(mark)}`),
          action: "set_config",
          expression: `http.host in {${args.hosts.map((host) => JSON.stringify(host)).join(" ")}}`,
          actionParameters: { ssl: "strict" },
          ...args.reach,
        },
        { parent: this },
      );
    } else {
      new cloudflare.ZoneSetting(
        `${name}-ssl`,
        { zoneId: args.zoneId, settingId: "ssl", value: "strict" },
        { parent: this },
      );
    }
    this.registerOutputs();
  }
}
