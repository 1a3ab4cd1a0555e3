import { connect } from "node:tls";
import { reasonOf } from "./reason.ts";

/** A certificate as a host presents it. */
export interface Certificate {
  /** Until it expires; below zero once it has. */
  daysLeft: number;
  /** When it expires, in ISO 8601. */
  until: string;
  /** Who issued it. */
  issuer: string;
  /** Why browsers refuse it, as OpenSSL or Node calls it (`ERR_TLS_CERT_ALTNAME_INVALID`). Undefined: they do not. */
  problem: string | undefined;
}

/** Where to look, and until when. */
export interface CertificatePlace {
  host: string;
  /** Default: the host's own. */
  address?: string;
  /** Default: 443. */
  port?: number;
  /** Authorities that are trusted, in PEM. Default: those that Node has. */
  ca?: string;
  /** Ends the look. */
  signal: AbortSignal;
}

const dayMs = 24 * 3_600_000;

/** Opens a TLS connection and reads the certificate, a refused one too. @throws Error when there is none */
export function certificateOf({
  host,
  address = host,
  port = 443,
  ca,
  signal,
}: CertificatePlace): Promise<Certificate> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const socket = connect({ host: address, port, ca, servername: host, rejectUnauthorized: false });
    const stop = () => socket.destroy(new Error("no answer in time"));
    signal.addEventListener("abort", stop, { once: true });
    socket.once("close", () => signal.removeEventListener("abort", stop));
    socket.once("error", (error) => reject(new Error(reasonOf(error), { cause: error })));
    socket.once("secureConnect", () => {
      const { valid_to, issuer } = socket.getPeerCertificate();
      // Without a certificate, Node gives an empty object.
      if (issuer === undefined) return void socket.destroy(new Error("no certificate"));
      const until = new Date(valid_to);
      resolve({
        daysLeft: Math.floor((until.getTime() - Date.now()) / dayMs),
        until: until.toISOString(),
        issuer: [issuer.O ?? issuer.CN ?? "nobody"].flat().join(", "),
        problem: socket.authorized ? undefined : String(socket.authorizationError),
      });
      socket.destroy();
    });
  });
}
