/**
 * SCRAM-SHA-256 as Postgres stores and checks it:
 * `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>`. RFC 5802, RFC 7677; postgres/postgres
 * src/common/scram-common.c.
 */
import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from "node:crypto";

const form = /^SCRAM-SHA-256\$(\d+):([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]{44}):([A-Za-z0-9+/=]{44})$/;

/**
 * Whether a string that was given as a password is already a verifier. Postgres stores a verifier as it is.
 */
export function isVerifier(password: string): boolean {
  return form.test(password);
}

/** The verifier of a plain password with a new salt, as `password_encryption = scram-sha-256` computes it. */
export function verifierOf(password: string): string {
  const salt = randomBytes(16);
  const { stored, server } = keys(password, salt, 4096);
  return `SCRAM-SHA-256$4096:${salt.toString("base64")}$${stored.toString("base64")}:${server.toString("base64")}`;
}

/** Whether a verifier was computed from this plain password. */
export function verifies(verifier: string, password: string): boolean {
  const parts = form.exec(verifier);
  if (parts === null) return false;
  const [, iterations = "", salt = "", stored = "", server = ""] = parts;
  const made = keys(password, Buffer.from(salt, "base64"), Number(iterations));
  return same(made.stored, Buffer.from(stored, "base64")) && same(made.server, Buffer.from(server, "base64"));
}

function keys(password: string, salt: Buffer, iterations: number): { stored: Buffer; server: Buffer } {
  const salted = pbkdf2Sync(password.normalize("NFKC"), salt, iterations, 32, "sha256");
  const client = createHmac("sha256", salted).update("Client Key").digest();
  return {
    stored: createHash("sha256").update(client).digest(),
    server: createHmac("sha256", salted).update("Server Key").digest(),
  };
}

function same(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
