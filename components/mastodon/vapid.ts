import { createECDH, createPrivateKey, type KeyObject } from "node:crypto";

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

/**
 * The key of a VAPID pair. The opposite of {@link vapidKeys}.
 *
 * @throws when the two halves do not belong together, or are not on P-256
 */
export function vapidKey({ privateKey, publicKey }: VapidKeys): KeyObject {
  const [scalar, point] = [privateKey, publicKey].map((half) => Buffer.from(half, "base64url")) as [
    Buffer,
    Buffer,
  ];
  const pair = createECDH("prime256v1");
  pair.setPrivateKey(scalar);
  if (!pair.getPublicKey().equals(point))
    throw new Error("the two halves of the VAPID key do not belong together");
  const part = (of: Buffer, from = 0) => of.subarray(from, from + 32).toString("base64url");
  const key = { kty: "EC", crv: "P-256", d: part(scalar), x: part(point, 1), y: part(point, 33) };
  return createPrivateKey({ key, format: "jwk" });
}

/** As Ruby's `Base64.urlsafe_encode64`. Node's `base64url` drops the padding. */
function paddedBase64url(bytes: Buffer): string {
  return bytes.toString("base64").replaceAll("+", "-").replaceAll("/", "_");
}
