/**
 * What ActiveRecord::Encryption writes into a column that is encrypted, but not deterministically
 * (rails/rails activerecord/lib/active_record/encryption: key_generator.rb, encryptor.rb, cipher/aes256_gcm.rb,
 * message_serializer.rb).
 */
import { createCipheriv, pbkdf2Sync, randomBytes } from "node:crypto";
import { deflateSync } from "node:zlib";

/** Encrypts a text with the keys in a process's environment. A text this long is compressed first. */
export function seal(env: Record<string, string>, text: string): string {
  const { ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY: secret = "" } = env;
  const { ACTIVE_RECORD_ENCRYPTION_KEY_DERIVATION_SALT: salt = "" } = env;
  const key = pbkdf2Sync(secret, salt, 2 ** 16, 32, "sha256");
  const isLong = Buffer.byteLength(text) > 140;
  const iv = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, iv);
  const sealed = Buffer.concat([
    cipher.update(isLong ? deflateSync(text) : Buffer.from(text)),
    cipher.final(),
  ]);
  const headers = {
    iv: iv.toString("base64"),
    at: cipher.getAuthTag().toString("base64"),
    ...(isLong && { c: true }),
  };
  return JSON.stringify({ p: sealed.toString("base64"), h: headers });
}
