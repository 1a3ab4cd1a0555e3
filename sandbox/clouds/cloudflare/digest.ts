import { createHash } from "node:crypto";

/** SHA-256 in lower-case hex: how a token's value becomes R2's S3 secret (developers.cloudflare.com/r2/api/tokens). */
export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
