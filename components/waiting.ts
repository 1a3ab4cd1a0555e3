import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { StatusOutput, StatusSpec } from "../flyctl/spec.ts";
import { flyEndpoint } from "./driver.ts";

/** What {@link waitingFor} asks about. */
export interface WaitingArgs {
  zone: { name: string; status: pulumi.Input<string>; nameServers: pulumi.Input<string[]> };
  certificates: pulumi.Input<StatusSpec["certificates"]>;
  flyEndpoint?: string | undefined;
  /** Unset when mail does not go through SendGrid. */
  sendgrid?: { domain: string; senderEmail?: string | undefined; baseUrl?: string | undefined } | undefined;
  /** What has to be done before there is anything to ask. */
  after: pulumi.Resource[];
}

/** What SendGrid says of domain and sender. */
interface MailStatus {
  domainValid?: boolean | null;
  senderVerified?: boolean | null;
}

/**
 * What the community still waits for, in sentences; empty when nothing is missing. Asked anew at each run, because
 * it changes without any of our doing: it is an output and never a difference.
 */
export function waitingFor(args: WaitingArgs, parent: pulumi.Resource): pulumi.Output<string[]> {
  const look = (
    kind: string,
    main: string,
    spec: pulumi.Input<object>,
    environment: Record<string, string>,
  ) =>
    command.local.runOutput(
      {
        interpreter: ["node", main, ...(kind === "" ? [] : [kind])],
        command: "look",
        environment: pulumi.output(spec).apply((plain) => ({ ...environment, SPEC: JSON.stringify(plain) })),
        logging: command.local.Logging.None,
      },
      { parent, dependsOn: args.after },
    ).stdout;
  const certificates = look(
    "status",
    "flyctl/main.ts",
    pulumi.output(args.certificates).apply((list): StatusSpec => ({ certificates: list })),
    flyEndpoint(args.flyEndpoint),
  );
  const mail = args.sendgrid === undefined ? "{}" : look("", "sendgrid/main.ts", args.sendgrid, {});
  return pulumi
    .all([args.zone.status, args.zone.nameServers, certificates, mail])
    .apply(([status, nameServers, certificateText, mailText]) => [
      ...zoneSentences(args.zone.name, status, nameServers),
      ...certificateSentences(JSON.parse(certificateText) as StatusOutput),
      ...mailSentences(args.sendgrid, JSON.parse(mailText) as MailStatus),
    ]);
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

/** Mail waits for SendGrid to see the records, the sender for a person. */
export function mailSentences(sendgrid: WaitingArgs["sendgrid"], mail: MailStatus): string[] {
  if (sendgrid === undefined) return [];
  const sentences: string[] = [];
  if (mail.domainValid === false) {
    sentences.push(
      `mail domain ${sendgrid.domain} is not valid yet: SendGrid has not seen its DNS records; run pulumi up again later`,
    );
  }
  if (sendgrid.senderEmail !== undefined && mail.senderVerified === false) {
    sentences.push(
      `sender ${sendgrid.senderEmail} is not verified: click the link in the mail that SendGrid sent there`,
    );
  }
  return sentences;
}
