import * as pulumi from "@pulumi/pulumi";
import { PhaseRule } from "../../providers/cloudflare/resources.ts";
import { marked } from "../../providers/shared/mark.ts";
import * as cloudflare from "./cloudflare.ts";

/** Arguments of {@link StrictTls}. */
export interface StrictTlsArgs {
  zoneId: pulumi.Input<string>;
  /** Whether other stacks live in the zone, so that its setting is not this one's to change. */
  shared: boolean;
  /** Proxied hosts of the community. */
  hosts: string[];
  /** What tells this community's rule from others': letters, digits and `_`. */
  ref: string;
  /** The stack's mark; it stands in the rule's description. */
  stack: pulumi.Input<string>;
  /** Base of Cloudflare's API; unset: the real one. */
  baseUrl?: string | undefined;
}

/** Lasting name of the config rule in a shared zone. @param ref the community's, see {@link StrictTlsArgs.ref} */
export function strictTlsRef(ref: string): string {
  return `strict_tls_${ref}`;
}

/**
 * Full (strict) between Cloudflare and Fly. With less, Cloudflare asks Fly in plain HTTP, is redirected to HTTPS,
 * and so on without end.
 *
 * The zone's setting where the stack owns the zone (it stays when the stack goes: the setting has no "off"), a
 * config rule for the community's hosts in a shared one.
 *
 * @see https://developers.cloudflare.com/ssl/origin-configuration/ssl-modes/full-strict/
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
          ...(args.baseUrl !== undefined && { baseUrl: args.baseUrl }),
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
