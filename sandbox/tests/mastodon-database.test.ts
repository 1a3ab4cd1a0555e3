import { createHash, createHmac, pbkdf2Sync } from "node:crypto";
import fc from "fast-check";
import { beforeEach, expect, test } from "vitest";
import type { Machine } from "../clouds/fly/state.ts";
import { connectDatabase } from "../clouds/mastodon/connect.ts";
import { isVerifier, verifierOf, verifies } from "../clouds/mastodon/scram.ts";
import { pipeline, split } from "../clouds/mastodon/shell.ts";
import {
  community,
  type Fly,
  freshFly,
  machineOf,
  makeApp,
  pass,
  psql,
  run,
  stage,
  stateOf,
} from "./fly-call.ts";

let fly: Fly;
let server: Machine;
beforeEach(async () => {
  fly = freshFly();
  await community(fly);
  server = Object.values(stateOf(fly, "mastiff-party-db").machines)[0] as Machine;
});

test("a verifier is what RFC 5802 makes of a password, and fits that password alone", () => {
  const verifier = verifierOf("pencil");
  const [, salt = "", stored = "", key = ""] = /^SCRAM-SHA-256\$4096:(.+)\$(.+):(.+)$/.exec(verifier) ?? [];
  const salted = pbkdf2Sync("pencil", Buffer.from(salt, "base64"), 4096, 32, "sha256");
  const client = createHmac("sha256", salted).update("Client Key").digest();
  expect(stored).toBe(createHash("sha256").update(client).digest("base64"));
  expect(key).toBe(createHmac("sha256", salted).update("Server Key").digest("base64"));
  expect([verifies(verifier, "pencil"), verifies(verifier, "Pencil"), isVerifier("pencil")]).toEqual([
    true,
    false,
    false,
  ]);
});

test("the statements of an operator, and what the server says to them", async () => {
  const sql = (statement: string) => psql(fly, server, statement);
  expect(await sql("SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1")).toEqual({
    stdout: "mastiff_party\npostgres\nrepmgr\n",
  });
  expect(await sql("SELECT 1 FROM pg_roles WHERE rolname = 'mastiff_party'")).toEqual({ stdout: "1\n" });
  expect(await sql("SELECT 1 FROM pg_roles WHERE rolname = 'nobody'")).toEqual({});
  expect((await sql("SHOW server_version")).stdout).toMatch(/^17\.2/);
  expect(await sql(`CREATE ROLE "mastiff_party" LOGIN PASSWORD 'x'`)).toEqual({
    exit_code: 1,
    stderr: 'ERROR:  role "mastiff_party" already exists\n',
  });
  expect((await sql(`CREATE DATABASE "mastiff_party" OWNER "mastiff_party"`)).stderr).toContain(
    "already exists",
  );
  expect((await sql(`CREATE DATABASE "other" OWNER "nobody"`)).stderr).toBe(
    'ERROR:  role "nobody" does not exist\n',
  );
  expect((await sql(`DROP ROLE IF EXISTS "mastiff_party"`)).stderr).toContain(
    "owner of database mastiff_party",
  );
  expect((await sql(`DROP DATABASE IF EXISTS "mastiff_party" WITH (FORCE)`)).stdout).toBe("DROP DATABASE\n");
  expect((await sql(`DROP DATABASE IF EXISTS "mastiff_party" WITH (FORCE)`)).stderr).toContain("skipping");
  expect((await sql(`DROP ROLE IF EXISTS "mastiff_party"`)).stdout).toBe("DROP ROLE\n");
  expect((await sql("SELECT usename FROM pg_user")).exit_code).toBe(1);
  expect((await sql(`CREATE ROLE "x" LOGIN`)).stderr).toContain('syntax error at or near "CREATE"');
});

test("a clear password in ALTER ROLE is hashed, a verifier is kept", async () => {
  const { postgres } = server.disk.postgres === undefined ? diskOfDb() : server.disk;
  const role = () => postgres?.roles.mastiff_party?.verifier ?? "";
  await psql(fly, server, `ALTER ROLE "mastiff_party" WITH LOGIN PASSWORD 'clear'`);
  expect([isVerifier(role()), verifies(role(), "clear")]).toEqual([true, true]);
  const verifier = verifierOf("other");
  await psql(fly, server, `ALTER ROLE "mastiff_party" WITH LOGIN PASSWORD '${verifier}'`);
  expect(role()).toBe(verifier);
});

function diskOfDb() {
  const [volume] = Object.values(stateOf(fly, "mastiff-party-db").volumes);
  return volume?.data ?? {};
}

test("psql is let in by the operator's password alone, and by no other server", async () => {
  const exec = async (url: string) =>
    (
      await fly.call("POST", `/v1/apps/mastiff-party-db/machines/${server.id}/exec`, {
        cmd: `psql -X -A -t "${url}" -c "SELECT 1"`,
      })
    ).body;
  expect(await exec("postgres://postgres:operator@localhost:5433/postgres")).toEqual({ stdout: "1\n" });
  expect(await exec("postgres://postgres:wrong@localhost:5433/postgres")).toMatchObject({
    exit_code: 2,
    stderr: expect.stringContaining('FATAL:  password authentication failed for user "postgres"'),
  });
  expect((await exec("postgres://postgres@localhost:5433/postgres")).stderr).toContain(
    "no password supplied",
  );
  expect((await exec("postgres://postgres:operator@localhost:5433/nope")).stderr).toContain(
    'database "nope" does not exist',
  );
  expect((await exec("postgres://postgres:operator@localhost:5555/postgres")).stderr).toContain(
    "Connection refused",
  );
});

test("a password verifier that the shell would expand does not survive unescaped", async () => {
  const cmd = `sh -c 'psql -X -A -t "postgres://postgres:$OPERATOR_PASSWORD@localhost:5433/postgres" -c "ALTER ROLE \\"mastiff_party\\" WITH LOGIN PASSWORD '\\''${verifierOf("x")}'\\''"'`;
  await fly.call("POST", `/v1/apps/mastiff-party-db/machines/${server.id}/exec`, { cmd });
  expect(verifies(diskOfDb().postgres?.roles.mastiff_party?.verifier ?? "", "x")).toBe(false);
});

test("words of a command line: what is quoted comes through whole", () => {
  const quote = (word: string) => `'${word.replaceAll("'", "'\\''")}'`;
  fc.assert(
    fc.property(fc.array(fc.string({ minLength: 1 })), (words) => {
      const line = words.map(quote).join(" ");
      expect(split(line)).toEqual(words);
      expect(pipeline(line, {})).toEqual([words]);
    }),
  );
  expect(pipeline('a "$B" $C "$4" | d', { B: "x y", C: "" })).toEqual([["a", "x y", ""], ["d"]]);
  expect(() => split("a 'b")).toThrow("unterminated");
});

test("DATABASE_URL: the errors of a client that cannot get in", async () => {
  await makeApp(fly, "visitor");
  const machine = await run(fly, "visitor", { image: "alpine:3.22", init: { cmd: ["sleep", "inf"] } });
  const open = (url: string) => {
    const connection = connectDatabase({ world: fly.world, app: stateOf(fly, "visitor"), machine }, url);
    return connection.ok ? "in" : connection.message;
  };
  const host = "mastiff-party-db.flycast:5432";
  expect(open(`postgres://mastiff_party:dbpass@${host}/mastiff_party?sslmode=disable`)).toBe("in");
  expect(open(`postgres://mastiff_party:dbpass@mastiff-party-db.internal:5433/mastiff_party`)).toBe("in");
  expect(open(`postgres://mastiff_party:wrong@${host}/mastiff_party`)).toContain(
    "password authentication failed",
  );
  expect(open(`postgres://mastiff_party@${host}/mastiff_party`)).toContain("no password supplied");
  expect(open(`postgres://mastiff_party:dbpass@${host}/other`)).toContain('database "other" does not exist');
  expect(open(`postgres://mastiff_party:dbpass@${host}/mastiff_party?sslmode=require`)).toContain(
    "does not support SSL",
  );
  expect(open("postgres://u:p@nowhere.flycast:5432/d")).toContain("could not translate host name");
  expect(open(`postgres://u:p@mastiff-party-db.flycast:6000/d`)).toContain("Connection refused");
  await fly.call("POST", `/v1/apps/mastiff-party-db/machines/${server.id}/stop`, {});
  await pass(fly);
  expect(open(`postgres://mastiff_party:dbpass@${host}/mastiff_party`)).toContain("Connection refused");
});

test("another organisation's network does not see the server", async () => {
  const stranger = await fly.call("POST", "/v1/apps", { name: "private-app", org_slug: "personal" });
  expect(stranger.status).toBe(201);
  const machine = await run(fly, "private-app", { image: "alpine:3.22", init: { cmd: ["sleep", "inf"] } });
  const from = { world: fly.world, app: stateOf(fly, "private-app"), machine };
  expect(connectDatabase(from, "postgres://u:p@mastiff-party-db.flycast:5432/d")).toMatchObject({
    kind: "unreachable",
  });
});

test("a restart takes the operator's rotated password over; the data stays on the volume", async () => {
  await stage(fly, "mastiff-party-db", { OPERATOR_PASSWORD: "rotated" });
  const path = `/v1/apps/mastiff-party-db/machines/${server.id}`;
  const { config } = (await fly.call("GET", path)).body;
  await fly.call("POST", path, { config });
  await pass(fly);
  server = machineOf(fly, "mastiff-party-db", server.id);
  expect((await psql(fly, server, "SELECT 1 FROM pg_database WHERE datname = 'mastiff_party'")).stdout).toBe(
    "1\n",
  );
  expect(verifies(diskOfDb().postgres?.roles.postgres?.verifier ?? "", "rotated")).toBe(true);
});
