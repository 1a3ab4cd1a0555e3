/** Makes certificates for tests: signed by themselves, or by an authority of the test's own (RFC 5280 4.1). */
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

/** PEM texts for a TLS server. */
export interface KeyAndCertificate {
  key: string;
  cert: string;
}

/** What a certificate says. */
export interface Terms {
  /** The organisation that issued it. */
  issuer: string;
  /** Before the year 2050. */
  until: Date;
}

/** Who vouches for hosts. */
export interface Authority {
  /** Its certificate, in PEM. */
  ca: string;
  /** @param until when the certificate of the host ends, before the year 2050 */
  certify(host: string, until: Date): KeyAndCertificate;
}

/** A certificate that no authority has signed. */
export function selfSigned(host: string, terms: Terms): KeyAndCertificate {
  const pair = newPair();
  return pem(
    pair.privateKey,
    { ...terms, ...pair, signer: pair.privateKey, subject: terms.issuer },
    ofHost(host),
  );
}

/** An authority of its own. */
export function authority(name: string): Authority {
  const pair = newPair();
  const until = new Date("2049-12-31T00:00:00Z");
  const own = { issuer: name, subject: name, until, publicKey: pair.publicKey, signer: pair.privateKey };
  // It may certify others: basicConstraints, critical, with cA.
  const mayCertify = sequence(oid("551d13"), yes, der(0x04, sequence(yes)));
  return {
    ca: pem(pair.privateKey, own, mayCertify).cert,
    certify(host, until) {
      const { publicKey, privateKey } = newPair();
      const content = { issuer: name, subject: host, until, publicKey, signer: pair.privateKey };
      return pem(privateKey, content, ofHost(host));
    },
  };
}

const newPair = () => generateKeyPairSync("ec", { namedCurve: "prime256v1" });

interface Content extends Terms {
  subject: string;
  publicKey: KeyObject;
  signer: KeyObject;
}

function pem(
  key: KeyObject,
  { issuer, subject, until, publicKey, signer }: Content,
  extension: Buffer,
): KeyAndCertificate {
  const ecdsaWithSha256 = sequence(oid("2a8648ce3d040302"));
  const content = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    // No two certificates of an authority may have one number.
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ecdsaWithSha256,
    nameOf(issuer),
    sequence(time(new Date("2026-01-01T00:00:00Z")), time(until)),
    nameOf(subject),
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(extension)),
  );
  const signature = der(0x03, Buffer.from([0]), sign("sha256", content, signer));
  const lines =
    sequence(content, ecdsaWithSha256, signature)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return {
    key: key.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n"),
  };
}

const nameOf = (organisation: string) =>
  sequence(der(0x31, sequence(oid("55040a"), der(0x0c, Buffer.from(organisation)))));
/** subjectAltName with one name of DNS. */
const ofHost = (host: string) => sequence(oid("551d11"), der(0x04, sequence(der(0x82, Buffer.from(host)))));

const sequence = (...parts: Buffer[]) => der(0x30, ...parts);
const yes = Buffer.from([0x01, 0x01, 0xff]);
const oid = (hex: string) => der(0x06, Buffer.from(hex, "hex"));
/** UTCTime: `YYMMDDHHMMSSZ`. */
const time = (moment: Date) =>
  der(
    0x17,
    Buffer.from(
      `${moment
        .toISOString()
        .replace(/[-:T]|\.\d+Z/g, "")
        .slice(2)}Z`,
    ),
  );

/** Tag, length and content. */
function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
