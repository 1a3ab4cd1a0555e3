import { createMessage, decrypt, encrypt, readKey, readMessage, readPrivateKey } from "openpgp";
import { beforeAll, expect, test } from "vitest";
import { publicKeyProblem } from "../../components/config/armoured-key.ts";
import * as provider from "../../providers/openpgp/provider.ts";
import type { Props } from "../../providers/shared/kind.ts";

const wanted = { kind: "BackupKey", userId: "acme.social backups" };
let made: { id: string; outs: Props };
beforeAll(async () => {
  await provider.configure();
  const { id, outs } = await provider.create(wanted);
  made = { id, outs: outs as Props };
});
const half = (name: "publicKey" | "privateKey") => String(made.outs[name]);

test("a key that GnuPG 2.2 reads: version 4, Curve25519 as before RFC 9580, for good", async () => {
  const key = await readKey({ armoredKey: half("publicKey") });
  expect(key.keyPacket.version).toBe(4);
  expect(key.getUserIDs()).toEqual(["acme.social backups"]);
  expect(await key.getExpirationTime()).toBe(Number.POSITIVE_INFINITY);
  const forEncryption = await key.getEncryptionKey();
  expect(forEncryption.getAlgorithmInfo()).toEqual({ algorithm: "ecdh", curve: "curve25519Legacy" });
  expect(made.id).toBe(key.getFingerprint().toUpperCase());
  expect(made.outs.fingerprint).toBe(made.id);
  expect(publicKeyProblem(half("publicKey"))).toBeUndefined();
});

test("its clock may be a day behind this machine's", async () => {
  const key = await readKey({ armoredKey: half("publicKey") });
  expect(Date.now() - key.getCreationTime().getTime()).toBeGreaterThan(86_000_000);
});

test("the private half opens what was encrypted for the public half, without a passphrase", async () => {
  const encrypted = await encrypt({
    message: await createMessage({ text: "a dump" }),
    encryptionKeys: await readKey({ armoredKey: half("publicKey") }),
  });
  const { data } = await decrypt({
    message: await readMessage({ armoredMessage: String(encrypted) }),
    decryptionKeys: await readPrivateKey({ armoredKey: half("privateKey") }),
  });
  expect(data).toBe("a dump");
});

test("each stack has a key of its own", async () => {
  expect((await provider.create(wanted)).id).not.toBe(made.id);
});

test("a key that is there stays, whatever the community is called now", async () => {
  const { inputs } = await provider.check(made.outs, { ...wanted, userId: "dogs.social backups" });
  expect(inputs).toEqual(wanted);
  expect(await provider.diff(made.id, made.outs, inputs)).toMatchObject({ changes: false, replaces: [] });
  expect(await provider.read(made.id, made.outs)).toEqual({ id: made.id, props: made.outs });
  expect((await provider.update(made.id, made.outs, wanted)).outs).toEqual(made.outs);
});
