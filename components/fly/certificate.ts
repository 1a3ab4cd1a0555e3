import * as pulumi from "@pulumi/pulumi";
import type { CertificateOutput, CertificateSpec } from "../../providers/fly/spec.ts";
import * as cloudflare from "../cloudflare/cloudflare.ts";
import { recordComment } from "../cloudflare/community-records.ts";
import type { FlyPlace } from "./app.ts";
import { FlyCommand, FlyUpkeep } from "./driver.ts";
import type { ObservedThing } from "./thing.ts";

/** The DNS records that prove who owns a host. */
export interface CertificateProof {
  /** TXT `_fly-ownership.<host>`: needed where Cloudflare's edge hides the app's addresses. */
  ownership: boolean;
  /**
   * CNAME `_acme-challenge.<host>`: lets Fly issue the certificate before there is any traffic. A wildcard
   * has no other way.
   */
  challenge: boolean;
}

/**
 * The records for one host. A zone's apex has no challenge record, because Cloudflare's Universal SSL keeps
 * hidden records of that name. A wildcard needs the challenge record even there, and shares its domain's
 * ownership record.
 */
export function proofOf(hostname: string, zone: string): CertificateProof {
  const wildcard = hostname.startsWith("*.");
  return { ownership: !wildcard, challenge: wildcard || hostname !== zone };
}

/** Arguments of {@link FlyCertificate}. */
export interface FlyCertificateArgs {
  /** Organisation, region and mark of everything on Fly, and the drift that a look found. */
  place: FlyPlace;
  /** App that serves the host. */
  app: string;
  /** Name of the app once it exists, from `FlyApp.appName`: the addresses come before the certificate. */
  appName: pulumi.Input<string>;
  /** Host, e.g. `assets.mastiff.party`, or a wildcard for all hosts one label below: `*.mastiff.party`. */
  hostname: string;
  /** Id of the zone that gets the records. */
  zoneId: pulumi.Input<string>;
  /** Which DNS records prove the host, from {@link proofOf}. */
  proof: CertificateProof;
}

/** The certificate that a {@link FlyCertificate} makes. */
export function certificateThing(name: string, { app, hostname }: CertificateSpec): ObservedThing {
  const spec: CertificateSpec = { app, hostname };
  return { name: `${name}-certificate`, kind: "certificate", spec };
}

/**
 * A Let's Encrypt certificate at Fly, and the DNS records that prove who owns the host.
 *
 * Fly issues the certificate by itself, minutes after it sees the records. Nothing waits for the certificate.
 *
 * @see https://fly.io/docs/networking/custom-domain/
 * @example
 * const hostname = "assets.mastiff.party";
 * const certificate = new FlyCertificate("dogs-assets-host", {
 *   place,
 *   zoneId: zone.zoneId,
 *   app: "mastiff-party",
 *   appName: web.appName,
 *   hostname,
 *   proof: proofOf(hostname, "mastiff.party"),
 * });
 */
export class FlyCertificate extends pulumi.ComponentResource {
  /** The certificate to ask about; unknown in the preview of its repair. */
  readonly subject: pulumi.Output<CertificateSpec>;
  /** Logical name of the certificate in a look's result. */
  readonly item: string;

  constructor(name: string, args: FlyCertificateArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastiff:fly:Certificate", name, { hostname: args.hostname }, opts);
    const { place } = args;
    const base = args.hostname.replace(/^\*\./, "");
    const thing = certificateThing(name, args);
    this.item = thing.name;
    const certificate = new FlyCommand(
      thing,
      { place, moves: false, after: args.appName, hasUpkeep: true },
      { parent: this },
    );
    const upkeep = new FlyUpkeep({ place, of: certificate }, { parent: this });
    const { app, hostname } = args;
    this.subject = upkeep.stdout.apply(() => ({ app, hostname }));
    const proof = certificate.output<CertificateOutput>();
    const record = { zoneId: args.zoneId, ttl: 1, proxied: false, comment: recordComment(place.stack) };
    if (args.proof.ownership) {
      new cloudflare.DnsRecord(
        `${name}-ownership`,
        {
          ...record,
          type: "TXT",
          name: `_fly-ownership.${base}`,
          // Cloudflare stores TXT in quotes; unquoted text would show as drift after a refresh.
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
