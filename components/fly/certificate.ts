import * as pulumi from "@pulumi/pulumi";
import type { CertificateOutput, CertificateSpec } from "../../providers/fly/spec.ts";
import * as cloudflare from "../cloudflare/cloudflare.ts";
import { recordComment } from "../cloudflare/community-records.ts";
import type { FlyPlace } from "./app.ts";
import { FlyCommand, FlyUpkeep } from "./driver.ts";
import type { Things } from "./look.ts";

/** The DNS records that prove whose a host is. */
export interface CertificateProof {
  /** TXT `_fly-ownership.<host>`: wanted where Cloudflare's edge hides the app's addresses. */
  ownership: boolean;
  /** CNAME `_acme-challenge.<host>`: lets the certificate come before any traffic; a wildcard has no other way. */
  challenge: boolean;
}

/**
 * The records for one host. A zone's own name has no challenge record, because Cloudflare's Universal SSL keeps
 * hidden records of that name; a wildcard must have it there, and then shares its domain's ownership record.
 */
export function proofOf(hostname: string, zone: string): CertificateProof {
  const wildcard = hostname.startsWith("*.");
  return { ownership: !wildcard, challenge: wildcard || hostname !== zone };
}

/** Arguments of {@link FlyCertificate}. */
export interface FlyCertificateArgs {
  place: FlyPlace;
  /** App that serves the host. Take it from `FlyApp.appName`: addresses come first. */
  appName: pulumi.Input<string>;
  /** Host, or `*.domain`. */
  hostname: string;
  zoneId: pulumi.Input<string>;
  /** Which DNS records prove the host. */
  proof: CertificateProof;
}

/** What to look at before a {@link FlyCertificate} is declared. */
export function flyCertificateThings(name: string, spec: CertificateSpec): Things {
  return { [`${name}-certificate`]: { kind: "certificate", spec } };
}

/**
 * A Let's Encrypt certificate at Fly, and the DNS records that prove whose the host is.
 *
 * It becomes ready by itself, minutes after the records are seen; nothing waits for it.
 *
 * @see https://fly.io/docs/networking/custom-domain/
 */
export class FlyCertificate extends pulumi.ComponentResource {
  /** Which certificate to ask about; unknown in a preview that is going to mend it. */
  readonly subject: pulumi.Output<CertificateSpec>;
  /** Logical name under which a look knows it. */
  readonly item: string;

  constructor(name: string, args: FlyCertificateArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastiff:fly:Certificate", name, { hostname: args.hostname }, opts);
    const { place } = args;
    const base = args.hostname.replace(/^\*\./, "");
    const spec = pulumi
      .output(args.appName)
      .apply((app): CertificateSpec => ({ app, hostname: args.hostname }));
    const of = { kind: "certificate", spec, place };
    const item = `${name}-certificate`;
    this.item = item;
    const certificate = new FlyCommand(item, { ...of, hasUpkeep: true }, { parent: this });
    const upkeep = new FlyUpkeep(
      `${name}-certificate-upkeep`,
      { ...of, of: certificate, item },
      { parent: this },
    );
    this.subject = upkeep.stdout.apply(() => spec);
    const proof = certificate.output<CertificateOutput>();
    const record = { zoneId: args.zoneId, ttl: 1, proxied: false, comment: recordComment(place.stack) };
    if (args.proof.ownership) {
      new cloudflare.DnsRecord(
        `${name}-ownership`,
        {
          ...record,
          type: "TXT",
          name: `_fly-ownership.${base}`,
          // Cloudflare stores TXT in quotes; unquoted text would be a difference after a refresh.
          content: proof.ownership.value.apply((value) => JSON.stringify(value)),
        },
        { parent: this, deleteBeforeReplace: true },
      );
    }
    if (args.proof.challenge) {
      new cloudflare.DnsRecord(
        `${name}-challenge`,
        { ...record, type: "CNAME", name: `_acme-challenge.${base}`, content: proof.challenge.target },
        { parent: this, deleteBeforeReplace: true },
      );
    }
    this.registerOutputs();
  }
}
