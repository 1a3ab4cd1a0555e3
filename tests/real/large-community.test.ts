/**
 * A community with 200,000 posts is backed up, its server is deleted, and bucket and private key alone bring it back: a
 * drill, and then a restore into a new server. With real programs, and versitygw where it is found. Prints the figures
 * that docs/backups.md has.
 */
import { chownSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { BackupManifest } from "../../providers/fly/spec.ts";
import { startLocalClouds } from "../clients/local-clouds.ts";
import { backupVariables, escrow } from "./backup-variables.ts";
import { type Bucket, bucketInGateway, bucketInR2, findGateway } from "./bucket.ts";
import { contentsOf, makeDatabase } from "./databases.ts";
import { makeKey } from "./keys.ts";
import { type Job, makeMachine, missingPrograms } from "./machine.ts";
import { ownerInImage, unprivileged } from "./owner.ts";
import { findPostgres, type Postgres, startPostgres } from "./postgres.ts";

/** 40,000 accounts, of which 500 are local, and 200,000 statuses in words that repeat like a language's. */
const community = `
  INSERT INTO accounts (username, domain, note)
    SELECT 'person' || i, CASE WHEN i > 500 THEN 'remote' || i % 900 || '.example' END, 'note of ' || i
    FROM generate_series(121, 40000) i;
  INSERT INTO users (email, account_id) SELECT 'person' || id || '@acme.example', id
    FROM accounts WHERE domain IS NULL AND username LIKE 'person%';
  INSERT INTO keypairs (account_id, type, local_fragment, public_key, private_key)
    SELECT id, 0, '#main-key', 'public key of ' || id,
      format('{"p":"%s","h":{"iv":"aXY=","at":"YXQ="}}', encode(sha512(id::text::bytea), 'base64'))
    FROM accounts WHERE domain IS NULL AND username LIKE 'person%';
  INSERT INTO statuses (id, account_id, text)
    SELECT i, 1 + i % 40000, (SELECT string_agg(substr(md5((i * 31 + word * word)::text), 1, 2 + word % 5), ' ')
      FROM generate_series(1, 24) word)
    FROM generate_series(3001, 200000) i`;

test("a community with 200,000 statuses comes back from bucket and private key alone", async ({
  skip,
  onTestFinished,
}) => {
  const programs = findPostgres();
  const missing = missingPrograms();
  if (programs === undefined || missing.length > 0) {
    return skip(
      `this computer has no ${[...(programs === undefined ? ["PostgreSQL"] : []), ...missing].join(", ")}`,
    );
  }
  const owner = unprivileged();
  const folder = mkdtempSync(join(tmpdir(), "mastiff-large-"));
  const owned = (name: string) => {
    const path = join(folder, name);
    mkdirSync(path, { recursive: true });
    if (owner.uid !== undefined && owner.gid !== undefined) chownSync(path, owner.uid, owner.gid);
    return path;
  };
  owned(".");
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const started = async (name: string): Promise<Postgres> => {
    const server = await startPostgres(programs, owned(name), owner);
    onTestFinished(() => server.stop());
    return server;
  };

  const key = await makeKey(folder, "operator");
  onTestFinished(() => key.stop());
  const bucket = await bucketFor(folder, onTestFinished);
  const run = async (job: Job, variables: Record<string, string>) => {
    const machine = makeMachine(folder, programs, job === "drill" ? ownerInImage() : owner, job);
    const { code, lines, last } = await machine.run(variables);
    expect(code, lines.join("\n")).toBe(0);
    return JSON.parse(last);
  };

  const first = await started("first");
  await makeDatabase(first, "acme", community);
  const before = await contentsOf(first, "acme");
  await run("backup", backupVariables(first.url("acme"), bucket, [key]));
  await first.stop();
  rmSync(join(folder, "first"), { recursive: true });

  // Nothing that was known before is used from here on, but the bucket and the key.
  const name = (await bucket.keys()).find((one) => one.endsWith(".json")) ?? "";
  const manifest = JSON.parse((await bucket.read(name)).toString()) as BackupManifest;
  expect(manifest.rows).toEqual({ accounts: 40_000, users: 400, statuses: 200_000 });
  expect((await key.open(await bucket.read(manifest.escrow))).toString()).toBe(escrow);
  const sessionKey = await key.sessionKey(await bucket.read(manifest.dump));
  const given = async () => ({
    MASTIFF_DUMP_URL: await bucket.presigned(manifest.dump),
    MASTIFF_DUMP_BYTES: String(manifest.bytes),
    MASTIFF_DUMP_SHA256: manifest.sha256,
    MASTIFF_SESSION_KEY: sessionKey,
  });
  const { rows, schema } = manifest;
  const drilled = await run("drill", { ...(await given()), MASTIFF_DRILL_DATA: owned("volume") });
  expect(drilled).toMatchObject({ rows, schema, proof: { sealed: expect.stringMatching(/^\{"p":/) } });

  const second = await started("second");
  await second.sql("postgres", "CREATE DATABASE acme");
  const restored = await run("restore", { ...(await given()), DATABASE_URL: second.url("acme") });
  expect(restored).toMatchObject({ rows, schema });
  expect(await contentsOf(second, "acme")).toBe(before);

  console.info(
    `database ${manifest.databaseBytes} bytes, dump ${manifest.bytes} bytes; seconds: backup ${manifest.seconds}, ` +
      `drill ${drilled.seconds}, restore ${restored.seconds}`,
  );
});

/** A bucket in versitygw, or in the local R2 where that is not found. */
async function bucketFor(
  folder: string,
  onTestFinished: (end: () => Promise<void>) => void,
): Promise<Bucket> {
  const program = findGateway();
  if (program === undefined) {
    const clouds = await startLocalClouds();
    onTestFinished(() => clouds[Symbol.asyncDispose]());
    return bucketInR2(clouds, "backups-acme-example");
  }
  const gateway = await bucketInGateway(program, join(folder, "gateway"), "backups-acme-example");
  onTestFinished(() => gateway.stop());
  return gateway;
}
