/**
 * What opens a backup. It stays on the operator's machine: of a dump, only the session key leaves it.
 *
 *   dump, its first bytes ──► the session key, encrypted for each recipient ──► 9:HEX, for a machine on Fly
 *   escrow ─────────────────► decrypted here
 */
import { readFileSync } from "node:fs";
import type { PrivateKey } from "openpgp";
import { OperatorError } from "../../providers/shared/operator-error.ts";
import { shell } from "../../providers/shared/shell.ts";
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
  const { decryptSessionKeys, readMessage } = await import("openpgp");
  try {
    // As a stream: the library refuses a message without its end, and reads of a stream what it needs.
    const stream = new Blob([new Uint8Array(beginning)]).stream();
    const message = await readMessage({ binaryMessage: stream });
    const [found] = await decryptSessionKeys({ message, decryptionKeys: [...privateKeys] });
    const cipher = ciphers.find(({ name }) => name === found?.algorithm);
    if (found === undefined || cipher === undefined) return undefined;
    return `${cipher.number}:${Buffer.from(found.data).toString("hex").toUpperCase()}`;
  } catch {
    // The library's words are for those who write it: "Session key decryption failed."
    return undefined;
  }
}

/** By name and by number. @see https://www.rfc-editor.org/rfc/rfc4880#section-9.2 */
const ciphers = [
  { name: "aes128", number: 7 },
  { name: "aes192", number: 8 },
  { name: "aes256", number: 9 },
] as const;

/** The text of a small message; undefined when none of the keys opens it. */
export async function textOf(
  sealed: Uint8Array,
  keys: Keys,
): Promise<{ text: string; sessionKey: SessionKey } | undefined> {
  const own = keys.privateKeys.length === 0 ? undefined : await sessionKeyOf(sealed, keys);
  const candidates = own === undefined ? keys.sessionKeys : [own];
  const { decrypt, readMessage } = await import("openpgp");
  for (const sessionKey of candidates) {
    const [number = "", hex = ""] = sessionKey.split(":");
    const algorithm = ciphers.find((one) => one.number === Number(number))?.name;
    if (algorithm === undefined) continue;
    try {
      const message = await readMessage({ binaryMessage: new Uint8Array(sealed) });
      const { data } = await decrypt({
        message,
        sessionKeys: { data: new Uint8Array(Buffer.from(hex, "hex")), algorithm },
      });
      return { text: String(data), sessionKey };
    } catch {
      // It is another message's.
    }
  }
  return undefined;
}

/**
 * The error of keys that do not open a backup.
 *
 * @param what the file, or the object
 * @param recipients fingerprints of the keys that open it; undefined: nothing says which
 */
export function doNotOpen(what: string, { from }: Keys, recipients?: readonly string[]): OperatorError {
  const which = recipients?.join(" ") ?? `gpg --list-packets ${what}`;
  return new OperatorError(
    `Not opened by ${from}: ${what}.\n  fix     give the private key of one of these, with --key <file>:  ${which}\n          or, for a card, what gpg --show-session-key prints for the dump and for the escrow, with --session-key <file>`,
  );
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
