/**
 * Certificates for custom host names.
 *
 * Let's Encrypt issues once a proof is seen in the public DNS: A and AAAA of the name pointing at the app (TLS-ALPN
 * or HTTP), or the `_acme-challenge` CNAME (DNS). A name that reaches the app through Cloudflare's proxy, or over
 * IPv4 alone, is taken when its owner says so in the `_fly-ownership` TXT. https://fly.io/docs/networking/custom-domain/,
 * superfly/docs networking/understanding-cloudflare.html.md, machines/api/certificates-resource.
 */
import { lookup, recordsAt } from "../cloudflare/dns.ts";
import type { World } from "../world.ts";
import { publicAddresses } from "./addresses.ts";
import { cnameTarget } from "./apps.ts";
import { Refusal } from "./errors.ts";
import type { App, Certificate } from "./state.ts";

const lifetimeDays = 90;

/** What the public DNS says of a host name, held against what the app needs. */
interface Proof {
  a: string[];
  aaaa: string[];
  challenge: string[];
  ownership: string[];
  /** The challenge's CNAME is right. */
  dns: boolean;
  /** The name points at the app, over IPv6 too. */
  addresses: boolean;
  /** The name reaches the app, but not in a way that proves by itself whose it is. */
  indirect: boolean;
  /** The ownership TXT is right. */
  signed: boolean;
}

/** Adds a host name to an app and tries to issue at once. */
export function addCertificate(world: World, app: App, hostname: string): Certificate {
  const name = hostname.toLowerCase();
  if (!/^(\*\.)?([a-z0-9_]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]{2,}$/.test(name)) {
    throw new Refusal(422, `Hostname is invalid`);
  }
  if (app.certificates.some((c) => c.hostname === name)) {
    throw new Refusal(422, "Hostname already exists on app");
  }
  const at = world.now().toISOString();
  const certificate: Certificate = {
    hostname: name,
    createdAt: at,
    updatedAt: at,
    issuedAt: null,
    expiresAt: null,
    rateLimitedUntil: null,
    errors: [],
  };
  app.certificates.push(certificate);
  check(world, app, certificate);
  return certificate;
}

/** @throws 404 when the app has no such host name. */
export function requireCertificate(app: App, hostname: string): Certificate {
  const found = app.certificates.find((c) => c.hostname === hostname.toLowerCase());
  if (found === undefined) throw new Refusal(404, "certificate not found");
  return found;
}

/** Takes a host name and its certificates away. */
export function removeCertificate(world: World, app: App, hostname: string): void {
  const found = requireCertificate(app, hostname);
  app.certificates = app.certificates.filter((c) => c !== found);
  world.changed();
}

/** Looks at all that are still pending, as Fly does by itself every few minutes. */
export function checkAll(world: World, app: App): void {
  for (const certificate of app.certificates) check(world, app, certificate);
}

/** Looks at the DNS again and issues when the proof is there. */
export function check(world: World, app: App, certificate: Certificate): void {
  if (certificate.issuedAt !== null) return;
  const now = world.now();
  const proof = prove(world, app, certificate.hostname);
  const until = world.state.fly.dials.rateLimitedUntil[certificate.hostname];
  certificate.rateLimitedUntil = until !== undefined && new Date(until) > now ? until : null;
  certificate.errors = faults(app, certificate, proof, now);
  certificate.updatedAt = now.toISOString();
  if (isProved(proof) && certificate.rateLimitedUntil === null) {
    certificate.issuedAt = now.toISOString();
    certificate.expiresAt = new Date(now.getTime() + lifetimeDays * 86_400_000).toISOString();
    certificate.errors = [];
  }
  world.changed();
}

function prove(world: World, app: App, hostname: string): Proof {
  const base = hostname.replace(/^\*\./, "");
  const wanted = publicAddresses(app);
  const a = hostname.startsWith("*.") ? [] : lookup(world, hostname, "A");
  const aaaa = hostname.startsWith("*.") ? [] : lookup(world, hostname, "AAAA");
  const challenge = lookup(world, `_acme-challenge.${base}`, "CNAME").map((t) => t.replace(/\.$/, ""));
  const ownership = lookup(world, `_fly-ownership.${base}`, "TXT");
  const dns = challenge.includes(challengeTarget(app, hostname));
  const four = a.length === 0 || a.every((x) => wanted.a.includes(x));
  const addresses =
    (a.length > 0 || aaaa.length > 0) &&
    four &&
    aaaa.length > 0 &&
    aaaa.every((x) => wanted.aaaa.includes(x));
  const fourOnly = wanted.aaaa.length === 0 && a.length > 0 && four;
  return {
    a,
    aaaa,
    challenge,
    ownership,
    dns,
    addresses,
    indirect: fourOnly || behindProxy(world, app, hostname),
    signed: ownership.includes(`app-${app.hashId}`) || ownership.includes(`org-${orgHash(world, app)}`),
  };
}

/** Whether Cloudflare stands before the name and has an address of the app, or a name with one, behind it. */
function behindProxy(world: World, app: App, hostname: string): boolean {
  const { a, aaaa } = publicAddresses(app);
  return recordsAt(world, hostname)
    .filter((r) => r.proxied)
    .flatMap((r) =>
      r.type === "CNAME"
        ? [...lookup(world, r.content, "A"), ...lookup(world, r.content, "AAAA")]
        : [r.content],
    )
    .some((address) => a.includes(address) || aaaa.includes(address));
}

function isProved(proof: Proof): boolean {
  return proof.dns || proof.addresses || (proof.indirect && proof.signed);
}

function faults(app: App, certificate: Certificate, proof: Proof, now: Date): Certificate["errors"] {
  const fault = (code: string, message: string, remediation: string) => ({
    code,
    message,
    remediation,
    timestamp: now.toISOString(),
  });
  const wanted = publicAddresses(app);
  if (certificate.rateLimitedUntil !== null) {
    return [
      fault(
        "RATE_LIMITED",
        "Let's Encrypt rate limit exceeded. Too many certificate requests for this hostname",
        `Wait until ${certificate.rateLimitedUntil}`,
      ),
    ];
  }
  if (isProved(proof)) return [];
  if (wanted.a.length === 0 && wanted.aaaa.length === 0) {
    return [fault("NO_ALLOCATED_IPS", "No IP addresses are allocated to this app", "Allocate an IP address")];
  }
  if (wanted.aaaa.length === 0) {
    return [
      fault(
        "IPV6_NOT_ALLOCATED",
        "Your app does not have any IPv6 records allocated",
        "Allocate an IPv6 address",
      ),
    ];
  }
  if (proof.a.length === 0 && proof.aaaa.length === 0) {
    return [
      fault(
        "DNS_NOT_CONFIGURED",
        "DNS records are not configured for this hostname",
        `Create an AAAA record pointing to ${wanted.aaaa[0]}`,
      ),
    ];
  }
  if (proof.aaaa.length === 0) {
    return [
      fault(
        "IPV6_NOT_FOUND",
        "No AAAA records were found for your domain",
        `Create an AAAA record pointing to ${wanted.aaaa[0]}`,
      ),
    ];
  }
  return [
    fault(
      "DNS_RECORD_MISMATCH",
      "DNS records do not match the expected values",
      `Add the _acme-challenge CNAME pointing to ${challengeTarget(app, certificate.hostname)}`,
    ),
  ];
}

function challengeTarget(app: App, hostname: string): string {
  return `${hostname.replace(/^\*\./, "")}.${app.hashId}.flydns.net`;
}

function orgHash(world: World, app: App): string {
  return (world.state.fly.organizations[app.orgSlug]?.numericId ?? 0).toString(16).padStart(8, "0");
}

/** pending_validation, pending_ownership or active. */
export function certificateStatus(world: World, app: App, certificate: Certificate): string {
  if (certificate.issuedAt !== null) return "active";
  return prove(world, app, certificate.hostname).indirect ? "pending_ownership" : "pending_validation";
}

/** A certificate with all that `certs add` and `certs check` print; the DNS as seen only for `check`. */
export function certificateBody(
  world: World,
  app: App,
  certificate: Certificate,
  withRecords: boolean,
): Record<string, unknown> {
  const proof = prove(world, app, certificate.hostname);
  const wanted = publicAddresses(app);
  const base = certificate.hostname.replace(/^\*\./, "");
  const issued = ["rsa", "ecdsa"].map((type) => ({
    type,
    expires_at: certificate.expiresAt,
    certificate_authority: "lets_encrypt",
  }));
  return {
    hostname: certificate.hostname,
    configured: certificate.issuedAt !== null,
    acme_requested: true,
    status: certificateStatus(world, app, certificate),
    dns_provider: "cloudflare",
    rate_limited_until: certificate.rateLimitedUntil,
    certificates:
      certificate.issuedAt === null
        ? []
        : [
            {
              source: "fly",
              status: "active",
              created_at: certificate.issuedAt,
              expires_at: certificate.expiresAt,
              issuer: null,
              issued,
            },
          ],
    validation: {
      dns_configured: proof.dns,
      alpn_configured: proof.addresses,
      http_configured: proof.addresses || (proof.indirect && proof.signed),
      ownership_txt_configured: proof.signed,
    },
    dns_requirements: {
      a: wanted.a,
      aaaa: wanted.aaaa,
      cname: cnameTarget(app),
      acme_challenge: { name: `_acme-challenge.${base}`, target: challengeTarget(app, certificate.hostname) },
      ownership: {
        name: `_fly-ownership.${base}`,
        app_value: `app-${app.hashId}`,
        org_value: `org-${orgHash(world, app)}`,
      },
    },
    ...(withRecords && {
      dns_records: {
        a: proof.a,
        aaaa: proof.aaaa,
        cname: lookup(world, certificate.hostname, "CNAME"),
        resolved_addresses: [...proof.a, ...proof.aaaa],
        soa: "",
        acme_challenge_cname: proof.challenge[0] ?? null,
        ownership_txt: proof.ownership[0] ?? null,
      },
    }),
    validation_errors: certificate.errors,
  };
}

/** A line of `certs list`. */
export function certificateSummary(
  world: World,
  app: App,
  certificate: Certificate,
): Record<string, unknown> {
  const proof = prove(world, app, certificate.hostname);
  return {
    hostname: certificate.hostname,
    status: certificateStatus(world, app, certificate),
    dns_provider: "cloudflare",
    acme_dns_configured: proof.dns,
    acme_alpn_configured: proof.addresses,
    acme_http_configured: proof.addresses || (proof.indirect && proof.signed),
    ownership_txt_configured: proof.signed,
    configured: certificate.issuedAt !== null,
    acme_requested: true,
    has_custom_certificate: false,
    has_fly_certificate: certificate.issuedAt !== null,
    created_at: certificate.createdAt,
    updated_at: certificate.updatedAt,
  };
}
