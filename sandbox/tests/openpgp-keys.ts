/** OpenPGP keys for tests, made by GnuPG 2.2.40 and by OpenPGP.js 6.3.2, and what opens a message to one of them. */
import { createDecipheriv, createHash, createPrivateKey, createPublicKey, diffieHellman } from "node:crypto";

/** Ed25519 and Curve25519. {@link opened} has its private key. */
export const backupKey = `-----BEGIN PGP PUBLIC KEY BLOCK-----

mDMEawuaOxYJKwYBBAHaRw8BAQdAD5AvgUut2Y4w/naP0/FH348V9v96fDH1H6FH
iHGtxRa0FW1hc3RpZmYucGFydHkgYmFja3Vwc4iQBBMWCAA4FiEE3vphGQBaafPS
FLqq4FtHr26EyZMFAmsLmjsCGwMFCwkIBwIGFQoJCAsCBBYCAwECHgECF4AACgkQ
4FtHr26EyZOI/wD6A1DxRynyuyhE8Iu+mDI1ASAlBj08PsLjuiVEurFVgLcA/iIG
D5MK6C1YyJej4GazON76pDbAiZvh20g0SSA2xiIFuDgEawuaOxIKKwYBBAGXVQEF
AQEHQDeQq3RoaRlyBkFyPs5GJyeHQMZwiwT1aDyU9tSmBBQzAwEIB4h4BBgWCAAg
FiEE3vphGQBaafPSFLqq4FtHr26EyZMFAmsLmjsCGwwACgkQ4FtHr26EyZO03AEA
4XhSTM1898Ajwghd7cx8dFiVKjAeC+qMDAMEVnDMxsYA/jDg1iNrGJRUmtuiyYq2
MGX60kfvhzgVDoKDiM76rwwB
=LHjL
-----END PGP PUBLIC KEY BLOCK-----
`;
export const backupFingerprint = "DEFA6119005A69F3D214BAAAE05B47AF6E84C993";

/** RSA with 2,048 bits, with a subkey for encryption. */
export const rsaKey = `-----BEGIN PGP PUBLIC KEY BLOCK-----

mQENBGsLmjsBCACpdD9tKZfoLZpk31TB9HSHdtwozHmhJ0ryDcKDmNf0BQy4zmrI
4cEaAFlt/zvwXd3oB2rQJBd4kxBa1JtzemogiHAaGsVuIkegfRE0VARI9EQJ/0G4
Qytq5s3cED0GYCY4f4HrXFE6p5roVkFA5oGhuVOCKkO3XFgY91v/cfq1WNxViAUY
eRT7L6evTl7xXpN1m4ihMtRNVxxYNLTrzcgItDb4B8RLF9objzGxJQZVl/dz8Ugc
yliWbIeSyk2g/5OHfO6O6cfe4NbCtFo5TX/tRx04xy93eeHMRAfeOK78xOrPAsQc
i3jJUY4gTohRULDl1gIMCjKYex0zwFgu11g/ABEBAAG0BnJzYSBvcIkBTgQTAQoA
OBYhBHOkMA1yVqCzUWP6dnsb3KS8EhzGBQJrC5o7AhsDBQsJCAcCBhUKCQgLAgQW
AgMBAh4BAheAAAoJEHsb3KS8EhzGmVgIAI8VSmCzOeBCu1vuXHwFey0YY4K82qbx
0JaWSwXkbAaN9jX9JfE9dmpPcuBk9idlsrjbiIs5yPoZcRrJ/OdkImiDzN7b4KrW
kOlH1g8Xx/t+xuBT70Cgfv53Ebso9YUHlQYV3hqJ2o7GRrPFzU0I+lbcCknBYb/8
EFLNlmKZBldfiykc92c3c40kqztX7zDIKBQ7IiqbS3FEcchVZsQjakDPEHxj9Uco
GsPV5A7Us08TFCkvbSx2qHx/cT4dJXOpslRUTwJXkx0WT9fJ14XMFLxLIJJ0sq1v
SSbqkfrmSIJdDy5Z3iedN+4h9lTyWpeOEECqfBbblHI1VsTK33vVUSO5AQ0Eawua
PAEIAOMrzgv2zq5dj64XcWB/zdGlhCPcVF0KZ1JhHwoSnBWuIKlXvHsSkJHVEs0L
qgs/BC2qcaeSz8mJxQWCXJGAv6pB6ly1SZ9mEu8qtUOM+Q1PhUFXdXD/apglJReq
IO+WuvqSVlfrQCOn6/2LvAUkPhz9mxbXo3JJ+aUEtRCNzdfwBf6cZl2BF7tm+ySo
HdMxCewYhQSX5rcccNbraNA57dED9fbLHvfvI/6bBJ9YHmkigc1olNQcOrWwONAy
cmtUXhszmFzMpoWGrMWK7DVbmBlVAo7Ipia54HZRNdYRGzPe9nhgeGQ2vs6qd9X8
3TL4Xd758iava+kFnX8MW6oiwMMAEQEAAYkBNgQYAQoAIBYhBHOkMA1yVqCzUWP6
dnsb3KS8EhzGBQJrC5o8AhsMAAoJEHsb3KS8EhzGarUH/1Xri/GvIUpDTnk2cvan
KOqICt00vTj8eGUsIuyB+I9GAba5yyiB44vHqO60njnZISgC8vYIV/IH90AWeSkU
JkZl3Kqy8uNrveuW0jsie3/XlWvoWqS9KQ+OWE/rrL3L99I2vL3KXy0xRyaRZtSd
nr4j43OFDfuLQHWoPHD5fQskHos/jzyNaRh0hN/SvdpzGF0sfwcB9OAFyrzEq9T+
a9uk8zEgJmPlr8Dz4BYnH1xdT3Q0d/g0RJkoI4hNUoxZQTpr1bt3Bp/OquLolYw6
UC32IM58c56up274DluoV9naCAdW9IeIRJN78c95i+l0+H7IpmEKA0mNm6WEs/C7
jF4=
=CyqE
-----END PGP PUBLIC KEY BLOCK-----
`;
export const rsaFingerprint = "73A4300D7256A0B35163FA767B1BDCA4BC121CC6";

/** Ed25519 and Curve25519, until 2030-06-01. */
export const shortKey = `-----BEGIN PGP PUBLIC KEY BLOCK-----

mDMEawvDJhYJKwYBBAHaRw8BAQdAfe0sd2/1MOYdNy4Q1ExjzjV8fDRTRucukMwL
CUXH+Xa0BXNob3J0iJYEExYIAD4WIQRQGWNW53II8nwPGevm6j2cgz8XHwUCawvD
JgIbAwUJBpfQmgULCQgHAgYVCgkICwIEFgIDAQIeAQIXgAAKCRDm6j2cgz8XH23G
AQCZ7X+rLNf4b+wj428YsV1XDRQ25MZaKk1tipQgjl7NiQD/UKXlxGBM9D96szK6
qVXk0ZqgoA+VeQqEwGaNzeEB/gW4OARrC8MnEgorBgEEAZdVAQUBAQdA1a7wvdPI
29MyaW985ou81CMGZIB4/XujhCIzryY+TwgDAQgHiH4EGBYIACYWIQRQGWNW53II
8nwPGevm6j2cgz8XHwUCawvDJwIbDAUJBpfQmQAKCRDm6j2cgz8XHwD5AP9cSUVQ
tjbhP9OfsdLqf8CvIoFQSts7UNK+XljlYqPzQAD8C3ZVs2mBbPHxS7kqIWhqhPWS
Eu+1UwJofe32v7irQQA=
=tQ00
-----END PGP PUBLIC KEY BLOCK-----
`;
export const shortFingerprint = "50196356E77208F27C0F19EBE6EA3D9C833F171F";

/** A key that only signs. */
export const signingKey = `-----BEGIN PGP PUBLIC KEY BLOCK-----

mDMEawubYxYJKwYBBAHaRw8BAQdA2IdM95H75GMqfl42hDmEDBbadsBRrO+1N+l2
CGl8UIW0CXNpZ24gb25seYiQBBMWCAA4FiEE0cDv52a/y13sR/uGvhwijhIef/sF
AmsLm2MCGwMFCwkIBwIGFQoJCAsCBBYCAwECHgECF4AACgkQvhwijhIef/uiqAD/
VK9OZWvvdMRsXtC74vVp4Jql3NdKv6HOiyj+ahKPA/kA/0p79sZdZmWJFE6wwX2j
kFmg+FAYtkaxcqiLoGwLIlYF
=G4um
-----END PGP PUBLIC KEY BLOCK-----
`;

/** A key of RFC 9580's algorithms, as OpenPGP.js 6 makes it by default. GnuPG 2.2 and 2.4 cannot read it. */
export const newKey = `-----BEGIN PGP PUBLIC KEY BLOCK-----

xiYEawubPBsx29EzKuaI8jp4BlR7YqR4SokHV0RmxwaHIOaXz62MD80VbWFz
dGlmZi5wYXJ0eSBiYWNrdXBzwsAPBBMbCgCFBYJrC5s8AwsJBwkQmtiY9bfp
B9ZFFAAAAAAAHAAgc2FsdEBub3RhdGlvbnMub3BlbnBncGpzLm9yZx7VoWlM
PdNiiOQFBDDhHRY6NVqve2SNdKieQVKLQJA5BRUKCA4MBBYAAgECGQECmwMC
HgEWIQRy+2hiBJxVq5U6l3Wa2Jj1t+kH1gAAK79kSO36fw5SiMMgvBBWX3jl
YDb3ewO13UQMXmH/B8mD+7tRzgkMXLLOw+YsyWF0jLebzQYBQ5HR0M63rWba
yo4EziYEawubPBnbnXxuKwzJ84MQuKAJl2gMB6njsd4dKiptf71dG8vGf8K6
BBgbCgBwBYJrC5s8CRCa2Jj1t+kH1kUUAAAAAAAcACBzYWx0QG5vdGF0aW9u
cy5vcGVucGdwanMub3JnwLXiDAgIwN3buYjZIgoT9ruwenwdpvS4bFtUTwJV
48ECmwwWIQRy+2hiBJxVq5U6l3Wa2Jj1t+kH1gAAfs2ROtIq/ZTwVJwZ4zdp
9wkELyV26MWbn5tnQU0w4w9+vfZFnactC25PkiIbMVfZxsYRLAi4OOMKkj3U
SuvrlTUI
=h4D3
-----END PGP PUBLIC KEY BLOCK-----
`;

const jwk = {
  kty: "OKP",
  crv: "X25519",
  x: "N5CrdGhpGXIGQXI-zkYnJ4dAxnCLBPVoPJT21KYEFDM",
  d: "aAIjcCsmnx4HDvxhsWca23n2MtLYsHVouwu31qyud3g",
};

/** Begins and ends of what RFC 6637 hashes besides the shared secret. The end is the subkey's fingerprint. */
const parameters = Buffer.concat([
  Buffer.from("0a2b0601040197550105011203010807", "hex"),
  Buffer.from("Anonymous Sender    "),
  Buffer.from("4D796DE13ECBFD300115EB30C389E3E510F36CF3", "hex"),
]);

/** The text of a message to {@link backupKey}. Throws when it is damaged or has no packet for this key. */
export function opened(message: Buffer): string {
  let session: Buffer | undefined;
  for (let at = 0; at < message.length; ) {
    const tag = (message[at] ?? 0) & 0x3f;
    const body = message.subarray(at + 6, at + 6 + message.readUInt32BE(at + 2));
    if (tag === 1 && body[9] === 18) session = sessionKey(body.subarray(10));
    if (tag === 18 && session !== undefined) return unsealed(body.subarray(1), session);
    at += 6 + body.length;
  }
  throw new Error("no message to this key");
}

function sessionKey(fields: Buffer): Buffer {
  const point = fields.subarray(3, 35);
  const shared = diffieHellman({
    privateKey: createPrivateKey({ key: jwk, format: "jwk" }),
    publicKey: createPublicKey({
      key: { kty: "OKP", crv: "X25519", x: point.toString("base64url") },
      format: "jwk",
    }),
  });
  const hash = createHash("sha256")
    .update(Buffer.from([0, 0, 0, 1]))
    .update(shared)
    .update(parameters);
  const unwrap = createDecipheriv("id-aes128-wrap", hash.digest().subarray(0, 16), Buffer.alloc(8, 0xa6));
  const wrapped = fields.subarray(36, 36 + (fields[35] ?? 0));
  return Buffer.concat([unwrap.update(wrapped), unwrap.final()]).subarray(1, 33);
}

function unsealed(sealed: Buffer, key: Buffer): string {
  const decipher = createDecipheriv("aes-256-cfb", key, Buffer.alloc(16));
  const plain = Buffer.concat([decipher.update(sealed), decipher.final()]);
  const digest = createHash("sha1").update(plain.subarray(0, -20)).digest();
  if (!digest.equals(plain.subarray(-20))) throw new Error("the message is damaged");
  // 16 random octets and two of them again; then a literal packet with an empty name and no date.
  return plain.subarray(18 + 6 + 6, -22).toString("utf8");
}
