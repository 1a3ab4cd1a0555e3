import * as argv from "../call/argv.ts";
import { FlyctlFailure, isPassing } from "../call/errors.ts";
import type { Fly } from "../call/flyctl.ts";
import { jsonIn } from "../call/parse.ts";
import { say } from "../call/progress.ts";
import { gone, type Task } from "../kind.ts";
import type { CertificateOutput, CertificateSpec, CertificateStatus, Observation } from "../spec.ts";

/**
 * A requested certificate for one host name. Fly issues the certificate once the DNS answers; the release
 * does not wait for that. Challenge and ownership records are read from Fly, never built: Fly defines their
 * form.
 */
export interface Certificate {
  hostname: string;
  status: string;
  rate_limited_until?: string;
  certificates: { status: string; expires_at?: string; issued?: { expires_at?: string }[] | null }[] | null;
  validation?: Record<string, boolean>;
  validation_errors?: { code: string; message: string; remediation?: string }[];
  dns_requirements: {
    acme_challenge: { name: string; target: string };
    ownership: { name: string; app_value: string };
  };
}

export async function ensure({ spec, fly }: Task<CertificateSpec>): Promise<CertificateOutput> {
  const { app, hostname } = spec;
  const certificate = (await check(fly, app, hostname)) ?? (await add(fly, app, hostname));
  const { acme_challenge, ownership } = certificate.dns_requirements;
  return {
    hostname,
    challenge: { name: acme_challenge.name, target: acme_challenge.target },
    ownership: { name: ownership.name, value: ownership.app_value },
  };
}

/** Requests the certificate. A failed call may have reached Fly all the same, so check before each retry. */
async function add(fly: Fly, app: string, hostname: string): Promise<Certificate> {
  say(hostname, "asking for a certificate");
  const isThere = (error: unknown) => error instanceof FlyctlFailure && error.reason === "exists";
  return fly.repeat(
    async () => jsonIn(await fly.once(argv.certsAdd(app, hostname), { app })) as Certificate,
    {
      tries: 5,
      passes: (error) => isThere(error) || isPassing(error),
      waitMs: (attempt, error) => (isThere(error) ? 0 : 500 * 2 ** attempt),
      look: () => check(fly, app, hostname),
    },
  );
}

export async function destroy({ spec, fly }: Task<CertificateSpec>): Promise<void> {
  try {
    await fly.repeatable(argv.certsRemove(spec.app, spec.hostname), { app: spec.app });
  } catch (error) {
    if (!(error instanceof FlyctlFailure) || error.reason !== "absent") throw error;
  }
}

export async function observe({ spec, fly }: Task<CertificateSpec>): Promise<Observation> {
  const certificate = await check(fly, spec.app, spec.hostname);
  // The records that prove the name stay the same as long as the app exists.
  if (certificate === undefined) return { ...gone(`certificate for ${spec.hostname}`), identity: false };
  const { status, detail } = judge(spec.hostname, certificate);
  // Pending and limited are not drift: both pass by themselves, and ensure cannot speed them up.
  const differences = status === "failing" ? [`certificate ${spec.hostname} is failing: ${detail}`] : [];
  return { exists: true, differences, ...(status === "active" && { ready: true }) };
}

/** The certificate as Fly sees it now (the call makes Fly check the DNS again); undefined: there is none. */
export async function check(fly: Fly, app: string, hostname: string): Promise<Certificate | undefined> {
  try {
    return await fly.json<Certificate>(argv.certsCheck(app, hostname), { app });
  } catch (error) {
    if (error instanceof FlyctlFailure && error.reason === "absent") return undefined;
    throw error;
  }
}

/** A certificate's status, as one word and as a sentence. */
export function judge(
  hostname: string,
  certificate: Certificate | undefined,
  now = new Date(),
): CertificateStatus {
  if (certificate === undefined)
    return { hostname, status: "missing", detail: "Fly has no certificate for this name" };
  const issued = certificate.certificates?.filter((one) => one.status === "active") ?? [];
  if (issued.length > 0) return validity(hostname, certificate, Math.max(...issued.map(expiryOf)), now);
  if (certificate.rate_limited_until !== undefined && certificate.rate_limited_until !== "")
    return {
      hostname,
      status: "limited",
      detail: `Let's Encrypt accepts no new request for this name before ${certificate.rate_limited_until}`,
    };
  const errors = certificate.validation_errors ?? [];
  const complaints = errors.map((one) => [one.message, one.remediation].filter(Boolean).join(" ")).join("; ");
  // Until Fly sees one of our records, its errors say only that it sees none.
  const seen = Object.values(certificate.validation ?? {}).includes(true);
  if (errors.length > 0 && seen) return { hostname, status: "failing", detail: complaints };
  const { acme_challenge, ownership } = certificate.dns_requirements;
  const waits =
    certificate.status === "pending_ownership"
      ? `TXT ${ownership.name} = ${ownership.app_value}`
      : `CNAME ${acme_challenge.name} → ${acme_challenge.target}`;
  return { hostname, status: "pending", detail: `waits until Fly sees ${waits}` };
}

/** Fly renews a month before the end: a certificate with fewer days left was not renewed. */
const renewalOverdueDays = 14;

/** When the first part of a certificate (RSA, ECDSA) expires, in milliseconds; infinite without any date. */
function expiryOf({ expires_at, issued }: NonNullable<Certificate["certificates"]>[number]): number {
  const dates = [expires_at, ...(issued ?? []).map((part) => part.expires_at)];
  const ends = dates.map((date) => Date.parse(date ?? "")).filter((end) => !Number.isNaN(end));
  return Math.min(Number.POSITIVE_INFINITY, ...ends);
}

/** Judges an issued certificate by its dates: Fly calls an expired one active, too. */
function validity(
  hostname: string,
  { dns_requirements: { acme_challenge, ownership } }: Certificate,
  end: number,
  now: Date,
): CertificateStatus {
  if (end === Number.POSITIVE_INFINITY) return { hostname, status: "active", detail: "issued" };
  const day = new Date(end).toISOString().slice(0, 10);
  const daysLeft = (end - now.getTime()) / 86_400_000;
  if (daysLeft > renewalOverdueDays) return { hostname, status: "active", detail: `issued, until ${day}` };
  const records = `CNAME ${acme_challenge.name} → ${acme_challenge.target} and TXT ${ownership.name} = ${ownership.app_value}`;
  const proof = `Fly renews it only while it sees ${records}`;
  if (daysLeft <= 0) return { hostname, status: "expired", detail: `it expired on ${day}; ${proof}` };
  return { hostname, status: "expiring", detail: `it expires on ${day} and was not renewed; ${proof}` };
}
