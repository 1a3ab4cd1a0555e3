/** A backup whose dump and escrow are really encrypted, and the stack that it is of. */
import { createHash } from "node:crypto";
import { createMessage, encrypt, generateKey, readKey } from "openpgp";
import type { BackupManifest } from "../../providers/fly/spec.ts";
import { backupsOutput, type PutBackup, putBackup } from "./backups.ts";
import type { S3Server } from "./s3-server.ts";
import { type Answer, stackAnswers } from "./scripted-pulumi.ts";

/** Both halves of an OpenPGP key, in ASCII armour. */
export interface Pair {
  publicKey: string;
  privateKey: string;
}

/** A key as the stack's own. */
export function backupPair(): Promise<Pair> {
  return generateKey({
    userIDs: { name: "backups" },
    type: "ecc",
    curve: "curve25519Legacy",
    format: "armored",
  });
}

/** Puts a backup into the bucket that the pair opens. @param secrets of its escrow */
export async function putSealedBackup(
  s3: Pick<S3Server, "objects">,
  { publicKey }: Pair,
  secrets: Record<string, string>,
  wanted: PutBackup,
): Promise<{ manifest: BackupManifest; name: string }> {
  const encryptionKeys = await readKey({ armoredKey: publicKey });
  const seal = async (text: string) => {
    const message = await createMessage({ text });
    return Buffer.from((await encrypt({ message, encryptionKeys, format: "binary" })) as Uint8Array);
  };
  const dump = await seal("a dump");
  const { manifest } = putBackup(s3, {
    ...wanted,
    manifest: {
      bytes: dump.length,
      sha256: createHash("sha256").update(dump).digest("hex"),
      ...wanted.manifest,
    },
  });
  s3.objects.set(manifest.dump, dump);
  const escrow = { domain: manifest.domain, version: manifest.mastodon, secrets };
  s3.objects.set(manifest.escrow, await seal(JSON.stringify(escrow)));
  return { manifest, name: manifest.dump.split("/").at(-1)?.replace(".dump.gpg", "") ?? "" };
}

const at = (type: string, name: string) => `urn:pulumi:acme::mastiff::${type}::${name}`;

/** The resource that holds a community's identity. @param hex the identity */
function identityOf(community: string, hex: string) {
  return {
    urn: at("random:index/randomId:RandomId", `${community}-identity-id`),
    type: "random:index/randomId:RandomId",
    outputs: { hex, keepers: { stack: "mastiff/acme" } },
  };
}

/** The secret outputs of a community, as JSON. */
export const outputsOf = (s3: Pick<S3Server, "url">, pair: Pair, secrets: Record<string, string>) => ({
  backups: backupsOutput(s3.url, { ...pair }),
  secrets: JSON.stringify({ ...secrets, DATABASE_URL: "postgres://planted-url" }),
});

/** Answers of a pulumi about the stack `acme`, which is up and has these secrets. */
export function upAnswers(
  s3: Pick<S3Server, "url">,
  pair: Pair,
  secrets: Record<string, string>,
  config: Record<string, string> = {},
): Record<string, Answer> {
  const outputs = outputsOf(s3, pair, secrets);
  const resources = [
    { urn: at("mastiff:index:Community", "community"), type: "mastiff:index:Community" },
    identityOf("community", "3f9a1c0b77de"),
  ];
  const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  return {
    ...stackAnswers("acme", { "mastiff:endpoints": JSON.stringify({ r2: s3.url }), ...config }),
    "stack output": {
      script: `case "$3" in backups) printf '%s' ${quoted(outputs.backups)} ;; secrets) printf '%s' ${quoted(outputs.secrets)} ;; esac`,
    },
    "stack export": JSON.stringify({ version: 3, deployment: { resources } }),
  };
}

/** As {@link upAnswers}, of a program that makes `dogs` and `cats` from arguments; `cats` has these secrets. */
export function programAnswers(
  s3: Pick<S3Server, "url">,
  pair: Pair,
  secrets: Record<string, string>,
): Record<string, Answer> {
  const community = (name: string, outputs: object = {}) => ({
    urn: at("mastiff:index:Community", name),
    type: "mastiff:index:Community",
    inputs: {
      domain: `${name}.party`,
      owner: { username: "rex", email: `rex@${name}.party` },
      cloudflare: { accountId: "0123456789abcdef0123456789abcdef" },
      fly: { organization: "mastiff" },
      backup: { bucket: "backups-mastiff-party" },
      endpoints: { r2: s3.url },
    },
    outputs,
  });
  const secret = (plaintext: string) => ({
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    plaintext,
  });
  const own = Object.entries(outputsOf(s3, pair, secrets)).map(([name, text]) => [name, secret(text)]);
  const resources = [
    community("dogs"),
    identityOf("dogs", "0123456789ab"),
    community("cats", Object.fromEntries(own)),
    identityOf("cats", "3f9a1c0b77de"),
  ];
  return {
    "stack ls": JSON.stringify([{ name: "acme", current: true }]),
    "config --json": "{}",
    "stack export": JSON.stringify({ version: 3, deployment: { resources } }),
  };
}
