import { createDecipheriv, createHash, pbkdf2Sync } from "node:crypto";
import { inflateSync } from "node:zlib";
import { AwsV4Signer } from "aws4fetch";
import { beforeEach, describe, expect, test } from "vitest";
import { sha256 } from "../clouds/cloudflare/digest.ts";
import { putObject } from "../clouds/cloudflare/r2.ts";
import { serveCloudflare } from "../clouds/cloudflare/serve.ts";
import type { Machine } from "../clouds/fly/state.ts";
import { seal } from "../clouds/mastodon/active-record.ts";
import type { Account, Catalogue } from "../clouds/mastodon/database.ts";
import { encrypt, openWith } from "../clouds/mastodon/openpgp.ts";
import { account, cloudflareToken } from "./cloud-call.ts";
import {
  community,
  exitCode,
  type Fly,
  freshFly,
  gigabyte,
  job,
  makeApp,
  printed,
  psql,
  run,
  settings,
  stage,
  stateOf,
} from "./fly-call.ts";

const app = "mastiff-party-restore";
const bucket = "backups-mastiff-party";
const key = "daily/2026-11-29/20261129T030000Z.dump.gpg";
const accountId = account.slice("/accounts/".length);
const owner: Account = {
  username: "mastiff",
  email: "owner@mastiff.party",
  role: "Owner",
  confirmed: true,
  approved: true,
  passwordHash: "",
  publicKeyPem: "public",
  sealedKey: seal(settings, "private"),
  createdAt: "2026-11-01T00:00:00.000Z",
};
const dumped: Catalogue = {
  owner: "mastiff_party",
  mastodon: { pre: "4.7", post: "4.7", seeded: true, accounts: [owner], keys: null },
};

let fly: Fly;
let server: Machine;
let sessionKey: string;
let env: Record<string, string>;
beforeEach(async () => {
  fly = freshFly();
  await community(fly);
  server = Object.values(stateOf(fly, "mastiff-party-db").machines)[0] as Machine;
  await psql(fly, server, `CREATE DATABASE "mastiff_party_restored" OWNER "mastiff_party"`);
  await makeApp(fly, app);
  await cloudflare(`${account}/r2/buckets`, { name: bucket });
  const dump = seals(`PGDMP${JSON.stringify(dumped)}`);
  putObject(fly.world, bucket, key, dump.toString("latin1"), "application/octet-stream");
  // `putObject` keeps text: what reads it back is the object's own bytes.
  const object = fly.world.state.cloudflare.buckets.find(({ name }) => name === bucket)?.objects[key];
  Object.assign(object ?? {}, { body: dump.toString("base64"), encoding: "base64", size: dump.length });
  env = {
    MASTIFF_DUMP_BYTES: String(dump.length),
    MASTIFF_DUMP_SHA256: createHash("sha256").update(dump).digest("hex"),
  };
  await stage(fly, app, {
    DATABASE_URL: (settings.DATABASE_URL ?? "").replace("/mastiff_party?", "/mastiff_party_restored?"),
    MASTIFF_DUMP_URL: await presigned(),
    MASTIFF_SESSION_KEY: sessionKey,
  });
});

// biome-ignore lint/suspicious/noExplicitAny: tests know the shape of the result
async function cloudflare(path: string, body: unknown): Promise<any> {
  const answer = await serveCloudflare(fly.world).request(path, {
    method: "POST",
    headers: { authorization: `Bearer ${cloudflareToken}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return ((await answer.json()) as { result: unknown }).result;
}
