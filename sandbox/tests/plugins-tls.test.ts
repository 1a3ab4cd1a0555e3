import { createHash, createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Plugins, servePlugins } from "../stand-ins/plugins/serve.ts";
import { type Properties, plainProperties, Secret } from "../stand-ins/plugins/values.ts";
import { type Connection, connect } from "./plugins.ts";

let plugins: Plugins;
let connection: Connection;

beforeAll(async () => {
  plugins = await servePlugins();
  connection = await connect(plugins.ports.tls);
});

afterAll(async () => {
  connection[Symbol.dispose]();
  await plugins.close();
});

const kinds: [string, Properties][] = [
  ["RSA", { algorithm: "RSA", rsaBits: 1024 }],
  ["P256", { algorithm: "ECDSA", ecdsaCurve: "P256" }],
  ["P384", { algorithm: "ECDSA", ecdsaCurve: "P384" }],
  ["P521", { algorithm: "ECDSA", ecdsaCurve: "P521" }],
  ["ED25519", { algorithm: "ED25519" }],
];

describe.each(kinds)("a key of kind %s", (_kind, inputs) => {
  test("signs in every private form what its public form verifies", async () => {
    const key = await made(inputs);
    const data = Buffer.from("message");
    for (const form of ["privateKeyPem", "privateKeyPemPkcs8"]) {
      const secret = createPrivateKey(String(key[form]));
      const digest = secret.asymmetricKeyType === "ed25519" ? null : "sha256";
      expect(
        verify(digest, data, createPublicKey(String(key.publicKeyPem)), sign(digest, data, secret)),
      ).toBe(true);
    }
  });

  test("has private forms that are secret, and public ones that are not", async () => {
    const { outputs } = await connection.create("tls:index/privateKey:PrivateKey", inputs);
    for (const [name, value] of Object.entries(outputs)) {
      if (!name.startsWith("__"))
        expect([name, value instanceof Secret]).toEqual([name, name.startsWith("private")]);
    }
  });

  test("has its public bytes in OpenSSH's private form, and a fingerprint of them", async () => {
    const key = await made(inputs);
    const blob = Buffer.from(String(key.publicKeyOpenssh).split(" ")[1] ?? "", "base64");
    const pem = String(key.privateKeyOpenssh).replace(/-----.*-----\n/g, "");
    const whole = Buffer.from(pem, "base64");
    expect(whole.subarray(0, 15).toString()).toBe("openssh-key-v1\0");
    expect(whole.includes(blob)).toBe(true);
    const sha256 = createHash("sha256").update(blob).digest("base64").replace(/=+$/, "");
    expect(key.publicKeyFingerprintSha256).toBe(`SHA256:${sha256}`);
  });
});

test("a number in SSH's form is positive: a modulus has a zero before its first bit", async () => {
  const { publicKeyOpenssh } = await made({ algorithm: "RSA", rsaBits: 1024 });
  const blob = Buffer.from(String(publicKeyOpenssh).split(" ")[1] ?? "", "base64");
  const modulus = blob.subarray(blob.length - 129);
  expect(blob.readUInt32BE(blob.length - 133)).toBe(129);
  expect(modulus[0]).toBe(0);
  expect(modulus[1]).toBeGreaterThanOrEqual(0x80);
});

test("SSH has no P224: its forms are empty", async () => {
  expect(await made({ algorithm: "ECDSA" })).toMatchObject({
    ecdsaCurve: "P224",
    privateKeyOpenssh: "",
    publicKeyOpenssh: "",
    publicKeyFingerprintMd5: "",
    publicKeyFingerprintSha256: "",
  });
});

test("a key for web push has the point that VAPID wants", async () => {
  const { publicKeyPem } = await made({ algorithm: "ECDSA", ecdsaCurve: "P256" });
  const { x = "", y = "" } = createPublicKey(String(publicKeyPem)).export({ format: "jwk" });
  expect(Buffer.from(x, "base64url")).toHaveLength(32);
  expect(Buffer.from(y, "base64url")).toHaveLength(32);
});

async function made(inputs: Properties): Promise<Properties> {
  return plainProperties((await connection.create("tls:index/privateKey:PrivateKey", inputs)).outputs);
}
