import { createHash, createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { scramVerifier } from "../../providers/fly/things/scram.ts";

describe("SCRAM-SHA-256 verifier", () => {
  /** The exchange of RFC 7677 §3: user "user", password "pencil". */
  const salt = Buffer.from("W22ZaJ0SNY7soEsUEjb6gQ==", "base64");
  const authMessage = [
    "n=user,r=rOprNGfwEbeRWgbNEkqO",
    "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
    "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
  ].join(",");

  test("lets in exactly the proof that the RFC's client sends, and answers its signature", () => {
    const [, , keys = ""] = scramVerifier("pencil", salt).split("$");
    const [stored, server] = keys.split(":").map((key) => Buffer.from(key, "base64"));
    const signature = createHmac("sha256", stored as Buffer)
      .update(authMessage)
      .digest();
    const proof = Buffer.from("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=", "base64");
    const clientKey = proof.map((byte, i) => byte ^ (signature[i] as number));
    expect(createHash("sha256").update(clientKey).digest()).toEqual(stored);
    expect(
      createHmac("sha256", server as Buffer)
        .update(authMessage)
        .digest("base64"),
    ).toBe("6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
  });

  test("has the form that Postgres takes for a verifier, with a salt of its own each time", () => {
    const one = scramVerifier("hunter2hunter2");
    expect(one).toMatch(/^SCRAM-SHA-256\$4096:[A-Za-z0-9+/]+=*\$[A-Za-z0-9+/]{43}=:[A-Za-z0-9+/]{43}=$/);
    expect(scramVerifier("hunter2hunter2")).not.toBe(one);
  });

  test("never holds the password", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9]{12,40}$/), (password) => {
        expect(scramVerifier(password, salt, 1)).not.toContain(password);
      }),
    );
  });

  test("refuses what SASLprep would change", () => {
    expect(() => scramVerifier("pässword")).toThrow("a database password must be plain ASCII");
  });
});
