import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { pairProblem, type SealedPair } from "../../cli/restore/signing-key.ts";

/** Sealed by Ruby, which shares nothing with what is tested. */
const { secrets, pairs } = JSON.parse(
  readFileSync(new URL("../fixtures/sealed-keys.json", import.meta.url), "utf8"),
) as { secrets: Record<string, string>; pairs: Record<"rsa" | "ed25519", SealedPair> };

test.each(["rsa", "ed25519"] as const)(
  "an %s key that Active Record has sealed is opened, and is the half of its public key",
  (kind) => {
    expect(pairProblem(pairs[kind], secrets)).toBeUndefined();
  },
);

test.each<[what: string, pair: SealedPair, secrets: Record<string, string>, words: string]>([
  [
    "with another primary key",
    pairs.rsa,
    { ...secrets, ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY: "x".repeat(32) },
    "the escrow's keys do not decrypt it",
  ],
  [
    "with another salt",
    pairs.ed25519,
    { ...secrets, ACTIVE_RECORD_ENCRYPTION_KEY_DERIVATION_SALT: "x".repeat(32) },
    "the escrow's keys do not decrypt it",
  ],
  ["without them", pairs.rsa, {}, "the escrow lacks the keys of Active Record"],
  [
    "that is in the plain",
    { ...pairs.rsa, sealed: "-----BEGIN RSA PRIVATE KEY-----" },
    secrets,
    "the database has it in another form than Active Record's",
  ],
  [
    "with a tag that was cut",
    { ...pairs.rsa, sealed: pairs.rsa.sealed.replace(/"at":"[^"]+"/, '"at":"AAAA"') },
    secrets,
    "the escrow's keys do not decrypt it",
  ],
  [
    "of another account",
    { ...pairs.rsa, public: pairs.ed25519.public },
    secrets,
    "what the escrow's keys decrypt is not the half of its public key",
  ],
])("a key %s is not proven", (_what, pair, given, words) => {
  expect(pairProblem(pair, given)).toBe(words);
});
