import { createHash } from "node:crypto";

/**
 * SHA-256 in lower-case hex. The digest of a token's value is its S3 secret at R2
 * (developers.cloudflare.com/r2/api/tokens).
 */
export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
