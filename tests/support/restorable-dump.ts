/** An encrypted dump in a driver world's bucket, with what opens it. */
import { createHash } from "node:crypto";
import { AwsClient, AwsV4Signer } from "aws4fetch";
import { expect } from "vitest";
import type { RestorableDump } from "../../providers/fly/spec.ts";
import { schemaVersion } from "../../sandbox/clouds/mastodon/database.ts";
import { encrypt } from "../../sandbox/clouds/mastodon/openpgp.ts";
import type { DriverWorld } from "./driver.ts";
import { type BucketKey, bucketUrl } from "./driver-bucket.ts";

/** A signing key, as the database of a community has it. Nothing decrypts it here. */
export const signingKey = { publicKeyPem: "-----BEGIN PUBLIC KEY-----\n", sealedKey: '{"p":"cA==","h":{}}' };

/** A dump and what the driver is given to read it. */
export interface PutDump {
  dump: RestorableDump;
  secrets: { url: string; sessionKey: string };
}

/**
 * Puts a dump of a database with one account into the bucket, and presigns a URL of it for a day.
 *
 * @param minor minor version of Mastodon whose schema it has: "4.6"
 */
export async function putDump(
  world: DriverWorld,
  { bucket, key, minor, name }: { bucket: string; key: BucketKey; minor: string; name: string },
): Promise<PutDump> {
  const account = {
    username: "mastiff",
    email: "owner@acme.example.org",
    role: "Owner",
    confirmed: true,
    approved: true,
    passwordHash: "",
    createdAt: "2026-11-01T00:00:00.000Z",
    ...signingKey,
  };
  const schema = { pre: minor, post: minor, seeded: true, accounts: [account], keys: null };
  let sessionKey = "";
  const recipient = {
    fingerprint: "",
    wrap(session: Buffer) {
      sessionKey = `9:${session.toString("hex").toUpperCase()}`;
      return Buffer.alloc(0);
    },
  };
  const archive = Buffer.from(`PGDMP${JSON.stringify({ owner: "acme", mastodon: schema })}`);
  const sealed = encrypt(archive, [recipient]);
  const object = `${name}.dump.gpg`;
  const s3 = new AwsClient({ ...key, service: "s3", region: "auto" });
  const put = await s3.fetch(`${world.url}/r2/${bucket}/${object}`, {
    method: "PUT",
    body: new Uint8Array(sealed),
  });
  expect(put.status, `PUT ${object}`).toBe(200);
  const url = new URL(`${bucketUrl(bucket)}/${object}`);
  url.searchParams.set("X-Amz-Expires", "86400");
  const signer = new AwsV4Signer({ url: url.href, ...key, service: "s3", region: "auto", signQuery: true });
  return {
    dump: {
      name,
      bytes: sealed.length,
      sha256: createHash("sha256").update(sealed).digest("hex"),
      schema: schemaVersion(schema),
      mastodon: `v${minor}.0`,
      // The instance's own actor is an account, too.
      rows: { accounts: 2, users: 1, statuses: 0 },
    },
    secrets: { url: (await signer.sign()).url.href, sessionKey },
  };
}
