import * as pulumi from "@pulumi/pulumi";
import { ruleRefOf } from "../config/derived-names.ts";
import type { OwnBucketKey } from "../config/given.ts";
import { isKept } from "../fly/plan.ts";
import type { Groundwork } from "../stack/groundwork.ts";
import { resourceNames } from "../stack/logical-names.ts";
import { HeaderRule } from "./header-rule.ts";
import { bucketHosts, hostsOf } from "./hosts.ts";
import { MediaBucket } from "./media-bucket.ts";
import { OpenEdge } from "./open-edge.ts";
import { StrictTls } from "./strict-tls.ts";
import { CommunityZone } from "./zone.ts";

/** Arguments of {@link CommunityCloudflare}. */
export interface CommunityCloudflareArgs {
  /** The checked settings, the names, and the zone as this run found it. */
  ground: Groundwork;
  /** The operator's own key for the bucket; undefined: the stack makes one, for this bucket only. */
  key: OwnBucketKey | undefined;
}

/**
 * A community at Cloudflare: the zone, the settings and rules of its proxied hosts, the bucket.
 *
 * @example
 * const { names, own } = ground;
 * const { zone, media } = new CommunityCloudflare(names.cloudflare, { ground, key: undefined }, own);
 * export const nameServers = zone.nameServers;
 * export const bucket = media.bucket;
 */
export class CommunityCloudflare extends pulumi.ComponentResource {
  /** The zone that contains the hosts. */
  readonly zone: CommunityZone;
  /** The bucket of the uploads, with its public hosts and its key. */
  readonly media: MediaBucket;

  constructor(
    name: string,
    { ground, key }: CommunityCloudflareArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("mastiff:cloudflare:Cloudflare", name, {}, opts);
    const { settings, names, stack, protect } = ground;
    const child = { parent: this };
    const { reach } = ground.cloudflare;
    const ref = ruleRefOf(settings.domain);
    const shared = settings.zoneMode === "shared";
    const hosts = Object.values(hostsOf(settings));
    const fileHosts = bucketHosts(settings);
    const withFiles = (chosen: typeof hosts) => [
      ...new Set([...chosen.map((host) => host.name), ...fileHosts]),
    ];

    this.zone = new CommunityZone(
      names.zone,
      {
        accountId: settings.cloudflareAccountId,
        name: settings.zone,
        made: settings.zoneMode === "created",
        found: ground.zone,
        protect,
      },
      child,
    );
    const { zoneId } = this.zone;
    const proxied = withFiles(hosts.filter((host) => host.proxied));
    new StrictTls(names.tls, { zoneId, shared, hosts: proxied, ref, stack, reach }, child);
    if (!shared) new OpenEdge(names.edge, { zoneId }, child);
    new HeaderRule(
      names.cors,
      {
        zoneId,
        hosts: withFiles(hosts.filter((host) => host.crossOrigin)),
        ref,
        stack,
        hadWholeRuleset: ground.last[resourceNames.wholeRuleset(names.cors)] !== undefined,
        reach,
      },
      child,
    );
    this.media = new MediaBucket(
      names.media,
      {
        accountId: settings.cloudflareAccountId,
        zoneId,
        bucket: settings.bucket,
        location: settings.bucketLocation,
        jurisdiction: settings.bucketJurisdiction,
        hosts: fileHosts,
        domain: settings.domain,
        stack,
        key,
        keyWord: settings.rotate.r2Token,
        endpoint: settings.endpoints.r2,
        reach,
        protect,
        dispensable: !isKept(settings),
      },
      child,
    );
    this.registerOutputs({ zoneId });
  }
}
