/**
 * Keys in OpenSSH's formats.
 *
 * @see openssh/openssh-portable: PROTOCOL.key, and RFC 4253 section 6.6, RFC 5656 section 3.1, RFC 8709
 */

import { createHash, type KeyObject, randomBytes } from "node:crypto";

type Jwk = Record<string, string>;

const magic = Buffer.from("openssh-key-v1\0");
/** SSH's names of the curves. SSH does not support P-224. */
const curves: Record<string, string> = { "P-256": "nistp256", "P-384": "nistp384", "P-521": "nistp521" };

/** A public key in SSH's wire format; undefined if SSH does not support the key. */
function publicBlob(jwk: Jwk): Buffer | undefined {
  if (jwk.kty === "RSA") return Buffer.concat([text("ssh-rsa"), integer(jwk.e), integer(jwk.n)]);
  if (jwk.kty === "OKP") return Buffer.concat([text("ssh-ed25519"), string(bytes(jwk.x))]);
  const curve = curves[jwk.crv ?? ""];
  if (curve === undefined) return undefined;
  return Buffer.concat([text(`ecdsa-sha2-${curve}`), text(curve), string(point(jwk))]);
}

interface PublicForms {
  /** A line for authorized_keys. It is empty, like the fingerprints, if SSH does not support the key. */
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

/** The private key in OpenSSH's format, without a passphrase; empty if SSH does not support the key. */
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

/** JSON Web Keys do not support P-224. */
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

function string(data: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  return Buffer.concat([length, data]);
}

function text(value: string): Buffer {
  return string(Buffer.from(value));
}

/** A positive integer without leading zeros. A zero byte comes first if the first bit would make it negative. */
function integer(base64url: string | undefined): Buffer {
  const value = bytes(base64url);
  const start = value.findIndex((byte) => byte !== 0);
  const digits = start === -1 ? Buffer.alloc(0) : value.subarray(start);
  return string((digits[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), digits]) : digits);
}

/** Data in PEM (RFC 7468): lines of 64 characters, each with a line end. */
function pem(type: string, data: Buffer): string {
  const lines = data.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${type}-----\n${lines.map((line) => `${line}\n`).join("")}-----END ${type}-----\n`;
}
