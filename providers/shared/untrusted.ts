/**
 * Error codes of Node and OpenSSL for a certificate that is not trusted: expired or not yet valid (also where
 * this machine's clock is wrong), self-signed, of an unknown issuer, of another host.
 *
 * @see https://nodejs.org/api/tls.html#x509-certificate-error-codes
 */
const words =
  /\b(CERT_\w+|ERR_TLS_CERT_ALTNAME_INVALID|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+)\b/;

/** Whether a call failed because the other side's certificate is not trusted, which no retry changes. */
export function isUntrusted(reason: string): boolean {
  return words.test(reason);
}

/** What to do about a certificate that is not trusted. */
export const untrustedFix =
  "this machine does not trust the cloud's certificate. If its clock is wrong, set it; behind a proxy that opens TLS, name " +
  "the proxy's authority: export NODE_EXTRA_CA_CERTS=<its certificate.pem>";
