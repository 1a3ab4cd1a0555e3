import * as pulumi from "@pulumi/pulumi";
import { isSameStack, marked } from "../../providers/shared/mark.ts";
import * as cloudflare from "./cloudflare.ts";
import type { Host } from "./hosts.ts";

/** Arguments of {@link CommunityRecords}. */
export interface CommunityRecordsArgs {
  /** Id of the zone that gets the records. */
  zoneId: pulumi.Input<string>;
  /** The community's hosts, from `hostsOf`. */
  hosts: Host[];
  /** Public IPv4 and IPv6 addresses of the two apps. */
  addresses: Record<"web" | "streaming", { v4: pulumi.Input<string>; v6: pulumi.Input<string> }>;
  /** The community's domain, which CNAMEs point to. */
  root: string;
  /** The stack's mark, for the records' comment. */
  stack: pulumi.Input<string>;
}

/** Comment by which a stack recognises the records it created. @param mark unknown before the first `up` */
export function recordComment(mark: pulumi.Input<string>): pulumi.Output<string> {
  return pulumi.output(mark).apply((known) => marked(known));
}

/** Whether this stack created a record. @param ownComment the comment that this stack writes */
export function isOurRecord(record: { comment?: string | null }, ownComment: string): boolean {
  return isSameStack(record.comment, ownComment);
}

/** Whether any Mastiff stack created a record: this one, another, or this one under an earlier name. */
export function isOfMastiff(record: { comment?: string | null }): boolean {
  return record.comment?.startsWith("Mastiff ") === true;
}

/**
 * DNS records of the community's hosts. R2 itself creates the record of the bucket's host.
 *
 * @example
 * new CommunityRecords("dogs-records", {
 *   zoneId: zone.zoneId,
 *   hosts: Object.values(hostsOf(settings)),
 *   addresses: { web, streaming },
 *   root: "mastiff.party",
 *   stack: identity.mark,
 * });
 */
export class CommunityRecords extends pulumi.ComponentResource {
  constructor(name: string, args: CommunityRecordsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastiff:cloudflare:Records", name, { hosts: args.hosts.map((host) => host.name) }, opts);
    const record = (role: string, type: "A" | "AAAA" | "CNAME", host: Host, content: pulumi.Input<string>) =>
      new cloudflare.DnsRecord(
        `${name}-${role}-${type.toLowerCase()}`,
        {
          zoneId: args.zoneId,
          name: host.name,
          type,
          content,
          proxied: host.proxied,
          ttl: 1,
          comment: recordComment(args.stack),
        },
        { parent: this, deleteBeforeReplace: true },
      );
    for (const host of args.hosts) {
      if (host.record === "cname") record(host.role, "CNAME", host, args.root);
      if (host.record === "addresses" && host.servedBy !== "bucket") {
        record(host.role, "A", host, args.addresses[host.servedBy].v4);
        record(host.role, "AAAA", host, args.addresses[host.servedBy].v6);
      }
    }
    this.registerOutputs();
  }
}
