import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createMessage,
  decryptSessionKeys,
  encrypt,
  generateKey,
  readKey,
  readMessage,
  readPrivateKey,
} from "openpgp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { keysOf, sessionKeyOf, textOf } from "../../cli/restore/keys.ts";
import { inShell, type Shell, shell } from "../../providers/shared/shell.ts";

const escrow = '{"domain":"mastiff.party"}';
const dump = "a dump, ".repeat(40_000);

interface Pair {
  publicKey: string;
  privateKey: string;
}
const pairOf = async (passphrase?: string): Promise<Pair> =>
  generateKey({
    userIDs: { name: "backups" },
    type: "ecc",
    curve: "curve25519Legacy",
    ...(passphrase !== undefined && { passphrase }),
    format: "armored",
  });

let folder: string;
let [own, operators, others]: Pair[] = [];
let sealed: { dump: Uint8Array; escrow: Uint8Array };
const file = (name: string, content: string | Uint8Array) => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "keys-"));
  [own, operators, others] = await Promise.all([pairOf(), pairOf("open sesame"), pairOf()]);
  const recipients = await Promise.all(
    [own, operators].map((pair) => readKey({ armoredKey: pair?.publicKey ?? "" })),
  );
  const seal = async (text: string) =>
    encrypt({
      message: await createMessage({ text }),
      encryptionKeys: recipients,
      format: "binary",
    }) as Promise<Uint8Array>;
  sealed = { dump: await seal(dump), escrow: await seal(escrow) };
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const given = (more: Partial<Shell>): Shell => ({ ...shell(), env: {}, isTerminal: false, ...more });
const beginning = () => sealed.dump.subarray(0, 4096);
/** `9:HEX` of a message, as gpg would print it. */
const printed = async (message: Uint8Array): Promise<string> => {
  const [key] = await decryptSessionKeys({
    message: await readMessage({ binaryMessage: message }),
    decryptionKeys: await readPrivateKey({ armoredKey: own?.privateKey ?? "" }),
  });
  return `9:${Buffer.from(key?.data ?? [])
    .toString("hex")
    .toUpperCase()}`;
};

describe("a private key", () => {
  test("opens the dump by its first bytes, and the escrow as a whole", async () => {
    const keys = await keysOf({}, own?.privateKey);
    expect(await sessionKeyOf(beginning(), keys)).toBe(await printed(sealed.dump));
    expect(await textOf(sealed.escrow, keys)).toMatchObject({ text: escrow });
  });

  test("in a file, of the operator's own, is opened with the passphrase in the environment", async () => {
    const key = file("own.asc", operators?.privateKey ?? "");
    const keys = await inShell(given({ env: { MASTIFF_KEY_PASSPHRASE: "open sesame" } }), () =>
      keysOf({ key }, own?.privateKey),
    );
    expect(keys.from).toBe(`the key in ${key}`);
    expect(await sessionKeyOf(beginning(), keys)).toBe(await printed(sealed.dump));
  });

  test("has its passphrase asked for on a terminal, where nobody sees it", async () => {
    const key = file("asked.asc", operators?.privateKey ?? "");
    const asked: unknown[] = [];
    const ask: Shell["ask"] = async (...words) => {
      asked.push(words);
      return "open sesame";
    };
    await inShell(given({ isTerminal: true, ask }), () => keysOf({ key }, undefined));
    expect(asked).toEqual([[`Passphrase of the key in ${key}: `, { isHidden: true }]]);
  });

  test.each<[what: string, env: Record<string, string>, words: string]>([
    ["a wrong passphrase", { MASTIFF_KEY_PASSPHRASE: "sesame" }, "The passphrase does not open the key in "],
    ["no passphrase and no terminal", {}, "has a passphrase, and there is no terminal to ask for it."],
  ])("with %s is refused", async (_what, env, words) => {
    const key = file("locked.asc", operators?.privateKey ?? "");
    await expect(inShell(given({ env }), () => keysOf({ key }, undefined))).rejects.toThrow(words);
  });

  test("of somebody else opens nothing", async () => {
    const keys = await keysOf({}, others?.privateKey);
    expect(await sessionKeyOf(beginning(), keys)).toBeUndefined();
    expect(await textOf(sealed.escrow, keys)).toBeUndefined();
  });

  test("as gpg exports it without --armor is read, too", async () => {
    const binary = (await readPrivateKey({ armoredKey: own?.privateKey ?? "" })).write();
    const keys = await keysOf({ key: file("own.gpg", binary) }, undefined);
    expect(await textOf(sealed.escrow, keys)).toMatchObject({ text: escrow });
  });
});

describe("session keys", () => {
  test("of dump and escrow, in whichever order gpg printed them, open each its own", async () => {
    const lines = [sealed.dump, sealed.escrow].map(printed);
    const text = (await Promise.all(lines)).map((key) => `gpg: session key: '${key}'\n`).join("");
    const keys = await keysOf({ "session-key": file("printed", text) }, own?.privateKey);
    const read = await textOf(sealed.escrow, keys);
    expect(read?.text).toBe(escrow);
    expect(await sessionKeyOf(beginning(), keys, read && [read.sessionKey])).toBe(await printed(sealed.dump));
  });

  test("are read from a pipe", async () => {
    const input = async () => `gpg: session key: '9:${"ab".repeat(32)}'\n`;
    const keys = await inShell(given({ input }), () => keysOf({ "session-key": "-" }, undefined));
    expect(keys.sessionKeys).toEqual([`9:${"AB".repeat(32)}`]);
  });
});

test.each<[what: string, options: Parameters<typeof keysOf>[0], words: RegExp]>([
  ["nothing", {}, /^Nothing is given that opens the backup/],
  ["both", { key: "a", "session-key": "b" }, /^--key and --session-key both say/],
  [
    "a file that is not there",
    { key: "/nowhere/key.asc" },
    /^--key: \/nowhere\/key\.asc cannot be read \(ENOENT\)/,
  ],
])("%s is wrong usage", async (_what, options, words) => {
  await expect(keysOf(options, undefined)).rejects.toThrow(words);
});

test("a file without a private key is said to have none", async () => {
  const key = file("public.asc", own?.publicKey ?? "");
  await expect(keysOf({ key }, undefined)).rejects.toThrow(`There is no private OpenPGP key in ${key}.`);
});

test("a file without a session key is said to have none", async () => {
  const keys = keysOf({ "session-key": file("empty", "gpg: decryption failed") }, undefined);
  await expect(keys).rejects.toThrow(/^There is no session key in /);
});
