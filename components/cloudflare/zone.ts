import * as pulumi from "@pulumi/pulumi";
import * as cloudflare from "./cloudflare.ts";
import type { FoundZone } from "./zone-look.ts";

/** Arguments of {@link CommunityZone}. */
export interface CommunityZoneArgs {
  /** Cloudflare account that has the zone. */
  accountId: string;
  /** Name of the zone, e.g. `example.org`. */
  name: string;
  /** Whether this stack makes the zone, and has it in its state. */
  made: boolean;
  /** The zone as this run's look saw it; unset: it is not there yet. */
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
    const { found } = args;
    if (found !== undefined && !args.made) {
      this.zoneId = pulumi.output(found.zoneId);
      this.nameServers = pulumi.output(found.nameServers);
      this.status = pulumi.output(found.status);
    } else {
      const zone = new cloudflare.Zone(
        `${name}-zone`,
        { account: { id: args.accountId }, name: args.name, type: "full" },
        { parent: this, protect: args.protect },
      );
      this.zoneId = zone.id;
      this.nameServers = zone.nameServers;
      // The state keeps what the zone was when it was made, without a refresh for ever.
      this.status = zone.status.apply((status) => found?.status ?? status ?? "pending");
    }
    this.registerOutputs({ zoneId: this.zoneId, nameServers: this.nameServers, status: this.status });
  }
}
