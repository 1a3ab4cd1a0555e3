/** An ed25519 key in OpenSSH's formats. Source: superfly/flyctl ssh/key.go; RFC 4253 section 6.6. */
import { type KeyObject, randomBytes } from "node:crypto";

const keyType = "ssh-ed25519";

/** `ssh-ed25519 AAAA…`: a line of an authorized_keys file. */
export function authorizedKey(key: KeyObject): string {
  return `${keyType} ${publicBlob(key).toString("base64")}`;
}

/** The unencrypted private key in ssh-keygen's format. */
export function privateKeyFile(secret: KeyObject, key: KeyObject, comment: string): string {
  const point = rawKey(key, "x");
  const check = randomBytes(4);
  const inner = Buffer.concat([
    check,
    check,
    packed(keyType),
    packed(point),
    packed(Buffer.concat([rawKey(secret, "d"), point])),
    packed(comment),
  ]);
  const padding = Buffer.from(Array.from({ length: -inner.length & 7 }, (_, i) => i + 1));
  const blob = Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    packed("none"),
    packed("none"),
    packed(""),
    number(1),
    packed(publicBlob(key)),
    packed(Buffer.concat([inner, padding])),
  ]);
  const lines = blob.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines.join("\n")}\n-----END OPENSSH PRIVATE KEY-----\n`;
}

function publicBlob(key: KeyObject): Buffer {
  return Buffer.concat([packed(keyType), packed(rawKey(key, "x"))]);
}

function rawKey(key: KeyObject, part: "x" | "d"): Buffer {
  return Buffer.from(key.export({ format: "jwk" })[part] ?? "", "base64url");
}

function packed(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value as string);
  return Buffer.concat([number(bytes.length), bytes]);
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
