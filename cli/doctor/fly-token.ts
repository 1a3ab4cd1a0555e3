/**
 * Fly's tokens, as far as they can be read without asking anybody: until when they are valid. A token is a list of
 * macaroons, each `fm2_` and base64 over MessagePack (superfly/macaroon: macaroon.go, caveat.go, caveats.go).
 */
import { decode } from "@msgpack/msgpack";

/** Location of the macaroons that permit something; others prove who somebody is (superfly/macaroon: flyio/). */
const permissions = "https://api.fly.io/v1";

/** Number of the caveat `ValidityWindow`: [not before, not after], in seconds since 1970. */
const validityWindow = 4;

/**
 * When the first permission of a token ends, in milliseconds since 1970; undefined: never, or the token is of the
 * older kind, which says nothing of itself.
 *
 * @param token as FLY_API_TOKEN has it: `FlyV1 fm2_…,fm2_…`
 */
export function endOf(token: string): number | undefined {
  const ends = token
    .replace(/^FlyV1\s+/, "")
    .split(",")
    .flatMap((one) => windowsOf(one.trim()));
  return ends.length === 0 ? undefined : Math.min(...ends) * 1000;
}

function windowsOf(text: string): number[] {
  if (!text.startsWith("fm2_")) return [];
  try {
    const [, location, caveats] = decode(Buffer.from(text.slice("fm2_".length), "base64")) as unknown[];
    return location === permissions ? endsIn(caveats) : [];
  } catch {
    // flyctl drops what it cannot decode.
    return [];
  }
}

/** Caveats are one list: type, body, type, body. */
function endsIn(caveats: unknown): number[] {
  const list = Array.isArray(caveats) ? caveats : [];
  return list.flatMap((type, i) => {
    const body: unknown = list[i + 1];
    return i % 2 === 0 && type === validityWindow && Array.isArray(body) ? [Number(body[1])] : [];
  });
}
