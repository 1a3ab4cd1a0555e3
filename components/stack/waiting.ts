import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { AddressesOutput, CertificateSpec, StatusOutput } from "../../providers/fly/spec.ts";
import type { MailLook } from "../../providers/sendgrid/look.ts";
import { pausedSentence } from "../cloudflare/zone-setup.ts";
import { driverOf, flyEndpoint } from "../fly/driver-call.ts";
import { type MailPlace, mailAt } from "../mail/mail-look.ts";

/** Arguments of {@link waitingFor}. */
export interface WaitingArgs {
  /** The zone as this run saw it. */
  zone: pulumi.Input<ZoneFacts>;
  /** The bucket's public host as this run saw it. */
  files: pulumi.Input<HostFacts>;
  /** Certificates that were not issued yet when this run looked. */
  certificates: pulumi.Input<CertificateSpec>[];
  /** Addresses that the apps still have, although DNS no longer has them. */
  addresses: pulumi.Input<AddressesOutput[]>;
  /** Base URL of Fly's APIs. Default: the real one. */
  flyEndpoint?: string | undefined;
  /** Unset when mail does not go through SendGrid. */
  sendgrid?: MailPlace | undefined;
  /** Resources that must be finished before Fly is asked. */
  after: pulumi.Resource[];
}

/** Facts about the zone. */
export interface ZoneFacts {
  name: string;
  /** `active` once the registrar names Cloudflare's name servers. */
  status: string;
  nameServers: string[];
  paused: boolean;
  /** When it became active for the first time, in ISO 8601; null before. */
  activatedOn: string | null;
  /** The proxied host that needs the zone's own certificate at the edge. */
  edgeHost: string;
}

/** Facts about the bucket's public host. */
export interface HostFacts {
  name: string;
  enabled: boolean;
  ownership: string;
  ssl: string;
}

/**
 * What the community still waits for, in sentences; empty when nothing is missing. Every run asks again,
 * because the answers change without any change of the program's. So they are an output and never a diff.
 */
export function waitingFor(args: WaitingArgs, parent: pulumi.Resource): pulumi.Output<string[]> {
  const certificates =
    args.certificates.length === 0
      ? pulumi.jsonStringify({ certificates: [] } satisfies StatusOutput)
      : command.local.runOutput(
          {
            interpreter: driverOf("status"),
            command: "look",
            environment: {
              ...flyEndpoint(args.flyEndpoint),
              SPEC: pulumi.jsonStringify({ certificates: args.certificates }),
            },
            logging: command.local.Logging.None,
          },
          { parent, dependsOn: args.after },
        ).stdout;
  const mail = args.sendgrid && mailAt(args.sendgrid);
  return pulumi
    .all([args.zone, args.files, certificates, args.addresses, mail])
    .apply(([zone, files, certificateText, addresses, seen]) => [
      ...zoneSentences(zone, new Date()),
      ...hostSentences(files, zone),
      ...certificateSentences(JSON.parse(certificateText) as StatusOutput),
      ...addressSentences(addresses),
      ...(seen ? mailSentences(seen.asked, seen.mail) : []),
    ]);
}

const dayMs = 24 * 3_600_000;

/**
 * The zone waits for the registrar, then up to a day for its certificate at the edge
 * (https://developers.cloudflare.com/ssl/edge-certificates/universal-ssl/enable-universal-ssl/).
 */
export function zoneSentences(zone: ZoneFacts, now: Date): string[] {
  const { name, status, nameServers, activatedOn, edgeHost } = zone;
  if (status !== "active") {
    return [`zone ${name} is ${status}: set these name servers at its registrar: ${nameServers.join(", ")}`];
  }
  const sentences = zone.paused ? [pausedSentence(name)] : [];
  const certified = activatedOn === null ? now.getTime() : Date.parse(activatedOn) + dayMs;
  if (certified > now.getTime()) {
    sentences.push(
      `zone ${name} is active since ${activatedOn}: until ${new Date(certified).toISOString()} Cloudflare may still be issuing its certificate, without which ${edgeHost} does not answer`,
    );
  }
  return sentences;
}

/** The bucket's host waits for R2, which needs an active zone. */
export function hostSentences(host: HostFacts, zone: Pick<ZoneFacts, "name" | "status">): string[] {
  const { name, enabled, ownership, ssl } = host;
  if (enabled && ownership === "active" && ssl === "active") return [];
  const state = `ownership ${ownership}, certificate ${ssl}`;
  const page = "Cloudflare dashboard, R2, the bucket, Settings, Custom Domains";
  if (ownership === "missing") {
    return [`files host ${name} is no longer connected to the bucket: pulumi up --refresh connects it again`];
  }
  if (!enabled) {
    return [
      `files host ${name} is off although it was switched on: run pulumi up again, or switch it on (${page})`,
    ];
  }
  if (ownership === "blocked") {
    return [`files host ${name} is blocked by Cloudflare (${state}): ask its support why (${page})`];
  }
  if ([ownership, ssl].some((word) => word === "error" || word === "deactivated")) {
    return [`files host ${name} is stuck (${state}): run pulumi up again, or Retry connection (${page})`];
  }
  const why = zone.status === "active" ? "it takes some minutes" : `it needs zone ${zone.name} to be active`;
  return [`files host ${name} does not answer yet (${state}): ${why}`];
}

/** Certificates wait for DNS, or for a limit of Let's Encrypt. */
export function certificateSentences({ certificates }: StatusOutput): string[] {
  return certificates
    .filter((certificate) => certificate.status !== "active")
    .map(({ hostname, status, detail }) => `certificate of ${hostname} is ${status}: ${detail}`);
}

/** An old address is kept until no resolver can have it cached. */
export function addressSentences(addresses: readonly AddressesOutput[]): string[] {
  return addresses.flatMap(({ app, leaving }) =>
    leaving.map(
      ({ address, from }) =>
        `address ${address} of ${app} still serves clients that have it cached: the first pulumi up after ${from} releases it`,
    ),
  );
}

/** Mail waits for SendGrid to see the DNS records. Sender and click tracking wait for a person to act. */
export function mailSentences(
  sendgrid: { domain: string; senderEmail?: string | undefined },
  mail: Pick<MailLook, "domainValid" | "senderVerified" | "clickTracking" | "problems">,
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
