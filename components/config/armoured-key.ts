/** OpenPGP keys in ASCII armour, as far as config can judge them. Pure. */

const armour =
  /^-----BEGIN PGP PUBLIC KEY BLOCK-----\r?\n(?:[A-Za-z]+: [^\n]*\n)*\r?\n([A-Za-z0-9+/=\s]+?)-----END PGP PUBLIC KEY BLOCK-----$/;

/** Packet type of a public key (RFC 4880 4.3). */
const publicKeyPacket = 6;

/**
 * Why a text is not a public key that the backups can be encrypted for; undefined when it may be one. Whether the key
 * encrypts and has not expired is known to GnuPG alone, in the machine of the backups.
 */
export function publicKeyProblem(text: string): string | undefined {
  if (text.includes("PGP PRIVATE KEY BLOCK"))
    return "is a private key, which must stay with you: set the public key, as gpg --armor --export prints it";
  const [, lines] = armour.exec(text.trim()) ?? [];
  if (lines === undefined)
    return "is not an OpenPGP public key in ASCII armour, as gpg --armor --export prints it";
  // The last line may be a checksum.
  const packet = Buffer.from(lines.trim().replace(/\n=\S{4}$/, ""), "base64");
  const { type, version } = headOf(packet);
  if (type !== publicKeyPacket) return "contains no public key: export it again with gpg --armor --export";
  // RFC 9580 keys of version 6, and LibrePGP's of version 5.
  return version === 4
    ? undefined
    : `is a key of version ${version}, which GnuPG in the database's image cannot read: use a key of version 4`;
}

/** Type of the first packet, and the version of the key in it (RFC 4880 4.2 and 5.5.2). */
function headOf(bytes: Buffer): { type: number; version: number | undefined } {
  const [first = 0, length = 0] = bytes;
  const isNewFormat = (first & 0x40) !== 0;
  if (!isNewFormat) return { type: (first >> 2) & 0x0f, version: bytes[1 + 2 ** (first & 0x03)] };
  return { type: first & 0x3f, version: bytes[length < 192 ? 2 : length < 224 ? 3 : 6] };
}
