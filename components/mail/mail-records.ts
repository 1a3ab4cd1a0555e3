import * as pulumi from "@pulumi/pulumi";
import * as cloudflare from "../cloudflare/cloudflare.ts";
import { recordComment } from "../cloudflare/community-records.ts";
import type { CommunitySettings } from "../config/schema.ts";

/** A TXT record for mail that the config requests. */
export interface MailRecord {
  /** Kind of record, with which the resource's name ends. */
  role: "spf" | "dmarc";
  /** Name of the record. */
  host: string;
  /** Text of the record, without quotes. */
  value: string;
  /** The beginning of every record of this kind. */
  prefix: string;
  /** The config key that requests the record. */
  key: string;
}

/** The requested SPF and DMARC records. None by default: the domain may have one, and two make both void. */
export function mailRecordsOf(
  community: Pick<CommunitySettings, "domain" | "spf" | "dmarcPolicy" | "dmarcReports">,
): MailRecord[] {
  const { domain, spf, dmarcPolicy, dmarcReports } = community;
  const records: MailRecord[] = [];
  if (spf) {
    const value = "v=spf1 include:sendgrid.net ~all";
    records.push({ role: "spf", host: domain, value, prefix: "v=spf1", key: "spf" });
  }
  if (dmarcPolicy !== undefined) {
    const reports = dmarcReports === undefined ? "" : `; rua=mailto:${dmarcReports}`;
    const value = `v=DMARC1; p=${dmarcPolicy}${reports}`;
    records.push({ role: "dmarc", host: `_dmarc.${domain}`, value, prefix: "v=DMARC1", key: "dmarcPolicy" });
  }
  return records;
}

/** Arguments of {@link MailRecords}. */
export interface MailRecordsArgs {
  /** Id of the zone that gets the records. */
  zoneId: pulumi.Input<string>;
  /** The records, from {@link mailRecordsOf}. */
  records: MailRecord[];
  /** Name whose SPF record lists the sending servers. Default: `sendgrid.net`, correct outside the EU. */
  spfInclude?: pulumi.Input<string> | undefined;
  /** The stack's mark, for the records' comment. */
  stack: pulumi.Input<string>;
}

/**
 * SPF and DMARC in the zone.
 *
 * @example
 * new MailRecords("dogs-mail-records", {
 *   zoneId: zone.zoneId,
 *   records: mailRecordsOf({ domain: "mastiff.party", spf: true, dmarcPolicy: "quarantine" }),
 *   stack: identity.mark,
 * });
 */
export class MailRecords extends pulumi.ComponentResource {
  constructor(name: string, args: MailRecordsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastiff:cloudflare:MailRecords", name, {}, opts);
    for (const { role, host, value } of args.records) {
      const include = role === "spf" ? args.spfInclude : undefined;
      new cloudflare.DnsRecord(
        `${name}-${role}`,
        {
          zoneId: args.zoneId,
          type: "TXT",
          name: host,
          // Quoted here: quotes that the API adds would be a permanent diff.
          content:
            include === undefined
              ? JSON.stringify(value)
              : pulumi.output(include).apply((name) => JSON.stringify(`v=spf1 include:${name} ~all`)),
          ttl: 1,
          proxied: false,
          comment: recordComment(args.stack),
        },
        { parent: this, deleteBeforeReplace: true },
      );
    }
    this.registerOutputs();
  }
}
