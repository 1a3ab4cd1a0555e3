import { z } from "zod";
import type { Kind } from "../shared/kind.ts";

const inputs = z.object({ userId: z.string().min(1, { error: "it is empty" }) });

type Inputs = z.infer<typeof inputs>;

interface Outputs {
  fingerprint: string;
  publicKey: string;
  privateKey: string;
}

const dayMs = 86_400_000;

/** A pair of keys that is made once. Nothing can make it again, and nothing but the state has its private half. */
export const backupKey: Kind<Inputs, Outputs, undefined> = {
  inputs,
  replacedBy: [],

  // The user id is part of the key. Another one would need another key.
  keeps: ({ userId }) => ({ userId }),

  async create(_cloud, { userId }) {
    // Loading the library takes longer than everything else, and only this method needs it.
    const { generateKey, readKey } = await import("openpgp");
    const { publicKey, privateKey } = await generateKey({
      userIDs: { name: userId },
      // Not the type `curve25519`: it makes a key of RFC 9580, which the GnuPG 2.2 of the database's image cannot read.
      type: "ecc",
      curve: "curve25519Legacy",
      // GnuPG does not use a key from the future, and this machine's clock may be ahead of Fly's.
      date: new Date(Date.now() - dayMs),
      format: "armored",
    });
    const fingerprint = (await readKey({ armoredKey: publicKey })).getFingerprint().toUpperCase();
    return { id: fingerprint, outs: { fingerprint, publicKey, privateKey } };
  },

  async read(_cloud, _id, state) {
    return kept(state);
  },

  async update(_cloud, _id, state) {
    return kept(state);
  },

  async remove() {},
};

function kept({ fingerprint, publicKey, privateKey }: Outputs): Outputs {
  return { fingerprint, publicKey, privateKey };
}
