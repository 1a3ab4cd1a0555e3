import { createPrivateKey } from "node:crypto";

/** A Web Push key pair as Mastodon reads it (mastodon: config/vapid.yml): base64url with padding. */
export interface VapidKeys {
  /** The P-256 scalar: 32 bytes, with leading zeros. */
  privateKey: string;
  /** The uncompressed point: 65 bytes. */
  publicKey: string;
}

/**
 * The key pair of a PEM private key.
 *
 * @throws when the key is not on P-256
 */
export function vapidKeys(pem: string): VapidKeys {
  const { crv, d, x, y } = createPrivateKey(pem).export({ format: "jwk" });
  if (crv !== "P-256" || d === undefined || x === undefined || y === undefined) {
    throw new Error(`a VAPID key is a P-256 key, this one is ${crv ?? "of another kind"}`);
  }
  // 4 marks a point whose two coordinates follow in full (SEC 1, 2.3.3).
  const point = Buffer.concat([Buffer.of(4), Buffer.from(x, "base64url"), Buffer.from(y, "base64url")]);
  return { privateKey: paddedBase64url(Buffer.from(d, "base64url")), publicKey: paddedBase64url(point) };
}

/** As Ruby's `Base64.urlsafe_encode64`. Node's `base64url` drops the padding. */
function paddedBase64url(bytes: Buffer): string {
  return bytes.toString("base64").replaceAll("+", "-").replaceAll("/", "_");
}
