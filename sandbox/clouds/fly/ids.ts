/**
 * Names and numbers that Fly assigns. All are derived from one serial number in the state by a hash. They
 * look like Fly's, never repeat, and are the same when the same calls come in the same order.
 */
import { createHash } from "node:crypto";
import type { World } from "../world.ts";

/** The next number of this world. */
export function serial(world: World): number {
  world.state.fly.serial += 1;
  world.changed();
  return world.state.fly.serial;
}

/** `length` characters of `alphabet`, derived from the next number. */
function drawn(world: World, kind: string, alphabet: string, length: number): string {
  let text = "";
  for (let block = 0; text.length < length; block++) {
    const bytes = createHash("sha256").update(`${kind}:${world.state.fly.serial}:${block}`).digest();
    for (const byte of bytes) text += alphabet[byte % alphabet.length];
  }
  serial(world);
  return text.slice(0, length);
}

const hex = "0123456789abcdef";
const letters = "0123456789abcdefghijklmnopqrstuvwxyz";
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** A machine's id: 14 hex digits. https://fly.io/docs/machines/api/machines-resource/ */
export function machineId(world: World): string {
  return drawn(world, "machine", hex, 13).replace(/^/, "1").slice(0, 14);
}

/** An instance (version) id: a ULID. */
export function instanceId(world: World): string {
  return `01K${drawn(world, "instance", crockford, 23)}`;
}

/** A volume's id, as in https://fly.io/docs/machines/api/volumes-resource/. */
export function volumeId(world: World): string {
  return `vol_${drawn(world, "volume", letters, 17)}`;
}

/** The short id in challenge targets and ownership records. */
export function hashId(world: World): string {
  return drawn(world, "hash", letters, 7);
}

/** A lease's nonce: 12 hex digits. */
export function nonce(world: World): string {
  return drawn(world, "nonce", hex, 12);
}

/** An opaque id, such as an address's or a release's. */
export function opaqueId(world: World, prefix: string): string {
  return prefix + drawn(world, prefix, letters, 20);
}

/** A password, as Fly and Upstash generate them. */
export function password(world: World, length: number): string {
  return drawn(world, "password", `${letters}ABCDEFGHIJKLMNOPQRSTUVWXYZ`, length);
}
