import * as pulumi from "@pulumi/pulumi";
import {
  ApiKey,
  AuthenticatedDomain,
  ClickTracking,
  DomainValidation,
  LinkBranding,
  SingleSender,
  TrackingBefore,
} from "../../providers/sendgrid/resources.ts";
import { marked } from "../../providers/shared/mark.ts";
import * as cloudflare from "../cloudflare/cloudflare.ts";
import { recordComment } from "../cloudflare/community-records.ts";

/** A sender that mails may have before the domain is verified. Anti-spam law requires the postal address. */
export interface Sender {
  /** Address. SendGrid mails it a link, which a person has to open. A change replaces the sender. */
  email: string;
  /** Name shown beside the address, up to 256 characters. */
  name: string;
  /** Street and number, up to 100 characters. */
  address: string;
  /** City, up to 150 characters. */
  city: string;
  /** Country, up to 100 characters. */
  country: string;
  /** State, by its two letters. Default: none. */
  state?: string | undefined;
  /** Postal code, up to 10 characters. Default: none. */
  zip?: string | undefined;
}

/** Arguments of {@link SendgridMail}. */
export interface SendgridMailArgs {
  /** The community's domain, from which mails are sent. A change replaces the domain at SendGrid. */
  domain: string;
  /** Id of the zone that gets the records. */
  zoneId: pulumi.Input<string>;
  /** Whether the zone is public. If so, `up` waits up to 120 s for SendGrid to find the records. */
  zoneIsActive: boolean;
  /** The stack's mark. The API key's name and the records' comments contain it. */
  stack: pulumi.Input<string>;
  /** Label of the return path; unset: a label that only this stack uses. */
  subdomain?: string | undefined;
  /** Whether only this community sends through the account: then its click tracking may be switched off. */
  accountIsOurs: boolean;
  /** Where mails are processed; `eu` for an EU subuser. Default: global. A change replaces the domain. */
  region?: "global" | "eu";
  /** A sender for the time until the domain is verified. Default: none. */
  sender?: Sender | undefined;
  /** The API key's word in `mastiff:rotate`; unset: never rotated. */
  keyWord?: string | undefined;
  /** Base of SendGrid's API; unset: the real one. */
  baseUrl?: string | undefined;
}

/**
 * Mail through SendGrid: the domain, registered there and verified in DNS, and an API key that may only send.
 *
 * @throws OperatorError in `up`, if SendGrid brands the links in mails from the domain, because browsers
 *   refuse those links
 * @see https://www.twilio.com/docs/sendgrid/ui/account-and-settings/how-to-set-up-domain-authentication
 * @example
 * const mail = new SendgridMail("dogs-mail", {
 *   domain: "mastiff.party",
 *   zoneId: zone.zoneId,
 *   zoneIsActive: true,
 *   stack: identity.mark,
 *   accountIsOurs: false,
 * });
 * export const smtpPassword = mail.apiKey;
 */
export class SendgridMail extends pulumi.ComponentResource {
  /** The API key, which is the SMTP password of the user `apikey`. Secret. */
  readonly apiKey: pulumi.Output<string>;
  /** Target of the return path's CNAME. The SPF record of this name lists the sending servers. */
  readonly returnPath: pulumi.Output<string>;
  /** Whether SendGrid has found the domain's DNS records. */
  readonly domainValid: pulumi.Output<boolean>;
  /** The domain to ask SendGrid about. Unknown in a preview if the `up` will first repair its state. */
  readonly subject: pulumi.Output<string>;
  /** What existed before this stack and remains after the stack is destroyed. */
  readonly adopted: { mailDomain: pulumi.Output<boolean>; sender: pulumi.Output<boolean> };

  constructor(name: string, args: SendgridMailArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastiff:sendgrid:Mail", name, { domain: args.domain }, opts);
    const child = { parent: this };
    const base = args.baseUrl === undefined ? {} : { baseUrl: args.baseUrl };

    new LinkBranding(`${name}-link-branding`, { domain: args.domain, ...base }, child);
    const { wasOn } = new TrackingBefore(`${name}-click-tracking-before`, base, child);
    const tracking = new ClickTracking(
      `${name}-click-tracking`,
      { accountIsOurs: args.accountIsOurs, wasOn, ...base },
      child,
    );

    const domain = new AuthenticatedDomain(
      `${name}-domain`,
      {
        domain: args.domain,
        stack: args.stack,
        ...(args.subdomain !== undefined && { subdomain: args.subdomain }),
        ...(args.region === "eu" && { region: args.region }),
        ...base,
      },
      child,
    );
    this.returnPath = domain.mailCname.data;
    const cname = (role: string, record: pulumi.Output<{ host: string; data: string }>) =>
      new cloudflare.DnsRecord(
        `${name}-${role}`,
        {
          zoneId: args.zoneId,
          type: "CNAME",
          name: record.host,
          content: record.data,
          // A proxied record would hide its target.
          proxied: false,
          ttl: 1,
          comment: recordComment(args.stack),
        },
        { ...child, deleteBeforeReplace: true },
      );
    const records = [
      cname("return-path", domain.mailCname),
      cname("dkim1", domain.dkim1),
      cname("dkim2", domain.dkim2),
    ];
    const validation = new DomainValidation(
      `${name}-validation`,
      {
        domainId: domain.domainId,
        recordIds: records.map((record) => record.id),
        timeoutSeconds: args.zoneIsActive ? 120 : 0,
        ...base,
      },
      child,
    );
    const sender = args.sender && this.#sender(name, args.sender, { stack: args.stack, ...base });
    this.adopted = { mailDomain: domain.adopted, sender: sender?.adopted ?? pulumi.output(false) };
    // A rotation creates a key as a new resource: Pulumi deletes the old key last, when no machine uses it.
    const { keyWord, stack } = args;
    const key = new ApiKey(
      keyWord === undefined ? `${name}-key` : `${name}-key-${keyWord}`,
      {
        name: pulumi.output(stack).apply((mark) => marked(mark, keyWord)),
        scopes: ["mail.send"],
        ...base,
      },
      child,
    );
    this.apiKey = pulumi.secret(key.apiKey);
    this.domainValid = validation.valid;
    this.subject = pulumi.all([validation.valid, tracking.enabled]).apply(() => args.domain);
    this.registerOutputs({ domainValid: this.domainValid });
  }

  #sender(
    name: string,
    { state, zip, ...rest }: Sender,
    base: { stack: pulumi.Input<string>; baseUrl?: string },
  ): SingleSender {
    const optional = { ...(state !== undefined && { state }), ...(zip !== undefined && { zip }) };
    return new SingleSender(`${name}-sender`, { ...rest, ...optional, ...base }, { parent: this });
  }
}
