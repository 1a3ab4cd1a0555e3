import { createDecipheriv, createHash, pbkdf2Sync } from "node:crypto";
import { inflateSync } from "node:zlib";
import { AwsV4Signer } from "aws4fetch";
import { beforeEach, describe, expect, test } from "vitest";
import { sha256 } from "../clouds/cloudflare/digest.ts";
import { findBucket, storeObject } from "../clouds/cloudflare/r2.ts";
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

const policy = {
  effect: "allow",
  permission_groups: [{ id: "6a018a9f2fc74eb6b293b0c548f38b39" }],
  resources: { [`com.cloudflare.edge.r2.bucket.${accountId}_default_${bucket}`]: "*" },
};

let fly: Fly;
let server: Machine;
let sessionKey: string;
let token: { id: string; value: string };
let env: Record<string, string>;
beforeEach(async () => {
  fly = freshFly();
  await community(fly);
  server = Object.values(stateOf(fly, "mastiff-party-db").machines)[0] as Machine;
  await psql(fly, server, `CREATE DATABASE "mastiff_party_restored" OWNER "mastiff_party"`);
  await makeApp(fly, app);
  await cloudflare(`${account}/r2/buckets`, { name: bucket });
  token = await cloudflare(`${account}/tokens`, { name: "backups", policies: [policy] });
  const dump = seals(`PGDMP${JSON.stringify(dumped)}`);
  const place = findBucket(fly.world, bucket);
  if (place === undefined) throw new Error(`no bucket ${bucket}`);
  storeObject(fly.world, place, key, dump, {});
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

/** Encrypts a text and keeps the session key. */
function seals(text: string): Buffer {
  const recipient = {
    fingerprint: "",
    wrap(session: Buffer) {
      sessionKey = `9:${session.toString("hex")}`;
      return Buffer.alloc(0);
    },
  };
  return encrypt(Buffer.from(text), [recipient]);
}

async function presigned(seconds = 86_400, secretAccessKey = sha256(token.value)): Promise<string> {
  const url = new URL(`https://${accountId}.r2.cloudflarestorage.com/${bucket}/${key}`);
  url.searchParams.set("X-Amz-Expires", String(seconds));
  const signing = { accessKeyId: token.id, secretAccessKey, service: "s3", region: "auto", signQuery: true };
  return (await new AwsV4Signer({ url: url.href, ...signing }).sign()).url.href;
}

/** As the driver runs it: providers/fly/call/bash-job.ts, recognised by the first line. */
const restores = (more: Record<string, string> = {}): Promise<Machine> =>
  run(fly, app, {
    image: "flyio/postgres-flex:17.2",
    env: { ...env, ...more },
    init: { cmd: ["sh", "-c", "# mastiff: direct\n", "sh", "bash", "-c", "# mastiff: restore\n"] },
    guest: gigabyte,
    restart: { policy: "no" },
  });
const lastLine = (machine: Machine) => printed(fly, app, machine).at(-1) ?? "";
const databases = () => {
  const [volume] = Object.values(stateOf(fly, "mastiff-party-db").volumes);
  return volume?.data.postgres?.databases ?? {};
};

describe("a restore", () => {
  test("brings the dump into the database of DATABASE_URL, and says what is in it", async () => {
    const machine = await restores();
    expect([exitCode(machine), JSON.parse(lastLine(machine))]).toEqual([
      0,
      {
        format: 1,
        postgres: "17.2",
        schema: "20260101000471",
        rows: { accounts: 2, users: 1, statuses: 0 },
        databaseBytes: 21_000_000,
        seconds: 20,
      },
    ]);
    expect(databases().mastiff_party_restored?.mastodon).toEqual(dumped.mastodon);
    expect(databases().mastiff_party?.mastodon).toBeUndefined();
    const again = await restores();
    expect(lastLine(again)).toBe(
      "The dump was not restored: the database at mastiff-party-db.internal:5433/mastiff_party_restored?sslmode=disable is not empty.",
    );
  });

  const wrong: [string, () => Promise<Record<string, string>>, string][] = [
    [
      "no session key",
      async () => ({ MASTIFF_SESSION_KEY: "" }),
      "MASTIFF_SESSION_KEY is not set in this machine.",
    ],
    ["another form of it", async () => ({ MASTIFF_SESSION_KEY: "AES" }), "is not of the form 9:HEX."],
    [
      "another dump's session key",
      async () => ({ MASTIFF_SESSION_KEY: `9:${"0".repeat(64)}` }),
      "gpg cannot open the dump: is the session key another dump's?.",
    ],
    ["another size", async () => ({ MASTIFF_DUMP_BYTES: "7" }), "but 7 bytes when it was taken."],
    ["another digest", async () => ({ MASTIFF_DUMP_SHA256: "0" }), "in the bucket, but 0 when it was taken."],
    // developers.cloudflare.com/r2/api/error-codes: 10018.
    [
      "a URL that has expired",
      async () => ({ MASTIFF_DUMP_URL: await presigned(-1) }),
      "the request got HTTP 400 ExpiredRequest (Request has expired).",
    ],
    [
      "a URL that another key has signed",
      async () => ({ MASTIFF_DUMP_URL: await presigned(60, "0".repeat(64)) }),
      "the request got HTTP 403 SignatureDoesNotMatch",
    ],
    [
      "a database that is not there",
      async () => ({ DATABASE_URL: settings.DATABASE_URL?.replace("/mastiff_party?", "/nowhere?") ?? "" }),
      "the database refused a statement: psql says why above.",
    ],
  ];
  test.each(wrong)("with %s restores nothing", async (_what, more, words) => {
    const machine = await restores(await more());
    expect([exitCode(machine), lastLine(machine)]).toEqual([1, expect.stringContaining(words)]);
    expect(lastLine(machine)).toMatch(/^The dump was not restored: /);
    expect(databases().mastiff_party_restored?.mastodon).toBeUndefined();
  });
});

describe("a drill", () => {
  const drills = async (mounted: boolean): Promise<Machine> => {
    const volume = { name: "drill", region: "ams", size_gb: 1 };
    const { body } = await fly.call("POST", `/v1/apps/${app}/volumes`, volume);
    return run(fly, app, {
      image: "flyio/postgres-flex:17.2",
      env: { ...env, MASTIFF_DRILL_DATA: "/data" },
      init: { cmd: ["bash", "-c", "# mastiff: drill\n"] },
      ...(mounted && { mounts: [{ volume: body.id, path: "/data" }] }),
      guest: gigabyte,
      restart: { policy: "no" },
    });
  };

  test("shows a signing key as the database has it, and touches no database", async () => {
    const machine = await drills(true);
    expect(exitCode(machine)).toBe(0);
    expect(JSON.parse(lastLine(machine))).toMatchObject({
      rows: { accounts: 2, users: 1, statuses: 0 },
      proof: { public: "public", sealed: owner.sealedKey },
    });
    expect(databases().mastiff_party_restored?.mastodon).toBeUndefined();
  });

  test("needs a volume", async () => {
    const machine = await drills(false);
    expect(lastLine(machine)).toBe("The dump is not proven: this machine cannot write to /data.");
  });
});

test("what ActiveRecord encrypts opens with the key that follows from the two secrets", () => {
  const text = "a key ".repeat(40);
  const { p, h } = JSON.parse(seal(settings, text)) as {
    p: string;
    h: { iv: string; at: string; c: boolean };
  };
  const secret = pbkdf2Sync("p".repeat(32), "s".repeat(32), 65_536, 32, "sha256");
  const decipher = createDecipheriv("aes-256-gcm", secret, Buffer.from(h.iv, "base64"));
  decipher.setAuthTag(Buffer.from(h.at, "base64"));
  const plain = Buffer.concat([decipher.update(Buffer.from(p, "base64")), decipher.final()]);
  expect([h.c, inflateSync(plain).toString()]).toEqual([true, text]);
  expect(JSON.parse(seal(settings, "short")).h).not.toHaveProperty("c");
});

test("a message opens with its session key alone", () => {
  const message = seals("hello");
  expect(openWith(sessionKey, message)?.toString()).toBe("hello");
  expect(openWith(`9:${"0".repeat(64)}`, message)).toBeUndefined();
  expect(openWith(sessionKey.replace("9:", "7:"), message)).toBeUndefined();
  message.writeUInt8(message.readUInt8(message.length - 30) ^ 1, message.length - 30);
  expect(openWith(sessionKey, message)).toBeUndefined();
});

describe("the databases of a server", () => {
  const sql = (statement: string) => psql(fly, server, statement);

  test("change their names in one transaction, or not at all", async () => {
    const both = ["mastiff_party", "mastiff_party_restored"];
    for (const name of both) await sql(`ALTER DATABASE "${name}" ALLOW_CONNECTIONS false`);
    const names = both.map((name) => `'${name}'`).join(", ");
    await sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IN (${names})`);
    const away = 'ALTER DATABASE "mastiff_party" RENAME TO "mastiff_party_before"';
    const half = `BEGIN; ${away}; ALTER DATABASE "nobody" RENAME TO "mastiff_party"; COMMIT`;
    expect((await sql(half)).stderr).toBe('ERROR:  database "nobody" does not exist\n');
    expect(Object.keys(databases()).sort()).toEqual([
      "mastiff_party",
      "mastiff_party_restored",
      "postgres",
      "repmgr",
    ]);
    const next = 'ALTER DATABASE "mastiff_party_restored" RENAME TO "mastiff_party"';
    const comment = `COMMENT ON DATABASE "mastiff_party_before" IS 'mastiff: replaced; or not'`;
    expect((await sql(`BEGIN; ${away}; ${comment}; ${next}; COMMIT`)).stdout).toBe(
      "BEGIN\nALTER DATABASE\nCOMMENT\nALTER DATABASE\nCOMMIT\n",
    );
    const look = `SELECT datname, datallowconn, coalesce(shobj_description(oid, 'pg_database'), '') FROM pg_database WHERE datname IN ('mastiff_party', 'mastiff_party_before')`;
    expect((await sql(look)).stdout.split("\n").sort()).toEqual([
      "",
      "mastiff_party_before|f|mastiff: replaced; or not",
      "mastiff_party|f|",
    ]);
    expect((await sql("SELECT 1; DROP DATABASE IF EXISTS mastiff_party_before")).stderr).toBe(
      "ERROR:  DROP DATABASE cannot run inside a transaction block\n",
    );
  });

  test("cannot be renamed while anybody has a session, and nobody comes into one that is closed", async () => {
    await job(fly, ["bundle", "exec", "rails", "db:prepare"]);
    await run(fly, "mastiff-party", {
      image: "ghcr.io/mastodon/mastodon:v4.7.4",
      init: { cmd: ["bundle", "exec", "sidekiq"] },
      guest: gigabyte,
    });
    const rename = 'ALTER DATABASE "mastiff_party" RENAME TO "other"';
    const programs =
      "SELECT DISTINCT application_name FROM pg_stat_activity WHERE datname IN ('mastiff_party') AND application_name IN ('psql')";
    expect((await sql(programs)).stdout ?? "").toBe("");
    const end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IN ('mastiff_party')";
    const busy = `ERROR:  database "mastiff_party" is being accessed by other users
DETAIL:  There are 2 other sessions using the database.
`;
    expect((await sql(rename)).stderr).toBe(busy);
    // Open, a session that is ended comes back.
    expect([(await sql(end)).stdout, (await sql(rename)).stderr]).toEqual(["t\nt\n", busy]);
    await sql('ALTER DATABASE "mastiff_party" ALLOW_CONNECTIONS false');
    expect((await sql(rename)).stderr).toBe(busy);
    const refused = await job(fly, ["bundle", "exec", "rails", "db:migrate:status"]);
    expect([exitCode(refused), printed(fly, "mastiff-party", refused).join("\n")]).toEqual([
      1,
      expect.stringContaining("ActiveRecord::NoDatabaseError"),
    ]);
    expect([(await sql(end)).stdout, (await sql(rename)).stdout]).toEqual(["t\nt\n", "ALTER DATABASE\n"]);
    await sql('ALTER DATABASE "other" ALLOW_CONNECTIONS true');
    expect(Object.keys(databases())).toContain("other");
  });
});
