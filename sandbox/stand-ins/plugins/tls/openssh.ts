/**
 * Keys in the forms of OpenSSH.
 *
 * @see openssh/openssh-portable: PROTOCOL.key, and RFC 4253 section 6.6, RFC 5656 section 3.1, RFC 8709
 */

import { createHash, createPrivateKey, type KeyObject, randomBytes } from "node:crypto";
import { pem, pemBlock } from "./pem.ts";

type Jwk = Record<string, string>;

const magic = Buffer.from("openssh-key-v1\0");
/** Names of the curves that SSH knows; P-224 is none of them. */
const curves: Record<string, string> = { "P-256": "nistp256", "P-384": "nistp384", "P-521": "nistp521" };

/** A public key as SSH sends it, or undefined when SSH has no such key. */
function publicBlob(jwk: Jwk): Buffer | undefined {
  if (jwk.kty === "RSA") return Buffer.concat([text("ssh-rsa"), integer(jwk.e), integer(jwk.n)]);
  if (jwk.kty === "OKP") return Buffer.concat([text("ssh-ed25519"), string(bytes(jwk.x))]);
  const curve = curves[jwk.crv ?? ""];
  if (curve === undefined) return undefined;
  return Buffer.concat([text(`ecdsa-sha2-${curve}`), text(curve), string(point(jwk))]);
}

export interface PublicForms {
  /** A line for authorized_keys; empty when SSH has no such key, as are the fingerprints. */
  line: string;
  md5: string;
  sha256: string;
}

/** The public half of a key for SSH. */
export function publicForms(key: KeyObject): PublicForms {
  const blob = withoutJwk(key) ? undefined : publicBlob(jwkOf(key));
  if (blob === undefined) return { line: "", md5: "", sha256: "" };
  const kind = blob.subarray(4, 4 + blob.readUInt32BE(0)).toString();
  const hash = (name: string) => createHash(name).update(blob).digest();
  return {
    line: `${kind} ${blob.toString("base64")}\n`,
    md5: hash("md5")
      .toString("hex")
      .replace(/..(?=.)/g, "$&:"),
    sha256: `SHA256:${hash("sha256").toString("base64").replace(/=+$/, "")}`,
  };
}

/** The private key in OpenSSH's own form, without a passphrase; empty when SSH has no such key. */
export function privatePem(key: KeyObject): string {
  const jwk = withoutJwk(key) ? undefined : jwkOf(key);
  const blob = jwk === undefined ? undefined : publicBlob(jwk);
  if (jwk === undefined || blob === undefined) return "";
  const check = randomBytes(4);
  const fields = Buffer.concat([check, check, ...privateFields(jwk, blob), text("")]);
  const padding = Buffer.from([1, 2, 3, 4, 5, 6, 7].slice(0, (8 - (fields.length % 8)) % 8));
  const count = Buffer.from([0, 0, 0, 1]);
  const whole = [
    magic,
    text("none"),
    text("none"),
    text(""),
    count,
    string(blob),
    string(Buffer.concat([fields, padding])),
  ];
  return pem("OPENSSH PRIVATE KEY", Buffer.concat(whole));
}

function privateFields(jwk: Jwk, blob: Buffer): Buffer[] {
  if (jwk.kty === "RSA") {
    return [text("ssh-rsa"), ...[jwk.n, jwk.e, jwk.d, jwk.qi, jwk.p, jwk.q].map(integer)];
  }
  if (jwk.kty === "OKP") {
    return [text("ssh-ed25519"), string(bytes(jwk.x)), string(Buffer.concat([bytes(jwk.d), bytes(jwk.x)]))];
  }
  return [blob, integer(jwk.d)];
}

/**
 * Read a private key in OpenSSH's form, or in one of the older forms that ssh-keygen writes.
 *
 * @throws Error in the words of golang.org/x/crypto/ssh.
 */
export function parsePrivate(text: string): KeyObject {
  const block = pemBlock(text);
  if (block === undefined) throw new Error("ssh: no key found");
  if (block.type !== "OPENSSH PRIVATE KEY") return createPrivateKey(text);
  const reader = new Reader(block.data);
  if (!reader.take(magic.length).equals(magic)) throw new Error("ssh: invalid openssh private key format");
  if (reader.string().toString() !== "none") {
    throw new Error("ssh: this private key is passphrase protected");
  }
  reader.string();
  reader.string();
  reader.take(4);
  reader.string();
  const inner = new Reader(reader.string());
  if (!inner.take(4).equals(inner.take(4))) throw new Error("ssh: malformed OpenSSH key");
  return createPrivateKey({ key: readFields(inner), format: "jwk" });
}

function readFields(inner: Reader): Jwk {
  const kind = inner.string().toString();
  if (kind === "ssh-rsa") {
    const [n, e, d, qi, p, q] = [1, 2, 3, 4, 5, 6].map(() => inner.integer());
    const exponent = BigInt(`0x${d?.toString("hex")}`);
    const rest = (prime: Buffer | undefined) => {
      const value = (exponent % (BigInt(`0x${prime?.toString("hex")}`) - 1n)).toString(16);
      return url(Buffer.from(value.padStart(value.length + (value.length % 2), "0"), "hex"));
    };
    const parts = { n, e, d, qi, p, q };
    const encoded = Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, url(part)]));
    return { kty: "RSA", ...encoded, dp: rest(p), dq: rest(q) };
  }
  if (kind === "ssh-ed25519") {
    const x = inner.string();
    return { kty: "OKP", crv: "Ed25519", x: url(x), d: url(inner.string().subarray(0, 32)) };
  }
  const curve = inner.string().toString();
  const crv = Object.keys(curves).find((name) => curves[name] === curve);
  if (crv === undefined) throw new Error(`ssh: unhandled elliptic curve: ${curve}`);
  const q = inner.string().subarray(1);
  const size = q.length / 2;
  const d = inner.integer();
  return {
    kty: "EC",
    crv,
    x: url(q.subarray(0, size)),
    y: url(q.subarray(size)),
    d: url(Buffer.concat([Buffer.alloc(Math.max(0, size - d.length)), d])),
  };
}

class Reader {
  readonly #data: Buffer;
  #at = 0;

  constructor(data: Buffer) {
    this.#data = data;
  }

  take(length: number): Buffer {
    if (this.#at + length > this.#data.length) throw new Error("ssh: short read");
    this.#at += length;
    return this.#data.subarray(this.#at - length, this.#at);
  }

  string(): Buffer {
    return this.take(this.take(4).readUInt32BE(0));
  }

  integer(): Buffer {
    const value = this.string();
    return value[0] === 0 ? value.subarray(1) : value;
  }
}

/** JSON Web Keys have no P-224. */
function withoutJwk(key: KeyObject): boolean {
  return key.asymmetricKeyDetails?.namedCurve === "secp224r1";
}

function jwkOf(key: KeyObject): Jwk {
  return key.export({ format: "jwk" }) as Jwk;
}

function point(jwk: Jwk): Buffer {
  return Buffer.concat([Buffer.from([4]), bytes(jwk.x), bytes(jwk.y)]);
}

function bytes(base64url: string | undefined): Buffer {
  return Buffer.from(base64url ?? "", "base64url");
}

function url(data: Buffer | undefined): string {
  return (data ?? Buffer.alloc(0)).toString("base64url");
}

function string(data: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  return Buffer.concat([length, data]);
}

function text(value: string): Buffer {
  return string(Buffer.from(value));
}

/** A positive number: no leading zeros, but one where the first bit would make it negative. */
function integer(base64url: string | undefined): Buffer {
  const value = bytes(base64url);
  const start = value.findIndex((byte) => byte !== 0);
  const digits = start === -1 ? Buffer.alloc(0) : value.subarray(start);
  return string((digits[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), digits]) : digits);
}
