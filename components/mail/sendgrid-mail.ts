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

/** The address that mails may come from before the domain itself is proven; anti-spam law wants the postal one. */
export interface Sender {
  email: string;
  name: string;
  address: string;
  city: string;
  country: string;
  state?: string | undefined;
  zip?: string | undefined;
}

/** Arguments of {@link SendgridMail}. */
export interface SendgridMailArgs {
  domain: string;
  zoneId: pulumi.Input<string>;
  /** Whether the world sees the zone; until then there is no point in waiting for a validation. */
  zoneIsActive: boolean;
  /** The stack's mark: it names the key and marks the records. */
  stack: pulumi.Input<string>;
  /** Label of the return path; unset: one that is the stack's own. */
  subdomain?: string | undefined;
  /** Whether nobody else sends through the account, so that its click tracking may be switched off. */
  accountIsOurs: boolean;
  /** Where mails are processed; `eu` for a subuser of the EU. Default: global. Another one is another entry. */
  region?: "global" | "eu";
  sender?: Sender | undefined;
  /** Word of the key, when it was rotated. */
  keyWord?: string | undefined;
  /** Base of SendGrid's API; unset: the real one. */
  baseUrl?: string | undefined;
}

/**
 * Mail through SendGrid: the domain entered and proven in DNS, and a key that may do nothing but send.
 *
 * @see https://www.twilio.com/docs/sendgrid/ui/account-and-settings/how-to-set-up-domain-authentication
 */
export class SendgridMail extends pulumi.ComponentResource {
  /** The key, which is the SMTP password of the user `apikey`. Secret. */
  readonly apiKey: pulumi.Output<string>;
  /** What the return path points to: the name whose SPF record has the servers that mails come from. */
  readonly returnPath: pulumi.Output<string>;
  /** Whether SendGrid has found the domain's records. */
  readonly domainValid: pulumi.Output<boolean>;
  /** Which domain to ask about; unknown in a preview that is going to mend what would be asked. */
  readonly subject: pulumi.Output<string>;
  /** What was there before this stack, and stays when it goes. */
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
          // Behind the edge nobody would see what it points to.
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
    // Rotated it is another key under a name of its own: the old one is deleted last, when no machine has it any more.
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
