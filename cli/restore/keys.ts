/**
 * What opens a backup. It stays on the operator's machine: of a dump, only the session key leaves it.
 *
 *   dump, its first bytes ──► the session key, encrypted for each recipient ──► 9:HEX, for a machine on Fly
 *   escrow ─────────────────► decrypted here
 */
import { readFileSync } from "node:fs";
import type { Message, PrivateKey } from "openpgp";
import { shell } from "../../providers/fly/call/shell.ts";
import { OperatorError } from "../../providers/shared/operator-error.ts";
import { UsageError } from "../usage-error.ts";

/** Options of the commands that open backups. */
export const keyOptions = {
  key: {
    type: "string",
    valueHint: "file",
    description: "private key that opens the backup, as gpg --export-secret-keys writes it",
  },
  "session-key": {
    type: "string",
    valueHint: "file",
    description: "what gpg --show-session-key printed, for a key on a card; - reads standard input",
  },
} as const;

/** The values of {@link keyOptions}. */
export interface GivenKeys {
  key?: string | undefined;
  "session-key"?: string | undefined;
}

/** A key of one message, as `gpg --override-session-key` takes it: the number of the cipher, and the key in hex. */
export type SessionKey = `${number}:${string}`;

/** What opens backups. */
export interface Keys {
  /** Where it comes from, in words. */
  from: string;
  /** Private keys without a passphrase. */
  privateKeys: readonly PrivateKey[];
  /** Session keys, of whichever messages. */
  sessionKeys: readonly SessionKey[];
}

/**
 * Reads what the options name.
 *
 * @param stackKey the stack's own private key, used when the options name none; undefined: the stack has none
 * @throws UsageError when there is none, or when both options are given
 */
export async function keysOf(given: GivenKeys, stackKey: string | undefined): Promise<Keys> {
  const { key, "session-key": sessionKey } = given;
  if (key !== undefined && sessionKey !== undefined)
    throw new UsageError({
      what: "--key and --session-key both say what opens the backup.",
      fix: ["a private key in a file:  --key <file>", "a key on a card:  --session-key <file>"],
    });
  if (sessionKey !== undefined) return sessionKeysFrom(sessionKey);
  if (key !== undefined) return privateKeysFrom(contentOf(key, "--key"), `the key in ${key}`);
  if (stackKey === undefined)
    throw new UsageError({
      what: "Nothing is given that opens the backup: this stack has no key of its own yet.",
      fix: ["a private key in a file:  --key <file>", "a key on a card:  --session-key <file>"],
    });
  return privateKeysFrom(Buffer.from(stackKey), "the stack's own key");
}

/**
 * The session key of a message, from its first bytes.
 *
 * @param beginning as much of the message as its encrypted session keys need: 64 KiB hold those of hundreds of keys
 * @returns undefined when none of the keys opens it. Of session keys, it is the first that is not among `others`
 */
export async function sessionKeyOf(
  beginning: Uint8Array,
  { privateKeys, sessionKeys }: Keys,
  others: readonly SessionKey[] = [],
): Promise<SessionKey | undefined> {
  if (privateKeys.length === 0) return sessionKeys.find((one) => !others.includes(one));
  const { decryptSessionKeys } = await import("openpgp");
  try {
    const message = await messageOf(beginning);
    const [found] = await decryptSessionKeys({ message, decryptionKeys: [...privateKeys] });
    if (found?.algorithm === undefined || found.algorithm === null) return undefined;
    const { enums } = await import("openpgp");
    const cipher = enums.symmetric[found.algorithm as keyof typeof enums.symmetric];
    return `${cipher}:${Buffer.from(found.data).toString("hex").toUpperCase()}`;
  } catch {
    // The library's words are for those who write it: "Session key decryption failed."
    return undefined;
  }
}

/** The text of a small message; undefined when none of the keys opens it. */
export async function textOf(
  sealed: Uint8Array,
  keys: Keys,
): Promise<{ text: string; sessionKey: SessionKey } | undefined> {
  const own = keys.privateKeys.length === 0 ? undefined : await sessionKeyOf(sealed, keys);
  const candidates = own === undefined ? keys.sessionKeys : [own];
  const { decrypt, enums } = await import("openpgp");
  for (const sessionKey of candidates) {
    const [cipher = "", hex = ""] = sessionKey.split(":");
    const algorithm = enums.read(enums.symmetric, Number(cipher) as never);
    try {
      const sessionKeys = [{ data: Buffer.from(hex, "hex"), algorithm }];
      const { data } = await decrypt({ message: await messageOf(sealed), sessionKeys });
      return { text: String(data), sessionKey };
    } catch {
      // It is another message's.
    }
  }
  return undefined;
}

/** The error of keys that do not open a backup. @param recipients fingerprints of the keys that do */
export function doNotOpen(what: string, { from }: Keys, recipients: readonly string[]): OperatorError {
  return new OperatorError(
    [
      `${capital(from)} ${from.startsWith("the session keys") ? "do" : "does"} not open ${what}.`,
      `  fix     give the private key of one of these fingerprints, with --key <file>:  ${recipients.join(" ")}`,
      "          or, from a card:  gpg --show-session-key --output /dev/null --decrypt <dump> (and <escrow>), with --session-key <file>",
    ].join("\n"),
  );
}

/** As a stream: the beginning of a message is none that the library would read as a whole. */
async function messageOf(bytes: Uint8Array): Promise<Message<Uint8Array>> {
  const { readMessage } = await import("openpgp");
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new Uint8Array(bytes));
      controller.close();
    },
  });
  return (await readMessage({ binaryMessage: stream as never })) as unknown as Message<Uint8Array>;
}

async function privateKeysFrom(content: Buffer, from: string): Promise<Keys> {
  const { readPrivateKeys } = await import("openpgp");
  const isArmoured = content.toString("latin1").includes("-----BEGIN PGP");
  const read = isArmoured
    ? readPrivateKeys({ armoredKeys: content.toString() })
    : readPrivateKeys({ binaryKeys: new Uint8Array(content) });
  const found = await read.catch(() => []);
  if (found.length === 0)
    throw new OperatorError(
      `There is no private OpenPGP key in ${from.replace(/^the key in /, "")}.\n  fix     write it from your keyring:  gpg --armor --export-secret-keys <your address> > key.asc`,
    );
  const privateKeys: PrivateKey[] = [];
  for (const one of found) privateKeys.push(one.isDecrypted() ? one : await unlocked(one, from));
  return { from, privateKeys, sessionKeys: [] };
}

/** @throws OperatorError when the passphrase is wrong, or nobody is there to type it */
async function unlocked(privateKey: PrivateKey, from: string): Promise<PrivateKey> {
  const { env, isTerminal, ask } = shell();
  const passphrase =
    env.MASTIFF_KEY_PASSPHRASE ??
    (isTerminal ? await ask(`Passphrase of ${from}: `, { isHidden: true }) : undefined);
  if (passphrase === undefined)
    throw new OperatorError(
      `${capital(from)} has a passphrase, and there is no terminal to ask for it.\n  fix     set it in the environment:  MASTIFF_KEY_PASSPHRASE`,
    );
  const { decryptKey } = await import("openpgp");
  return decryptKey({ privateKey, passphrase }).catch(() => {
    throw new OperatorError(
      `The passphrase does not open ${from}.\n  fix     type it again, or set it in the environment:  MASTIFF_KEY_PASSPHRASE\n          for a key on a card:  --session-key <file>`,
    );
  });
}

async function sessionKeysFrom(file: string): Promise<Keys> {
  const text = file === "-" ? await shell().input() : contentOf(file, "--session-key").toString();
  const sessionKeys = [...text.matchAll(/\b(\d{1,2}):((?:[0-9a-f]{2}){16,32})\b/gi)].map(
    ([, cipher, hex = ""]): SessionKey => `${Number(cipher)}:${hex.toUpperCase()}`,
  );
  if (sessionKeys.length === 0)
    throw new UsageError({
      what: `There is no session key in ${file === "-" ? "standard input" : file}.`,
      fix: ["gpg prints it to stderr:  gpg --show-session-key --output /dev/null --decrypt <file> 2> keys"],
    });
  return { from: "the session keys", privateKeys: [], sessionKeys };
}

function contentOf(file: string, option: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new UsageError({ what: `${option}: ${file} cannot be read (${code}).`, fix: [`${option} <file>`] });
  }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
