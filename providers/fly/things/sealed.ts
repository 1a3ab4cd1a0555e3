import { createCipheriv, hkdfSync, randomBytes } from "node:crypto";

/**
 * Seals a value for a one-off that has Mastodon's SECRET_KEY_BASE, as one of its variables.
 *
 * A secret of the app would reach every machine that is made meanwhile. The variables of a machine can be read by the
 * whole organisation, so this one is worth nothing without the key: AES-256-GCM, under a key that is derived for this
 * purpose (RFC 5869). scripts/owner.rb opens it.
 *
 * @returns nonce, tag and sealed text, in base64
 */
export function sealed(value: string, secretKeyBase: string): string {
  const key = Buffer.from(hkdfSync("sha256", secretKeyBase, "", "mastiff owner", 32));
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  const text = Buffer.concat([cipher.update(value, "utf8"), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), text]).toString("base64");
}
