import * as pulumi from "@pulumi/pulumi";
import * as cloudflare from "./cloudflare.ts";
import type { FoundZone } from "./zone-look.ts";

/** Arguments of {@link CommunityZone}. */
export interface CommunityZoneArgs {
  /** Cloudflare account that has the zone. */
  accountId: string;
  /** Name of the zone, e.g. `example.org`. */
  name: string;
  /** The zone that is there already; unset: this stack makes it. */
  found?: FoundZone | undefined;
  /** Whether a zone of ours is kept from being deleted. */
  protect: boolean;
}

/** The Cloudflare zone that holds the community's names: one that is there, or one that this stack makes. */
export class CommunityZone extends pulumi.ComponentResource {
  readonly zoneId: pulumi.Output<string>;
  /** What has to stand at the registrar. */
  readonly nameServers: pulumi.Output<string[]>;
  /** `active` once the registrar names Cloudflare's name servers; until then the world sees nothing of it. */
  readonly status: pulumi.Output<string>;

  constructor(name: string, args: CommunityZoneArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastiff:cloudflare:Zone", name, { name: args.name }, opts);
    if (args.found !== undefined) {
      this.zoneId = pulumi.output(args.found.zoneId);
      this.nameServers = pulumi.output(args.found.nameServers);
      this.status = pulumi.output(args.found.status);
    } else {
      const zone = new cloudflare.Zone(
        `${name}-zone`,
        { account: { id: args.accountId }, name: args.name, type: "full" },
        { parent: this, protect: args.protect },
      );
      this.zoneId = zone.id;
      this.nameServers = zone.nameServers;
      this.status = zone.status.apply((status) => status ?? "pending");
    }
    this.registerOutputs({ zoneId: this.zoneId, nameServers: this.nameServers, status: this.status });
  }
}
