import * as pulumi from "@pulumi/pulumi";
import type { Groundwork } from "../stack/groundwork.ts";
import { MailRecords, mailRecordsOf } from "./mail-records.ts";
import { SendgridMail } from "./sendgrid-mail.ts";

/** Arguments of {@link CommunityMail}. */
export interface CommunityMailArgs {
  /** The checked settings, the names, and the zone as this run found it. */
  ground: Groundwork;
  /** Id of the zone that gets the records. */
  zoneId: pulumi.Input<string>;
}

/**
 * A community's mail: SendGrid unless config names a mail server, and the SPF and DMARC records.
 *
 * @example
 * const { names, own } = ground;
 * const { sendgrid } = new CommunityMail(names.mail, { ground, zoneId: zone.zoneId }, own);
 * export const mailDomainIsValid = sendgrid?.domainValid;
 */
export class CommunityMail extends pulumi.ComponentResource {
  /** The domain and the key at SendGrid; undefined where config names a mail server. */
  readonly sendgrid: SendgridMail | undefined;

  constructor(name: string, { ground, zoneId }: CommunityMailArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastiff:mail:Mail", name, {}, opts);
    const { settings, names, stack, zone } = ground;
    this.sendgrid =
      settings.smtpServer !== undefined
        ? undefined
        : new SendgridMail(
            names.sendgrid,
            {
              domain: settings.domain,
              zoneId,
              zoneIsActive: zone?.status === "active",
              stack,
              subdomain: settings.sendgridSubdomain,
              accountIsOurs: settings.sendgridAccountIsOurs,
              region: settings.sendgridRegion,
              sender: settings.sender,
              keyWord: settings.rotate.smtpKey,
              baseUrl: sendgridBaseUrl(settings),
            },
            { parent: this },
          );
    const spfInclude = settings.sendgridRegion === "eu" ? this.sendgrid?.returnPath : undefined;
    new MailRecords(
      names.mailRecords,
      { zoneId, records: mailRecordsOf(settings), spfInclude, stack },
      { parent: this },
    );
    this.registerOutputs();
  }
}

/** Base of SendGrid's API, with its `/v3`; undefined: the global one. */
export function sendgridBaseUrl({
  endpoints,
  sendgridRegion,
}: Pick<Groundwork["settings"], "endpoints" | "sendgridRegion">): string | undefined {
  return endpoints.sendgrid ?? (sendgridRegion === "eu" ? "https://api.eu.sendgrid.com/v3" : undefined);
}
