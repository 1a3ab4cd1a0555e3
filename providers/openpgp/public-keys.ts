/** Public keys of other people, as far as it matters to whoever encrypts for them. */
import type { Config, Key, KeyID } from "openpgp";

/** A key that backups may be encrypted for. */
export interface PublicKey {
  /** 40 hexadecimal digits in upper case. */
  fingerprint: string;
  /**
   * Until when it can be encrypted for, in milliseconds since 1970; Infinity: for ever. Undefined: nothing in it is for
   * encryption, as far as OpenPGP.js knows.
   */
  until: number | undefined;
  isRevoked: boolean;
}

/**
 * The keys of a text in ASCII armour.
 *
 * @returns none when OpenPGP.js cannot read the text. GnuPG reads keys that OpenPGP.js does not know, so that is no proof
 *   that the text is wrong
 */
export async function publicKeysIn(armoured: string): Promise<PublicKey[]> {
  // Loading the library takes longer than everything else, and few runs have a key to read.
  const { config, readKeys } = await import("openpgp");
  const lenient = { ...config, ...allowed };
  const keys = await readKeys({ armoredKeys: armoured, config: lenient }).catch(() => []);
  return Promise.all(
    keys.map(async (key) => ({
      fingerprint: key.getFingerprint().toUpperCase(),
      until: await untilOf(key, lenient),
      isRevoked: await key.isRevoked(undefined, undefined, undefined, lenient),
    })),
  );
}

/** What is too weak for OpenPGP.js is not for GnuPG, which will be the one to encrypt. */
const allowed = {
  minRSABits: 1024,
  rejectCurves: new Set(),
  rejectHashAlgorithms: new Set(),
  rejectPublicKeyAlgorithms: new Set(),
} satisfies Partial<Config>;

async function untilOf(key: Key, config: Config): Promise<number | undefined> {
  const primary = timeOf(await key.getExpirationTime(undefined, config));
  const parts = await Promise.all(key.getKeyIDs().map((id) => partUntil(key, id, config)));
  const usable = parts.filter((time) => time !== undefined);
  if (primary === undefined || usable.length === 0) return undefined;
  return Math.min(primary, Math.max(...usable));
}

/** Until when one of the key's parts can be encrypted for; undefined: it is not for encryption. */
async function partUntil(key: Key, id: KeyID, config: Config): Promise<number | undefined> {
  try {
    // Without a date, a part that has expired is found, too.
    const part = await key.getEncryptionKey(id, null, undefined, config);
    return timeOf(await part.getExpirationTime(undefined, config));
  } catch {
    return undefined;
  }
}

function timeOf(date: Date | number | null): number | undefined {
  return date === null ? undefined : Number(date);
}
