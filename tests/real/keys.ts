/** Real OpenPGP keys, each in a keyring of its own. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";

/** A key with its secret part. */
export interface Key {
  /** The public key, ASCII-armoured. */
  armoured: string;
  /** The secret key, ASCII-armoured, as `gpg --export-secret-keys` writes it. */
  secret(): Promise<string>;
  /** 40 hexadecimal digits in upper case, as gpg writes them. */
  fingerprint: string;
  /** Decrypts. @throws when this key opens nothing of it */
  open(encrypted: Uint8Array): Promise<Buffer>;
  /** The session key of a message, as gpg's `--override-session-key` takes it. */
  sessionKey(encrypted: Uint8Array): Promise<string>;
  /** Ends gpg's agent. */
  stop(): Promise<void>;
}

/**
 * Makes a key as operators have it: Ed25519 with a Curve25519 subkey for encryption, without a passphrase.
 *
 * @param expired made long ago, and no longer to be encrypted for
 */
export async function makeKey(folder: string, name: string, { expired = false } = {}): Promise<Key> {
  const home = join(folder, name);
  mkdirSync(home, { mode: 0o700 });
  const past = expired ? ["--faked-system-time", "20200101T000000"] : [];
  const options = ["--homedir", home, "--batch", "--no-tty", "--quiet"];
  const until = expired ? "2021-01-01" : "never";
  const gpg = (...args: string[]) => execa("gpg", [...options, ...args], { stdin: "ignore" });
  const unlocked = ["--pinentry-mode", "loopback", "--passphrase", ""];
  await gpg(...past, ...unlocked, "--quick-generate-key", `${name} backups`, "ed25519", "sign", until);
  const { stdout } = await gpg("--with-colons", "--list-keys");
  const fingerprint = /^fpr:+([0-9A-F]{40}):/m.exec(stdout)?.[1] ?? "";
  await gpg(...past, ...unlocked, "--quick-add-key", fingerprint, "cv25519", "encr", until);
  const armoured = (await gpg("--armor", "--export", fingerprint)).stdout;
  const decrypt = (encrypted: Uint8Array, ...more: string[]) => {
    const file = join(home, "message.gpg");
    writeFileSync(file, encrypted);
    return execa("gpg", [...options, ...more, "--decrypt", file], { encoding: "buffer" });
  };
  return {
    armoured: `${armoured}\n`,
    fingerprint,
    secret: async () => (await gpg(...unlocked, "--armor", "--export-secret-keys", fingerprint)).stdout,
    open: async (encrypted) => Buffer.from((await decrypt(encrypted)).stdout),
    async sessionKey(encrypted) {
      const { stderr } = await decrypt(encrypted, "--show-session-key");
      const [, found] = /session key: '(.*)'/.exec(Buffer.from(stderr).toString()) ?? [];
      if (found === undefined) throw new Error("gpg shows no session key");
      return found;
    },
    async stop() {
      await execa("gpgconf", ["--homedir", home, "--kill", "all"]);
    },
  };
}
