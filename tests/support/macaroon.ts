/** A token of Fly's (superfly/macaroon: macaroon.go): [[key id, random, proof], location, caveats, tail]. */
import { encode } from "@msgpack/msgpack";

/** @param end of the window in which it is valid, in milliseconds since 1970; undefined: it has none */
export function flyMacaroon(end: number | undefined, location = "https://api.fly.io/v1"): string {
  // An organisation's token: the organisation and what may be done there, then the window.
  const caveats = [0, [7, 31], ...(end === undefined ? [] : [4, [0, Math.floor(end / 1000)]])];
  const bytes = encode([[Buffer.from("key"), Buffer.alloc(16), false], location, caveats, Buffer.alloc(32)]);
  return `fm2_${Buffer.from(bytes).toString("base64")}`;
}
