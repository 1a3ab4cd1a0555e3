/**
 * Private keys: their generation, and all the forms that the provider outputs.
 *
 * @see hashicorp/terraform-provider-tls: internal/provider/common_key.go, resource_private_key.go
 */

import { createHash, createPublicKey, generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import type { Values } from "../bridge/plan.ts";
import { Diagnostic } from "../bridge/resource.ts";
import { privatePem, publicForms } from "./openssh.ts";

export const algorithms = ["RSA", "ECDSA", "ED25519"] as const;
export const curves = {
  P224: "secp224r1",
  P256: "prime256v1",
  P384: "secp384r1",
  P521: "secp521r1",
} as const;

/** Generates a key. `rsaBits` is used only for RSA, `curve` only for ECDSA. */
export async function makeKey(algorithm: string, rsaBits: number, curve: string): Promise<KeyObject> {
  const generate = promisify(generateKeyPair);
  switch (algorithm) {
    case "RSA":
      if (rsaBits < 1024) {
        throw new Diagnostic(
          "Unable to generate Key from configuration",
          `crypto/rsa: ${rsaBits}-bit keys are insecure (see https://go.dev/pkg/crypto/rsa#hdr-Minimum_key_size)`,
        );
      }
      return (await generate("rsa", { modulusLength: rsaBits })).privateKey;
    case "ECDSA": {
      const namedCurve = curves[curve as keyof typeof curves];
      return (await generate("ec", { namedCurve })).privateKey;
    }
    case "ED25519":
      return (await generate("ed25519")).privateKey;
    default:
      throw new Diagnostic(
        "Invalid Key Algorithm",
        `Key Algorithm ${JSON.stringify(algorithm)} is not supported`,
      );
  }
}

/** The private forms of a key: the PEM format of its algorithm, PKCS#8, and OpenSSH's format. */
export function privateValues(key: KeyObject): Values {
  const kind = key.asymmetricKeyType;
  const pkcs8 = key.export({ format: "pem", type: "pkcs8" }).toString();
  const own =
    kind === "rsa"
      ? key.export({ format: "pem", type: "pkcs1" }).toString()
      : kind === "ec"
        ? key.export({ format: "pem", type: "sec1" }).toString()
        : pkcs8;
  return { privateKeyPem: own, privateKeyPemPkcs8: pkcs8, privateKeyOpenssh: privatePem(key) };
}

/** The public forms of a key, and the id, which is derived from the key. */
export function publicValues(key: KeyObject): Values {
  const half = createPublicKey(key);
  const der = half.export({ format: "der", type: "spki" });
  const ssh = publicForms(key);
  return {
    id: createHash("sha1").update(withoutSpaceAtEnd(der)).digest("hex"),
    publicKeyPem: half.export({ format: "pem", type: "spki" }).toString(),
    publicKeyOpenssh: ssh.line,
    publicKeyFingerprintMd5: ssh.md5,
    publicKeyFingerprintSha256: ssh.sha256,
  };
}

/** The official id is a hash of the bytes, trimmed as a text: white space at the end does not count. */
function withoutSpaceAtEnd(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString("latin1").replace(/(?:[\t\n\v\f\r ]|\xc2[\x85\xa0])+$/, ""), "latin1");
}
