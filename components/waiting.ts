import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { StatusOutput, StatusSpec } from "../flyctl/spec.ts";
import { flyEndpoint } from "./fly-endpoint.ts";

/** What {@link waitingFor} asks about. */
export interface WaitingArgs {
  zone: { name: string; status: pulumi.Input<string>; nameServers: pulumi.Input<string[]> };
  certificates: pulumi.Input<StatusSpec["certificates"]>;
  flyEndpoint?: string | undefined;
  /** Unset when mail does not go through SendGrid. */
  sendgrid?:
    | {
        domain: pulumi.Output<string>;
        senderEmail?: string | undefined;
        baseUrl?: string | undefined;
        /** The operator's key, when it is not in the environment. */
        apiKey?: pulumi.Output<string> | undefined;
      }
    | undefined;
  /** What has to be done before there is anything to ask. */
  after: pulumi.Resource[];
}

/** What SendGrid says, as `sendgrid/main.ts look` prints it; null is what it could not learn. */
interface MailLook {
  domainValid: boolean | null;
  senderVerified: boolean | null;
  clickTracking: boolean | null;
  problems: string[];
}

/**
 * What the community still waits for, in sentences; empty when nothing is missing. Asked anew at each run, because
 * it changes without any of our doing: it is an output and never a difference.
 */
export function waitingFor(args: WaitingArgs, parent: pulumi.Resource): pulumi.Output<string[]> {
  const look = (script: string[], environment: Record<string, pulumi.Input<string>>) =>
    command.local.runOutput(
      {
        interpreter: ["node", ...script],
        command: "look",
        environment,
        logging: command.local.Logging.None,
      },
      { parent, dependsOn: args.after },
    ).stdout;
  const certificates = look(["flyctl/start.mjs", "status"], {
    ...flyEndpoint(args.flyEndpoint),
    SPEC: pulumi.jsonStringify({ certificates: args.certificates }),
  });
  const mail = args.sendgrid && lookAtMail(args.sendgrid, look);
  return pulumi
    .all([args.zone.status, args.zone.nameServers, certificates, args.sendgrid?.domain, mail])
    .apply(([status, nameServers, certificateText, domain, mailText]) => [
      ...zoneSentences(args.zone.name, status, nameServers),
      ...certificateSentences(JSON.parse(certificateText) as StatusOutput),
      ...(args.sendgrid && domain && mailText
        ? mailSentences({ ...args.sendgrid, domain }, JSON.parse(mailText) as MailLook)
        : []),
    ]);
}

function lookAtMail(
  { apiKey, ...spec }: NonNullable<WaitingArgs["sendgrid"]>,
  look: (script: string[], environment: Record<string, pulumi.Input<string>>) => pulumi.Output<string>,
): pulumi.Output<string> {
  return look(["sendgrid/main.ts"], {
    SPEC: pulumi.jsonStringify(spec),
    ...(apiKey !== undefined && { SENDGRID_API_KEY: apiKey }),
  });
}

/** The zone waits for the registrar. */
export function zoneSentences(name: string, status: string, nameServers: string[]): string[] {
  if (status === "active") return [];
  return [`zone ${name} is ${status}: set these name servers at its registrar: ${nameServers.join(", ")}`];
}

/** Certificates wait for DNS, or for a limit of Let's Encrypt. */
export function certificateSentences({ certificates }: StatusOutput): string[] {
  return certificates
    .filter((certificate) => certificate.status !== "active")
    .map(({ hostname, status, detail }) => `certificate of ${hostname} is ${status}: ${detail}`);
}

/** Mail waits for SendGrid to see the records, the sender and the account's tracking switch for a person. */
export function mailSentences(
  sendgrid: { domain: string; senderEmail?: string | undefined },
  mail: MailLook,
): string[] {
  const { domain, senderEmail } = sendgrid;
  const sentences = [...mail.problems];
  if (mail.domainValid === false) {
    sentences.push(
      `mail domain ${domain} is not valid yet: SendGrid has not seen its DNS records; run pulumi up again later`,
    );
  }
  if (senderEmail !== undefined && mail.senderVerified === false) {
    sentences.push(
      `sender ${senderEmail} is not verified: click the link in the mail that SendGrid sent there`,
    );
  }
  if (mail.clickTracking === true) {
    sentences.push(
      "click tracking rewrites the links in mails, for the whole SendGrid account: switch it off in the dashboard (Settings, Tracking), or set mastiff:sendgridAccountIsOurs if nobody else sends through the account",
    );
  }
  return sentences;
}
