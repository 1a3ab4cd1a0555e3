import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";

/**
 * The SCRAM-SHA-256 verifier of a password, in the form that PostgreSQL stores and `CREATE ROLE … PASSWORD`
 * accepts unchanged. `machine exec` has no stdin and its command line is logged, so the password itself must
 * not be in it. The password cannot be recovered from the verifier: our passwords are random, so guessing
 * does not work.
 *
 * Format and computation: https://www.postgresql.org/docs/current/catalog-pg-authid.html and RFC 5802 §3:
 *   SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>
 *   StoredKey = H(HMAC(SaltedPassword, "Client Key")), ServerKey = HMAC(SaltedPassword, "Server Key")
 *
 * @param password ASCII only: SASLprep (RFC 4013), which Postgres applies first, leaves ASCII as it is.
 * @param salt 16 random bytes, as in Postgres, unless a test gives its own.
 */
export function scramVerifier(password: string, salt: Buffer = randomBytes(16), iterations = 4096): string {
  if (!/^[\x20-\x7e]+$/.test(password)) throw new Error("a database password must be plain ASCII");
  const salted = pbkdf2Sync(password, salt, iterations, 32, "sha256");
  const hmac = (text: string) => createHmac("sha256", salted).update(text).digest();
  const stored = createHash("sha256").update(hmac("Client Key")).digest("base64");
  const server = hmac("Server Key").toString("base64");
  return `SCRAM-SHA-256$${iterations}:${salt.toString("base64")}$${stored}:${server}`;
}
