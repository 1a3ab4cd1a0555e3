import * as pulumi from "@pulumi/pulumi";
import { resourceNames } from "../stack/logical-names.ts";
import * as cloudflare from "./cloudflare.ts";
import type { FoundZone } from "./zone-look.ts";

/** Arguments of {@link CommunityZone}. */
export interface CommunityZoneArgs {
  /** Id of the Cloudflare account that contains the zone: 32 hexadecimal digits. */
  accountId: string;
  /** Name of the zone, e.g. `example.org`. */
  name: string;
  /** Whether this stack creates the zone and has it in its state. */
  made: boolean;
  /**
   * The zone as this run read it. Unset: it does not exist yet, and is created; or this preview could not read
   * it, and its id is unknown.
   */
  found?: FoundZone | undefined;
  /** Whether a zone that this stack created is protected from deletion; undefined: as the component is. */
  protect: boolean | undefined;
}

/** Stands for a zone of others that this preview could not read. */
const unread = pulumi.unknown as unknown as FoundZone;

/**
 * The Cloudflare zone that contains the community's hosts: an existing zone, or one made by this stack.
 *
 * @see https://developers.cloudflare.com/dns/zone-setups/full-setup/
 * @example
 * const zone = new CommunityZone("dogs-zone", {
 *   accountId: "0123456789abcdef0123456789abcdef",
 *   name: "mastiff.party",
 *   made: true,
 *   protect: true,
 * });
 * export const nameServers = zone.nameServers;
 */
export class CommunityZone extends pulumi.ComponentResource {
  /** Id of the zone. Unknown in the preview of its creation. */
  readonly zoneId: pulumi.Output<string>;
  /** The name servers to enter at the registrar. */
  readonly nameServers: pulumi.Output<string[]>;
  /** `active` once the registrar names Cloudflare's name servers; until then, its records are not public. */
  readonly status: pulumi.Output<string>;

  constructor(name: string, args: CommunityZoneArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastiff:cloudflare:Zone", name, { name: args.name }, opts);
    const { found } = args;
    if (!args.made) {
      const { zoneId, nameServers, status } = pulumi.output(found ?? unread);
      this.zoneId = zoneId;
      this.nameServers = nameServers;
      this.status = status;
    } else {
      const zone = new cloudflare.Zone(
        resourceNames.zone(name),
        { account: { id: args.accountId }, name: args.name, type: "full" },
        { parent: this, protect: args.protect },
      );
      this.zoneId = zone.id;
      this.nameServers = zone.nameServers;
      // Without a refresh, the state keeps the status that the zone had when it was created.
      this.status = zone.status.apply((status) => found?.status ?? status ?? "pending");
    }
    this.registerOutputs({ zoneId: this.zoneId, nameServers: this.nameServers, status: this.status });
  }
}
