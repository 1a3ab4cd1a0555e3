/** The proof that an escrow belongs to a dump: it decrypts a key that an account signs with. */
import { createDecipheriv, createPrivateKey, createPublicKey, pbkdf2Sync } from "node:crypto";
import { inflateSync } from "node:zlib";
import { z } from "zod";

/** A pair of keys of an account, as the database has it. */
export interface SealedPair {
  /** The public key, as PEM. */
  public: string;
  /** The private key, as Active Record has encrypted it. */
  sealed: string;
}

/** Header values are Base64, but for flags. `c`: compressed before it was encrypted. */
const message = z.object({
  p: z.base64(),
  h: z.object({ iv: z.base64(), at: z.base64(), c: z.boolean().optional() }),
});

/**
 * Why the secrets do not open a pair, as the end of a sentence; undefined: they do.
 *
 * Mastodon uses Active Record's defaults: a key derived from the primary key with the salt (PBKDF2, SHA-256, 2^16
 * rounds), AES-256-GCM, and zlib for what is long.
 *
 * @see https://github.com/rails/rails/tree/main/activerecord/lib/active_record/encryption
 */
export function pairProblem(
  pair: SealedPair,
  secrets: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const {
    ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY: primary,
    ACTIVE_RECORD_ENCRYPTION_KEY_DERIVATION_SALT: salt,
  } = secrets;
  if (primary === undefined || salt === undefined) return "the escrow lacks the keys of Active Record";
  const read = messageOf(pair.sealed);
  if (read === undefined) return "the database has it in another form than Active Record's";
  let pem: Buffer;
  try {
    const key = pbkdf2Sync(primary, salt, 2 ** 16, 32, "sha256");
    const [iv, tag, payload] = [read.h.iv, read.h.at, read.p].map((text) => Buffer.from(text, "base64"));
    const cipher = createDecipheriv("aes-256-gcm", key, iv as Buffer, { authTagLength: 16 });
    cipher.setAuthTag(tag as Buffer);
    const plain = Buffer.concat([cipher.update(payload as Buffer), cipher.final()]);
    pem = read.h.c === true ? inflateSync(plain) : plain;
  } catch {
    return "the escrow's keys do not decrypt it";
  }
  return isPair(pem, pair.public)
    ? undefined
    : "what the escrow's keys decrypt is not the half of its public key";
}

function messageOf(sealed: string): z.infer<typeof message> | undefined {
  try {
    return message.safeParse(JSON.parse(sealed)).data;
  } catch {
    return undefined;
  }
}

function isPair(privatePem: Buffer, publicPem: string): boolean {
  const plain = (key: ReturnType<typeof createPublicKey>) => key.export({ type: "spki", format: "der" });
  try {
    return plain(createPublicKey(createPrivateKey(privatePem))).equals(plain(createPublicKey(publicPem)));
  } catch {
    return false;
  }
}
