import * as cloudflare from "@pulumi/cloudflare";
import * as pulumi from "@pulumi/pulumi";
import type { ZoneMode } from "../config.ts";

/** Arguments of {@link CommunityZone}. */
export interface CommunityZoneArgs {
  /** Cloudflare account that has the zone. */
  accountId: string;
  /** Name of the zone, e.g. `example.org`. */
  name: string;
  /** `created`: made by this stack. `owned` and `shared`: looked up. Who owns a zone has its settings whole. */
  mode: ZoneMode;
  /** Whether a created zone is kept from being deleted. */
  protect: boolean;
}

/**
 * The Cloudflare zone that holds the community's names.
 *
 * @throws when the account has no zone of this name (or several).
 */
export class CommunityZone extends pulumi.ComponentResource {
  readonly zoneId: pulumi.Output<string>;
  /** What has to stand at the registrar. */
  readonly nameServers: pulumi.Output<string[]>;
  /** `active` once the registrar names Cloudflare's name servers; until then nothing below is seen by the world. */
  readonly status: pulumi.Output<string>;

  constructor(name: string, args: CommunityZoneArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastiff:cloudflare:Zone", name, { name: args.name, mode: args.mode }, opts);
    const zone =
      args.mode === "created"
        ? new cloudflare.Zone(
            `${name}-zone`,
            { account: { id: args.accountId }, name: args.name, type: "full" },
            { parent: this, protect: args.protect },
          )
        : lookUp(this, args);
    this.zoneId = pulumi.output(zone.id).apply((id) => id ?? "");
    this.nameServers = pulumi.output(zone.nameServers).apply((servers) => servers ?? []);
    this.status = pulumi.output(zone.status).apply((status) => status ?? "unknown");
    this.registerOutputs({ zoneId: this.zoneId, nameServers: this.nameServers, status: this.status });
  }
}

function lookUp(parent: pulumi.Resource, args: CommunityZoneArgs) {
  return cloudflare.getZoneOutput(
    { filter: { name: args.name, match: "all", account: { id: args.accountId } } },
    { parent },
  );
}
