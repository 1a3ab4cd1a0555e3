import * as cloudflare from "@pulumi/cloudflare";
import * as pulumi from "@pulumi/pulumi";
import { recordComment } from "./community-records.ts";

/** Arguments of {@link MailRecords}. */
export interface MailRecordsArgs {
  zoneId: pulumi.Input<string>;
  domain: string;
  /** The SPF value wanted at the domain; unset: none. */
  spf?: string | undefined;
  /** The DMARC value wanted at `_dmarc.<domain>`; unset: none. */
  dmarc?: string | undefined;
  /** The stack's full name, for the records' comment. */
  stack: string;
}

/**
 * SPF and DMARC, where config wants them. A name has at most one of each, so one that is there already is an
 * error: two would make both void (RFC 7208 4.5, RFC 7489 6.6.3).
 *
 * @throws ResourceError in preview, naming the record in the way and the config key.
 */
export class MailRecords extends pulumi.ComponentResource {
  constructor(name: string, args: MailRecordsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastiff:cloudflare:MailRecords", name, { domain: args.domain }, opts);
    const record = (role: string, host: string, value: string, prefix: string, key: string) =>
      new cloudflare.DnsRecord(
        `${name}-${role}`,
        {
          zoneId: this.#unlessForeign(args, host, prefix, key),
          type: "TXT",
          name: host,
          // Quotes of our own: those that the API adds would be a difference for ever.
          content: JSON.stringify(value),
          ttl: 1,
          proxied: false,
          comment: recordComment(args.stack),
        },
        { parent: this, deleteBeforeReplace: true },
      );
    if (args.spf !== undefined) record("spf", args.domain, args.spf, "v=spf1", "spf");
    if (args.dmarc !== undefined) {
      record("dmarc", `_dmarc.${args.domain}`, args.dmarc, "v=DMARC1", "dmarcPolicy");
    }
    this.registerOutputs();
  }

  #unlessForeign(args: MailRecordsArgs, host: string, prefix: string, key: string): pulumi.Output<string> {
    const present = cloudflare.getDnsRecordsOutput(
      { zoneId: args.zoneId, name: { exact: host }, type: "TXT" },
      { parent: this },
    );
    return pulumi.all([args.zoneId, present.results]).apply(([zoneId, records]) => {
      const foreign = records.find(
        (r) => r.content?.replace(/^"/, "").startsWith(prefix) && r.comment !== recordComment(args.stack),
      );
      if (foreign === undefined) return zoneId;
      throw new pulumi.ResourceError(
        [
          `${host} has a ${prefix} record already that this stack did not make: ${foreign.content}.`,
          `  set in  mastiff:${key}, which asks for one of ours`,
          `  fix     keep theirs: pulumi config rm mastiff:${key}`,
          "          or remove their record in the Cloudflare dashboard and run again",
        ].join("\n"),
        this,
        true,
      );
    });
  }
}
