/**
 * Access tokens. Fly's tokens are macaroons: `fm2_` and base64 over MessagePack. flyctl decodes the tokens
 * that it is given and silently drops those that it cannot decode (superfly/fly-go: tokens/tokens.go,
 * pruneBadMacaroons). So local tokens have the real form. Layout: superfly/macaroon macaroon.go, nonce.go:
 * [[key id, random, proof], location, caveats, tail].
 */
import { createHash } from "node:crypto";

/** Location of permission tokens (superfly/macaroon: flyio/). */
const location = "https://api.fly.io/v1";

/**
 * A token that flyctl accepts as a permission token without caveats. The same key id gives the same token.
 */
export function macaroon(keyId: string): string {
  const random = createHash("sha256").update(`random:${keyId}`).digest().subarray(0, 16);
  const tail = createHash("sha256").update(`tail:${keyId}`).digest();
  const raw = Buffer.concat([
    Buffer.from([0x94]),
    Buffer.from([0x93]),
    binary(Buffer.from(keyId)),
    binary(random),
    Buffer.from([0xc2]),
    text(location),
    Buffer.from([0x90]),
    binary(tail),
  ]);
  return `fm2_${raw.toString("base64")}`;
}

function binary(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0xc4, bytes.length]), bytes]);
}

function text(value: string): Buffer {
  return Buffer.concat([Buffer.from([0xa0 | value.length]), Buffer.from(value)]);
}
