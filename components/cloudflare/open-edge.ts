import * as pulumi from "@pulumi/pulumi";
import * as cloudflare from "./cloudflare.ts";

/** Arguments of {@link OpenEdge}. */
export interface OpenEdgeArgs {
  zoneId: pulumi.Input<string>;
}

/**
 * Lets programs through Cloudflare's edge, in a zone that the stack owns: other servers and apps load the community's
 * files, and cannot solve the page that Under Attack mode shows to every visitor. The level is `medium`, Cloudflare's
 * default. Who switches the mode on in an attack keeps it until a run with `--refresh`. The setting stays when the stack
 * goes: it has no "off".
 *
 * In a shared zone the level is not this stack's to change; the look says it (`zone-setup.ts`).
 *
 * @see https://developers.cloudflare.com/fundamentals/reference/under-attack-mode/
 */
export class OpenEdge extends pulumi.ComponentResource {
  constructor(name: string, args: OpenEdgeArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastiff:cloudflare:OpenEdge", name, {}, opts);
    new cloudflare.ZoneSetting(
      `${name}-security-level`,
      { zoneId: args.zoneId, settingId: "security_level", value: "medium" },
      { parent: this },
    );
    this.registerOutputs();
  }
}
