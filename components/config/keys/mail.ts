/** Keys for mail: SendGrid, or a mail server of the operator's own. */
import { z } from "zod";
import { nameRules } from "../../../providers/rules/names.ts";
import { boolean, emailAddress, hostName, jsonOf, number, secretText } from "../forms.ts";
import { described } from "../key-words.ts";

export const mailKeys = {
  smtpServer: described(hostName.optional(), {
    description: "Host of a mail server that is used instead of SendGrid.",
    unset: "SendGrid",
    example: "smtp.example.org",
  }),
  smtpPort: described(number(1, 65535).default(587), {
    description: "Port of the mail server.",
    example: "465",
  }),
  smtpEncryption: described(z.enum(["starttls", "tls", "none"]).optional(), {
    description:
      "Encryption of the connection to `smtpServer`. `none` sends mails in clear text and is accepted only with `smtpAuth none`.",
    unset: "`tls` at port 465, else `starttls`",
    example: "starttls",
  }),
  smtpAuth: described(z.enum(["plain", "login", "cram_md5", "none"]).default("plain"), {
    description:
      "How Mastodon logs in at `smtpServer`. Microsoft 365 needs `login`. `none`: without login and password.",
    example: "login",
  }),
  smtpLogin: described(z.string().min(1).optional(), {
    description: "Login at `smtpServer`. Required with `smtpServer`, except with `smtpAuth none`.",
    unset: "none",
    example: "mailer@acme.social",
  }),
  smtpPassword: described(secretText.min(1).optional(), {
    description: "Password at `smtpServer`. Required with `smtpServer`, except with `smtpAuth none`.",
    unset: "none",
    example: "<password>",
  }),
  fromAddress: described(emailAddress.optional(), {
    description:
      "Sender address of all mails. With SendGrid it is an address at the domain, or the address of `sender`.",
    unset: "`notifications@<domain>`",
    example: "hello@acme.social",
  }),
  fromName: described(
    z
      .string()
      .regex(/^\P{Cc}*$/u, "must not contain line breaks or other control characters")
      .regex(/^(\S(.*\S)?)?$/su, "must not begin or end with a blank")
      .max(200, "is longer than 200 characters")
      .default("Mastodon"),
    {
      description: "Sender name of all mails, up to 200 characters. Empty: the address alone.",
      example: "Acme Social",
    },
  ),
  sendgridApiKey: described(z.string().min(1).optional(), {
    description: "API key with which Mastiff manages SendGrid.",
    unset: "`SENDGRID_API_KEY` of the environment",
    example: "<API key>",
  }),
  sendgridRegion: described(z.enum(["global", "eu"]).default("global"), {
    description:
      "Region of the SendGrid account. `eu` is for an EU subuser, which has its own API, SMTP host and DNS records.",
    example: "eu",
  }),
  sendgridSubdomain: described(
    z.string().regex(nameRules.returnPath.pattern, "must be one label, such as em").optional(),
    {
      description: "Label of the return path below the domain: the `em` of `em.<domain>`.",
      unset: "`em` and five digits, always the same for a stack",
      example: "em",
    },
  ),
  sendgridAccountIsOurs: described(boolean.default(false), {
    description:
      "Whether this community alone sends through the SendGrid account. Then Mastiff switches off click tracking, which is a setting of the whole account.",
    example: "true",
    see: ["operations.md#several-communities"],
  }),
  sender: described(
    jsonOf(
      z.strictObject({
        email: emailAddress.meta({ description: "Address of the sender." }),
        // Maximum lengths: twilio/sendgrid-oai spec/yaml/tsg_verified_senders_v3.yaml.
        name: z.string().min(1).max(256).meta({ description: "Name of the sender." }),
        address: z.string().min(1).max(100).meta({ description: "Street and number." }),
        city: z.string().min(1).max(150).meta({ description: "City." }),
        country: z.string().min(1).max(100).meta({ description: "Country." }),
        state: z.string().max(2).meta({ description: "State, by its two letters." }).optional(),
        zip: z.string().max(10).meta({ description: "Postal code." }).optional(),
      }),
      '{"email":"me@example.org","name":"Me","address":"1 Street","city":"Town","country":"Land"}',
    ).optional(),
    {
      description:
        "A verified single sender at SendGrid. SendGrid sends a mail to the address, and a person confirms it there.",
      unset: "none",
      example:
        '{"email":"rex@acme.example","name":"Rex","address":"1 Main Street","city":"Springfield","country":"USA"}',
    },
  ),
  spf: described(boolean.default(false), {
    description:
      "Whether Mastiff adds an SPF record for SendGrid at the domain. Not with `smtpServer`, whose own record is needed then.",
    example: "true",
  }),
  dmarcPolicy: described(z.enum(["none", "quarantine", "reject"]).optional(), {
    description: "Policy of the DMARC record at `_dmarc.<domain>`.",
    unset: "no DMARC record",
    example: "quarantine",
  }),
  dmarcReports: described(emailAddress.optional(), {
    description: "Address for DMARC reports. Needs `dmarcPolicy`.",
    unset: "no reports",
    example: "dmarc@acme.social",
  }),
};
