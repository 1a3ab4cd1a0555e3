import * as pulumi from "@pulumi/pulumi";
import * as cloudflare from "./cloudflare.ts";

/** Arguments of {@link OpenEdge}. */
export interface OpenEdgeArgs {
  /** Id of the zone, which the stack owns. */
  zoneId: pulumi.Input<string>;
}

/**
 * Lets programs through Cloudflare's edge, in a zone that the stack owns. Other servers and apps load the
 * community's files, and cannot pass the page that Under Attack mode shows to every visitor. The level is
 * `medium`, Cloudflare's default. If an operator switches Under Attack mode on, it stays on until a run with
 * `--refresh`. The setting remains after the stack is destroyed: it has no "off".
 *
 * In a shared zone, the stack does not change the level but warns about Under Attack mode (`zone-setup.ts`).
 *
 * @see https://developers.cloudflare.com/fundamentals/reference/under-attack-mode/
 * @example
 * const zone = new CommunityZone("dogs-zone", {
 *   accountId: "0123456789abcdef0123456789abcdef",
 *   name: "mastiff.party",
 *   made: true,
 *   protect: true,
 * });
 * new OpenEdge("dogs-edge", { zoneId: zone.zoneId });
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
