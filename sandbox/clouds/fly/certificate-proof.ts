/**
 * The proof that a host name belongs to its app.
 *
 * Let's Encrypt issues when it sees a proof in public DNS: A and AAAA records that point at the app (TLS-ALPN
 * or HTTP), or the `_acme-challenge` CNAME (DNS). A name that reaches the app through Cloudflare's proxy, or
 * over IPv4 alone, also needs its owner's `_fly-ownership` TXT record.
 * https://fly.io/docs/networking/custom-domain/, superfly/docs networking/understanding-cloudflare.html.md,
 * machines/api/certificates-resource.
 */
import { lookup, recordsAt } from "../cloudflare/dns.ts";
import type { World } from "../world.ts";
import { publicAddresses } from "./addresses.ts";
import type { App, Certificate } from "./state.ts";

/** The public DNS of a host name, compared with what the app needs. */
export interface Proof {
  a: string[];
  aaaa: string[];
  challenge: string[];
  ownership: string[];
  /** The challenge's CNAME is correct. */
  dns: boolean;
  /** The name points at the app, over IPv6 too. */
  addresses: boolean;
  /** The name reaches the app, but in a way that alone does not prove ownership. */
  indirect: boolean;
  /** The ownership TXT is correct. */
  signed: boolean;
}

export function prove(world: World, app: App, hostname: string): Proof {
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

/**
 * Whether the name is proxied by Cloudflare and its record leads to an address of the app, directly or by a
 * CNAME.
 */
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

export function isProved(proof: Proof): boolean {
  return proof.dns || proof.addresses || (proof.indirect && proof.signed);
}

export function faults(app: App, certificate: Certificate, proof: Proof, now: Date): Certificate["errors"] {
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

export function challengeTarget(app: App, hostname: string): string {
  return `${hostname.replace(/^\*\./, "")}.${app.hashId}.flydns.net`;
}

export function orgHash(world: World, app: App): string {
  return (world.state.fly.organizations[app.orgSlug]?.numericId ?? 0).toString(16).padStart(8, "0");
}
