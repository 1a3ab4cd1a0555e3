/**
 * `gpg --encrypt` to public keys, as GnuPG 2.2 does it: RFC 4880 (packets, armour, RSA), RFC 6637 (ECDH). So
 * a backup of the local world opens with the operator's real key, and a key that GnuPG cannot encrypt to
 * fails here too: GnuPG knows neither RFC 9580's X25519 (algorithm 25) nor keys of version 6.
 */
import {
  constants,
  createCipheriv,
  createDecipheriv,
  createHash,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  publicEncrypt,
  randomBytes,
} from "node:crypto";

/** Makes the packet that holds a session key for one recipient. */
type Wrap = (sessionKey: Buffer) => Buffer;

/** A public key that GnuPG reads. */
export interface PublicKey {
  /** Of the primary key, 40 hex digits in upper case. */
  fingerprint: string;
  /** Undefined: GnuPG does not encrypt to it, because it only signs, has expired, or is of an unknown algorithm. */
  wrap: Wrap | undefined;
}

/** A public key that a text can be encrypted to. */
export interface Recipient extends PublicKey {
  wrap: Wrap;
}

interface Packet {
  tag: number;
  body: Buffer;
}

/** Numbers of RFC 4880 sections 4.3, 9.1 and 9.2. */
const tags = {
  sessionKey: 1,
  signature: 2,
  publicKey: 6,
  literal: 11,
  userId: 13,
  publicSubkey: 14,
  sealed: 18,
} as const;
const rsa = [1, 2];
const ecdh = 18;
/** Algorithms of primary keys that GnuPG 2.2 and 2.4 read: RSA, DSA, ECDSA, EdDSA. */
const readable = [1, 2, 3, 17, 19, 22];
const aes256 = 9;
const curve25519 = Buffer.from("2b060104019755010501", "hex");
const hashes: Record<number, string> = { 8: "sha256", 9: "sha384", 10: "sha512" };
const keyBits: Record<number, 128 | 192 | 256> = { 7: 128, 8: 192, 9: 256 };

/**
 * The keys in armoured public keys, one after the other.
 *
 * @param now milliseconds since 1970: what has expired by then is not encrypted to
 * @throws Error in GnuPG's words.
 */
export function publicKeysIn(armoured: string, now: number): PublicKey[] {
  const blocks = armoured.matchAll(
    /-----BEGIN PGP PUBLIC KEY BLOCK-----\r?\n(?:[A-Za-z]+: .*\r?\n)*\r?\n([A-Za-z0-9+/=\s]+?)\r?\n(?:=[A-Za-z0-9+/]{4}\r?\n)?-----END/g,
  );
  const keys = [...blocks].flatMap(([, base64 = ""]) => keysIn(packetsIn(Buffer.from(base64, "base64"))));
  if (keys.length === 0) throw new Error("gpg: no valid OpenPGP data found.");
  return keys.map((packets) => publicKeyOf(packets, now / 1000));
}

/** The keys in packets. Each begins with its primary key. */
function keysIn(packets: Packet[]): Packet[][] {
  const starts = packets.flatMap(({ tag }, at) => (tag === tags.publicKey ? [at] : []));
  return starts.map((from, n) => packets.slice(from, starts[n + 1]));
}

/** Encrypts bytes to all recipients. */
export function encrypt(plain: Buffer, recipients: readonly Recipient[]): Buffer {
  const key = randomBytes(32);
  const prefix = randomBytes(16);
  const literal = packet(tags.literal, Buffer.concat([Buffer.from([0x62, 0, 0, 0, 0, 0]), plain]));
  const head = Buffer.concat([prefix, prefix.subarray(14), literal, Buffer.from([0xd3, 0x14])]);
  const cipher = createCipheriv("aes-256-cfb", key, Buffer.alloc(16));
  const sealed = [cipher.update(Buffer.concat([head, digest("sha1", head)])), cipher.final()];
  return Buffer.concat([
    ...recipients.map((one) => one.wrap(key)),
    packet(tags.sealed, Buffer.concat([Buffer.from([1]), ...sealed])),
  ]);
}

/**
 * `gpg --decrypt --override-session-key`: opens a message of {@link encrypt}.
 *
 * @param sessionKey `9:<hex>`: the number of the cipher (RFC 4880, 9.2) and the key
 * @returns undefined when the key is another message's, or the message is damaged
 */
export function openWith(sessionKey: string, message: Buffer): Buffer | undefined {
  const [cipher, hex = ""] = sessionKey.split(":");
  const key = Buffer.from(hex, "hex");
  const sealed = packetsIn(message).find(({ tag }) => tag === tags.sealed)?.body;
  if (Number(cipher) !== aes256 || key.length !== 32 || sealed === undefined) return undefined;
  const decipher = createDecipheriv("aes-256-cfb", key, Buffer.alloc(16));
  const plain = Buffer.concat([decipher.update(sealed.subarray(1)), decipher.final()]);
  if (!digest("sha1", plain.subarray(0, -20)).equals(plain.subarray(-20))) return undefined;
  // 16 random octets and two of them again. The literal packet has an empty name and no date.
  const [literal] = packetsIn(plain.subarray(18, -22));
  return literal?.body.subarray(6);
}

function publicKeyOf(packets: Packet[], now: number): PublicKey {
  const primary = packets[0]?.body;
  if (primary?.[0] !== 4) throw new Error("gpg: no valid OpenPGP data found.");
  const fingerprint = fingerprintOf(primary).toString("hex").toUpperCase();
  if (!readable.includes(primary[5] ?? 0)) {
    throw new Error(`gpg: key ${fingerprint.slice(-16)}: new key but contains no user ID - skipped`);
  }
  // A subkey is followed by the signature that binds it, the primary key's user id by the key's own.
  const keys = packets.flatMap(({ tag, body }, at) => {
    const holder = tag === tags.userId ? primary : tag === tags.publicSubkey ? body : undefined;
    return holder === undefined ? [] : [{ holder, parts: subpacketsIn(packets[at + 1]) }];
  });
  const isLive = ({ holder, parts }: (typeof keys)[number]) => !hasExpired(holder, parts, now);
  const isOver = keys.some((one) => one.holder === primary && !isLive(one));
  const wrap = keys
    .filter((one) => !isOver && isLive(one) && mayEncrypt(one.parts))
    .map(({ holder }) => wrapperOf(holder))
    .findLast((one) => one !== undefined);
  return { fingerprint, wrap };
}

/** Subpackets that are signed, by type (RFC 4880, 5.2.3.1); undefined: it is no signature of a form that is known. */
function subpacketsIn(signature: Packet | undefined): Map<number, Buffer> | undefined {
  if (signature?.tag !== tags.signature || signature.body[0] !== 4) return undefined;
  const { body } = signature;
  const end = 6 + body.readUInt16BE(4);
  const found = new Map<number, Buffer>();
  for (let at = 6; at < end; ) {
    const [length, header] = newLength(body, at);
    const from = at + header;
    found.set((body[from] ?? 0) & 0x7f, body.subarray(from + 1, from + length));
    at = from + Math.max(1, length);
  }
  return found;
}

/** Whether a key's signature says that the key is for encryption (RFC 4880, 5.2.3.21). */
function mayEncrypt(parts: ReadonlyMap<number, Buffer> | undefined): boolean {
  if (parts === undefined) return false;
  const flags = parts.get(27);
  return flags === undefined || ((flags[0] ?? 0) & 0x0c) !== 0;
}

/** Whether the seconds since the key was made are more than its signature allows (RFC 4880, 5.2.3.6). */
function hasExpired(key: Buffer, parts: ReadonlyMap<number, Buffer> | undefined, now: number): boolean {
  const lasts = parts?.get(9)?.readUInt32BE(0) ?? 0;
  return lasts > 0 && key.readUInt32BE(1) + lasts <= now;
}

/** Encrypts session keys to a key; undefined: GnuPG cannot. */
function wrapperOf(key: Buffer): Wrap | undefined {
  if (key[0] !== 4) return undefined;
  const algorithm = key[5] ?? 0;
  const id = fingerprintOf(key).subarray(-8);
  const wrapped = (fields: Buffer) =>
    packet(tags.sessionKey, Buffer.concat([Buffer.from([3]), id, Buffer.from([algorithm]), fields]));
  if (rsa.includes(algorithm)) {
    const [n, e] = numbersIn(key.subarray(6));
    if (n === undefined || e === undefined) return undefined;
    const jwk = { kty: "RSA", n: n.toString("base64url"), e: e.toString("base64url") };
    const rsaKey = {
      key: createPublicKey({ key: jwk, format: "jwk" }),
      padding: constants.RSA_PKCS1_PADDING,
    };
    return (session) => wrapped(number(publicEncrypt(rsaKey, marked(session))));
  }
  const oid = key.subarray(7, 7 + (key[6] ?? 0));
  const [point] = numbersIn(key.subarray(7 + oid.length));
  if (algorithm !== ecdh || !oid.equals(curve25519) || point?.length !== 33) return undefined;
  return (session) => wrapped(agreed(key, oid, point, session));
}

/** RFC 6637 section 8: a fresh key pair, and the session key wrapped with what both sides can compute. */
function agreed(key: Buffer, oid: Buffer, point: Buffer, session: Buffer): Buffer {
  const [hash = 0, cipher = 0] = key.subarray(-2);
  const bits = keyBits[cipher] ?? 128;
  const x = point.subarray(1).toString("base64url");
  const theirs = createPublicKey({ key: { kty: "OKP", crv: "X25519", x }, format: "jwk" });
  const own = generateKeyPairSync("x25519");
  const shared = diffieHellman({ privateKey: own.privateKey, publicKey: theirs });
  const parameters = Buffer.concat([
    Buffer.from([oid.length]),
    oid,
    Buffer.from([ecdh, 3, 1, hash, cipher]),
    Buffer.from("Anonymous Sender    "),
    fingerprintOf(key),
  ]);
  const derived = digest(
    hashes[hash] ?? "sha256",
    Buffer.concat([Buffer.from([0, 0, 0, 1]), shared, parameters]),
  ).subarray(0, bits / 8);
  const text = marked(session);
  const padding = 8 - (text.length % 8);
  const wrap = createCipheriv(`id-aes${bits}-wrap`, derived, Buffer.alloc(8, 0xa6));
  const secret = wrap.update(Buffer.concat([text, Buffer.alloc(padding, padding)]));
  const ownPoint = Buffer.from(own.publicKey.export({ format: "jwk" }).x ?? "", "base64url");
  return Buffer.concat([
    number(Buffer.concat([Buffer.from([0x40]), ownPoint])),
    Buffer.from([secret.length]),
    secret,
  ]);
}

/** A session key with its cipher and its checksum (RFC 4880, 5.1). */
function marked(session: Buffer): Buffer {
  const sum = session.reduce((all, byte) => all + byte, 0) % 65536;
  return Buffer.concat([Buffer.from([aes256]), session, Buffer.from([sum >> 8, sum & 0xff])]);
}

/** The packets of a key (RFC 4880, 4.2). */
function packetsIn(bytes: Buffer): Packet[] {
  const packets: Packet[] = [];
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at] ?? 0;
    const isNew = (first & 0x40) !== 0;
    const [length, header] = isNew ? newLength(bytes, at + 1) : oldLength(bytes, at + 1, first & 3);
    const from = at + 1 + header;
    packets.push({
      tag: isNew ? first & 0x3f : (first >> 2) & 0x0f,
      body: bytes.subarray(from, from + length),
    });
    at = from + length;
  }
  return packets;
}

/** A length and how many octets it takes. */
function newLength(bytes: Buffer, at: number): [number, number] {
  const first = bytes[at] ?? 0;
  if (first < 192) return [first, 1];
  return first < 224
    ? [((first - 192) << 8) + (bytes[at + 1] ?? 0) + 192, 2]
    : [bytes.readUInt32BE(at + 1), 5];
}

function oldLength(bytes: Buffer, at: number, type: number): [number, number] {
  if (type === 0) return [bytes[at] ?? 0, 1];
  return type === 1 ? [bytes.readUInt16BE(at), 2] : [bytes.readUInt32BE(at), 4];
}

function packet(tag: number, body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([Buffer.from([0xc0 | tag, 0xff]), length, body]);
}

/** The multiprecision integers at the beginning of bytes (RFC 4880, 3.2), without what follows them. */
function numbersIn(bytes: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at + 2 <= bytes.length && found.length < 2; ) {
    const length = Math.ceil(bytes.readUInt16BE(at) / 8);
    if (at + 2 + length > bytes.length) break;
    found.push(bytes.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return found;
}

function number(bytes: Buffer): Buffer {
  const start = bytes.findIndex((byte) => byte !== 0);
  const plain = bytes.subarray(start);
  const bits = plain.length * 8 - Math.clz32(plain[0] ?? 0) + 24;
  return Buffer.concat([Buffer.from([bits >> 8, bits & 0xff]), plain]);
}

function fingerprintOf(key: Buffer): Buffer {
  return digest("sha1", Buffer.concat([Buffer.from([0x99, key.length >> 8, key.length & 0xff]), key]));
}

function digest(name: string, bytes: Buffer): Buffer {
  return createHash(name).update(bytes).digest();
}
