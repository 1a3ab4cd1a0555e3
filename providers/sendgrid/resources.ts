import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { marked } from "../shared/mark.ts";
import { PackageResource } from "../shared/resource.ts";

/** One DNS-only CNAME that SendGrid asks for. Both are lower-case FQDNs without a final dot. */
export interface MailCname {
  /** The name of the record. */
  host: string;
  /** What it points to. */
  data: string;
}

/** Arguments that every resource of this file has. */
export interface SendgridArgs {
  /**
   * Base of the API, with its version. Default `https://api.sendgrid.com/v3`; an EU subuser needs
   * `https://api.eu.sendgrid.com/v3`. Changing it alone is not a diff: it says where to ask, not what exists.
   */
  baseUrl?: pulumi.Input<string>;
}

/** Arguments of {@link AuthenticatedDomain}. */
export interface AuthenticatedDomainArgs extends SendgridArgs {
  /** Domain that mails are sent from, e.g. `acme.social`. A change replaces the entry. */
  domain: pulumi.Input<string>;
  /** The stack's mark. */
  stack: pulumi.Input<string>;
  /**
   * Label of the return path, below the domain. Default: a label derived from the stack's mark, so that an
   * entry that a crash left behind is recognised as ours. Another label in config replaces the entry.
   */
  subdomain?: pulumi.Input<string>;
  /** `eu` for a domain of an EU subuser: its records differ. Default: global. A change replaces the entry. */
  region?: pulumi.Input<"eu">;
}

/**
 * A domain that SendGrid may sign mails for (`/whitelabel/domains`, automatic security).
 *
 * SendGrid accepts many entries for one domain, all with the same DKIM hosts, so an existing entry is used:
 * ours first, then a valid one, then the oldest. An entry that this stack did not make is never deleted.
 *
 * @throws when the key may not manage domains; the message names the missing scopes.
 * @see https://www.twilio.com/docs/sendgrid/api-reference/domain-authentication
 */
export class AuthenticatedDomain extends PackageResource {
  /** Id of the entry in SendGrid, as a number. */
  declare readonly domainId: pulumi.Output<number>;
  /** The return path (SPF). */
  declare readonly mailCname: pulumi.Output<MailCname>;
  /** First DKIM key. */
  declare readonly dkim1: pulumi.Output<MailCname>;
  /** Second DKIM key, which lets SendGrid rotate them. */
  declare readonly dkim2: pulumi.Output<MailCname>;
  /** Whether the entry existed before the stack; it then stays when the stack is destroyed. */
  declare readonly adopted: pulumi.Output<boolean>;

  constructor(name: string, args: AuthenticatedDomainArgs, opts?: pulumi.CustomResourceOptions) {
    const inputs = {
      domain: args.domain,
      subdomain: args.subdomain ?? pulumi.output(args.stack).apply(ownSubdomain),
      subdomainIsOurs: args.subdomain === undefined,
      region: args.region,
      baseUrl: args.baseUrl,
    };
    const outputs = ["domainId", "mailCname", "dkim1", "dkim2", "adopted"];
    super("sendgrid", "AuthenticatedDomain", name, inputs, outputs, opts);
  }
}

/** Arguments of {@link DomainValidation}. */
export interface DomainValidationArgs extends SendgridArgs {
  /** `AuthenticatedDomain.domainId`. A change validates again. */
  domainId: pulumi.Input<number>;
  /** Ids of the DNS records that have to exist first: asking too early makes resolvers remember their absence. */
  recordIds: pulumi.Input<pulumi.Input<string>[]>;
  /** How long one `up` keeps asking before it leaves the rest to the next one, in seconds. Default 120. */
  timeoutSeconds?: pulumi.Input<number>;
}

/**
 * SendGrid's look at the DNS of a domain. "Not yet" is a result, not a failure: SendGrid may take up to 48
 * hours to see the records. While the last result is not valid, each `up` looks again, and each preview says
 * so.
 *
 * @see https://www.twilio.com/docs/sendgrid/api-reference/domain-authentication/validate-a-domain-authentication
 */
export class DomainValidation extends PackageResource {
  /** Whether SendGrid has found every record. */
  declare readonly valid: pulumi.Output<boolean>;
  /** The records that SendGrid misses, one sentence each; empty when valid. */
  declare readonly reasons: pulumi.Output<string[]>;

  constructor(name: string, args: DomainValidationArgs, opts?: pulumi.CustomResourceOptions) {
    const inputs = {
      domainId: args.domainId,
      recordIds: args.recordIds,
      timeoutSeconds: args.timeoutSeconds ?? 120,
      baseUrl: args.baseUrl,
    };
    const outputs = ["valid", "reasons"];
    super("sendgrid", "DomainValidation", name, inputs, outputs, opts);
  }
}

/**
 * Arguments of {@link SingleSender}. Anti-spam law requires the postal address, and SendGrid prints it in the
 * mail.
 */
export interface SingleSenderArgs extends SendgridArgs {
  /** The stack's mark. */
  stack: pulumi.Input<string>;
  /** Address that mails are sent from. A change replaces the sender. */
  email: pulumi.Input<string>;
  /** Name shown beside the address. */
  name: pulumi.Input<string>;
  /** Address that answers go to. Default: `email`. */
  replyTo?: pulumi.Input<string>;
  /** Street and number. */
  address: pulumi.Input<string>;
  city: pulumi.Input<string>;
  /** Two letters, where the country has states. */
  state?: pulumi.Input<string>;
  /** Postal code, at most 10 characters. */
  zip?: pulumi.Input<string>;
  /** Country, in English. */
  country: pulumi.Input<string>;
}

/**
 * A verified sender: SendGrid mails a link that a person has to click. Only needed while the domain itself is
 * not valid. A sender that existed before is used, and stays when the stack is destroyed.
 *
 * @see https://www.twilio.com/docs/sendgrid/api-reference/sender-verification
 */
export class SingleSender extends PackageResource {
  /** Id of the sender in SendGrid. */
  declare readonly senderId: pulumi.Output<number>;
  /** Whether the link was clicked, as of the last `up` or refresh; `look` asks anew. */
  declare readonly verified: pulumi.Output<boolean>;
  /** Whether the sender existed before the stack; it then stays when the stack is destroyed. */
  declare readonly adopted: pulumi.Output<boolean>;

  constructor(name: string, args: SingleSenderArgs, opts?: pulumi.CustomResourceOptions) {
    const inputs = {
      // The nickname is free text that only the account sees, so it carries the stack's mark.
      nickname: pulumi.output(args.stack).apply((mark) => marked(mark)),
      email: args.email,
      name: args.name,
      replyTo: args.replyTo ?? args.email,
      address: args.address,
      city: args.city,
      state: args.state,
      zip: args.zip,
      country: args.country,
      baseUrl: args.baseUrl,
    };
    const outputs = ["senderId", "verified", "adopted"];
    super("sendgrid", "SingleSender", name, inputs, outputs, opts);
  }
}

/** Arguments of {@link ApiKey}. */
export interface ApiKeyArgs extends SendgridArgs {
  /**
   * Name of the key. It must contain the stack's mark: keys of exactly this name are taken for leftovers of
   * this stack, and are deleted before a new one is made. A change renames the key.
   */
  name: pulumi.Input<string>;
  /** What the key may do. Default `["mail.send"]`; never empty, as SendGrid reads that as "everything". */
  scopes?: pulumi.Input<pulumi.Input<string>[]>;
}

/**
 * A SendGrid API key, which is the password of `apikey` at smtp.sendgrid.net. SendGrid returns its value only
 * once, at creation; a key that was deleted by hand is made again after a refresh.
 *
 * @see https://www.twilio.com/docs/sendgrid/api-reference/api-keys
 */
export class ApiKey extends PackageResource {
  /** Id of the key; not secret. */
  declare readonly apiKeyId: pulumi.Output<string>;
  /** The key itself. Secret. */
  declare readonly apiKey: pulumi.Output<string>;

  constructor(name: string, args: ApiKeyArgs, opts?: pulumi.CustomResourceOptions) {
    const inputs = {
      name: args.name,
      scopes: args.scopes ?? ["mail.send"],
      baseUrl: args.baseUrl,
    };
    const outputs = ["apiKeyId", "apiKey"];
    const options = pulumi.mergeOptions({ additionalSecretOutputs: ["apiKey"] }, opts ?? {});
    super("sendgrid", "ApiKey", name, inputs, outputs, options);
  }
}

/** Arguments of {@link LinkBranding}. */
export interface LinkBrandingArgs extends SendgridArgs {
  /** Domain whose links must stay SendGrid's own. */
  domain: pulumi.Input<string>;
}

/**
 * Makes sure that links in mails are not branded with the domain. Branded links are served without a matching
 * certificate, while Fly's HSTS header makes browsers require https below the domain: the links cannot be
 * opened. An entry may serve others, so this resource never deletes one.
 *
 * @throws when an entry for the domain is on; the message names it and says where to end it.
 * @see https://www.twilio.com/docs/sendgrid/api-reference/link-branding
 */
export class LinkBranding extends PackageResource {
  /**
   * Entries for the domain that are off, as they are not validated; once validated, they would break links.
   */
  declare readonly waiting: pulumi.Output<string[]>;

  constructor(name: string, args: LinkBrandingArgs, opts?: pulumi.CustomResourceOptions) {
    const inputs = { domain: args.domain, baseUrl: args.baseUrl };
    const outputs = ["waiting"];
    super("sendgrid", "LinkBranding", name, inputs, outputs, opts);
  }
}

/** Arguments of {@link ClickTracking}. */
export interface ClickTrackingArgs extends SendgridArgs {
  /** Whether nobody else sends through this SendGrid account (or subuser): the switch affects all of it. */
  accountIsOurs: pulumi.Input<boolean>;
  /**
   * Whether click tracking was on at first: {@link TrackingBefore.wasOn}. Default false: only what this
   * resource saw counts.
   */
  wasOn?: pulumi.Input<boolean>;
}

/** Whether click tracking was on before the stack touched it. Never changes. */
export class TrackingBefore extends PackageResource {
  declare readonly wasOn: pulumi.Output<boolean>;

  constructor(name: string, args: SendgridArgs, opts?: pulumi.CustomResourceOptions) {
    super("sendgrid", "TrackingBefore", name, { baseUrl: args.baseUrl }, ["wasOn"], opts);
  }
}

/**
 * Click tracking rewrites each link in a mail to one of SendGrid's. Where the account is ours alone, it is
 * switched off, and put back when the resource is deleted. In a shared account it is only reported.
 *
 * @see https://www.twilio.com/docs/sendgrid/api-reference/settings-tracking
 */
export class ClickTracking extends PackageResource {
  /** Whether SendGrid rewrites links, as of the last `up` or refresh. */
  declare readonly enabled: pulumi.Output<boolean>;
  /** A sentence for the operator, when links are rewritten; else empty. */
  declare readonly warning: pulumi.Output<string>;

  constructor(name: string, args: ClickTrackingArgs, opts?: pulumi.CustomResourceOptions) {
    const { accountIsOurs, wasOn = false, baseUrl } = args;
    const inputs = { accountIsOurs, wasOn, baseUrl };
    const outputs = ["enabled", "warning"];
    super("sendgrid", "ClickTracking", name, inputs, outputs, opts);
  }
}

/**
 * The return path's label for a stack: `em` and five digits, the form that SendGrid itself invents, but the
 * same in every run. By this label a stack recognises its own entry.
 */
export function ownSubdomain(mark: string): string {
  const digest = createHash("sha256").update(mark).digest();
  return `em${String(digest.readUInt32BE(0) % 100_000).padStart(5, "0")}`;
}
