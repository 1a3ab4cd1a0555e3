import { createPublicKey, createSign, createVerify, generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { vapidKeys } from "../../components/mastodon/vapid.ts";

test("any P-256 key becomes a pair in the coding that Mastodon reads, padded", () => {
  for (let i = 0; i < 200; i += 1) {
    const pem = newKey("P-256");
    const { privateKey, publicKey } = vapidKeys(pem);
    expect(privateKey).toMatch(/^[\w-]{43}=$/);
    expect(publicKey).toMatch(/^[\w-]{87}=$/);
  }
});

test("the public half verifies what the private key signed", () => {
  const pem = newKey("P-256");
  const point = Buffer.from(vapidKeys(pem).publicKey, "base64url");
  const key = createPublicKey({
    format: "jwk",
    key: {
      kty: "EC",
      crv: "P-256",
      x: point.subarray(1, 33).toString("base64url"),
      y: point.subarray(33).toString("base64url"),
    },
  });
  const signature = createSign("sha256").update("push").sign(pem);
  expect(createVerify("sha256").update("push").verify(key, signature)).toBe(true);
});

test("a key on another curve is refused", () => {
  expect(() => vapidKeys(newKey("P-384"))).toThrow("a VAPID key is a P-256 key, this one is P-384");
});

function newKey(namedCurve: string): string {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve });
  return privateKey.export({ format: "pem", type: "sec1" }).toString();
}
