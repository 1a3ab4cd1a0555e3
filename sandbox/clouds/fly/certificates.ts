/**
 * Certificates for custom host names.
 */
import { lookup } from "../cloudflare/dns.ts";
import type { World } from "../world.ts";
import { publicAddresses } from "./addresses.ts";
import { cnameTarget } from "./apps.ts";
import { challengeTarget, faults, isProved, orgHash, prove } from "./certificate-proof.ts";
import { Refusal } from "./errors.ts";
import type { App, Certificate } from "./state.ts";

const lifetimeDays = 90;

/**
 * Fly renews certificates: fly.io/docs/networking/custom-domain. The time is Let's Encrypt's advice
 * (letsencrypt.org/docs/faq).
 */
const renewedDaysAhead = 30;

/** Adds a host name to an app and tries to issue a certificate at once. */
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

/** @throws 404 when the app does not have this host name. */
export function requireCertificate(app: App, hostname: string): Certificate {
  const found = app.certificates.find((c) => c.hostname === hostname.toLowerCase());
  if (found === undefined) throw new Refusal(404, "certificate not found");
  return found;
}

/** Removes a host name and its certificates. */
export function removeCertificate(world: World, app: App, hostname: string): void {
  const found = requireCertificate(app, hostname);
  app.certificates = app.certificates.filter((c) => c !== found);
  world.changed();
}

/** Checks all certificates of an app, as Fly does by itself every few minutes. */
export function checkAll(world: World, app: App): void {
  for (const certificate of app.certificates) check(world, app, certificate);
}

/** Looks at DNS again, and issues the certificate if there is a proof. */
export function check(world: World, app: App, certificate: Certificate): void {
  const now = world.now();
  // Fly renews a month ahead while the name is still proved. A certificate that is not renewed stays listed
  // as active.
  const left = Date.parse(certificate.expiresAt ?? "") - now.getTime();
  if (certificate.issuedAt !== null && left > renewedDaysAhead * 86_400_000) return;
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

/** `pending_validation`, `pending_ownership` or `active`. */
export function certificateStatus(world: World, app: App, certificate: Certificate): string {
  if (certificate.issuedAt !== null) return "active";
  return prove(world, app, certificate.hostname).indirect ? "pending_ownership" : "pending_validation";
}

/**
 * A certificate with all fields that `certs add` and `certs check` print. Only `check` includes the DNS
 * records found.
 */
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

/** An element of the list that `certs list` prints. */
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
