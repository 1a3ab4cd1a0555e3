import { createPrivateKey } from "node:crypto";

/** A Web Push key pair in the encoding that Mastodon reads (config/vapid.yml). */
export interface VapidKeys {
  /** The P-256 scalar: 32 bytes, left-padded. */
  privateKey: string;
  /** The uncompressed point: 65 bytes. */
  publicKey: string;
}

/**
 * Re-encodes a PEM private key. Ruby's `Base64.urlsafe_encode64` keeps the padding, so `=` stays.
 *
 * @throws when the key is not on P-256
 */
export function vapidKeys(pem: string): VapidKeys {
  const { crv, d, x, y } = createPrivateKey(pem).export({ format: "jwk" });
  if (crv !== "P-256" || d === undefined || x === undefined || y === undefined) {
    throw new Error(`a VAPID key is a P-256 key, this one is ${crv ?? "of another kind"}`);
  }
  const point = Buffer.concat([Buffer.of(4), Buffer.from(x, "base64url"), Buffer.from(y, "base64url")]);
  return { privateKey: padded(Buffer.from(d, "base64url")), publicKey: padded(point) };
}

function padded(bytes: Buffer): string {
  return bytes.toString("base64").replaceAll("+", "-").replaceAll("/", "_");
}
