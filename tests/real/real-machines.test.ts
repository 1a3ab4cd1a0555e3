/** The local clouds' machines that really run: a model of Mastodon whose rows are in a real PostgreSQL. */
import { chownSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Account, Database } from "../../sandbox/clouds/mastodon/database.ts";
import { verifierOf } from "../../sandbox/clouds/mastodon/scram.ts";
import { RealMachines } from "../../sandbox/clouds/real/real-machines.ts";
import { unprivileged } from "./owner.ts";
import { findPostgres } from "./postgres.ts";

const programs = findPostgres();
if (programs === undefined) {
  test("machines that really run", ({ skip }) => skip("this computer has no PostgreSQL"));
} else {
  describe("a server that really runs", () => withPrograms(programs));
}

function withPrograms(postgres: string): void {
  const volume = "vol_1";
  let folder: string;
  let machines: RealMachines;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "mastiff-volumes-"));
    const { uid, gid } = unprivileged();
    if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid);
    machines = new RealMachines({ folder, programs: postgres });
    machines.startServer(volume);
  });
  afterAll(() => {
    machines?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const contents = (): Database => {
    const found = machines.contents(volume);
    if (found === undefined) throw new Error("no server runs");
    return found;
  };
  const schema = () => {
    const found = contents().databases.acme?.mastodon;
    if (found === undefined) throw new Error("the database has no schema");
    return found;
  };
  /** Runs a statement as somebody in the server's machine. */
  const psql = (database: string, statement: string) => {
    const url = `postgres://postgres:secret@localhost:5433/${database}`;
    return machines.server(volume)?.psql(["-X", "-A", "-t", "-q", url, "-c", statement]);
  };
  const account = (username: string, more: Partial<Account> = {}): Account => ({
    username,
    email: `${username}@acme.example`,
    role: "",
    confirmed: true,
    approved: true,
    passwordHash: "0123",
    publicKeyPem: "-----BEGIN PUBLIC KEY-----\n'\\n:quoted\n",
    sealedKey: '{"p":"x","h":{}}',
    createdAt: "2026-11-29T01:02:03.004Z",
    ...more,
  });

  test("has the passwords that the model gives its roles, and refuses others", () => {
    contents().roles.postgres = { verifier: verifierOf("secret"), superuser: true, login: true };
    machines.store();
    expect(psql("postgres", "SELECT 1")).toEqual({ exit: 0, stdout: "1\n", stderr: "" });
    const wrong = "postgres://postgres:wrong@localhost:5433/postgres";
    expect(machines.server(volume)?.psql(["-X", wrong, "-c", "SELECT 1"])).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('password authentication failed for user "postgres"'),
    });
  });

  test("shows the model what statements have changed", () => {
    for (const statement of [
      `CREATE ROLE acme LOGIN PASSWORD '${verifierOf("login")}'`,
      "CREATE ROLE other LOGIN",
      "GRANT acme TO other",
      "ALTER ROLE other SET role TO 'acme'",
      "CREATE DATABASE acme OWNER acme",
      "CREATE DATABASE shut OWNER acme",
      "COMMENT ON DATABASE shut IS 'mastiff: restoring x'",
      "ALTER DATABASE shut ALLOW_CONNECTIONS false",
    ])
      expect(psql("postgres", statement)).toEqual({ exit: 0, stdout: "", stderr: "" });
    const { roles, databases } = contents();
    machines.store();
    expect(roles.other).toEqual({
      verifier: null,
      superuser: false,
      login: true,
      memberOf: ["acme"],
      actsAs: "acme",
    });
    expect(databases).toMatchObject({
      acme: { owner: "acme" },
      shut: { owner: "acme", comment: "mastiff: restoring x", closed: true },
    });
  });

  test("keeps what the model changes in Mastodon's tables, and the role of the database owns them", () => {
    const first = {
      pre: "4.7",
      post: "4.6",
      seeded: true,
      accounts: [account("cat"), account("dog")],
      keys: null,
    };
    contents().databases.acme = { owner: "acme", mastodon: first };
    machines.store();
    expect(schema()).toEqual(first);

    schema().accounts = [account("dog", { role: "Owner", confirmed: false }), account("fox")];
    Object.assign(schema(), { post: "4.7", keys: "a digest", settings: { days: 14 } });
    machines.store();
    const { accounts, ...facts } = schema();
    machines.store();
    expect(facts).toEqual({
      ...first,
      post: "4.7",
      keys: "a digest",
      settings: { days: 14 },
      accounts: undefined,
    });
    expect(accounts).toEqual([account("dog", { role: "Owner", confirmed: false }), account("fox")]);
    const versions = psql("acme", "SELECT max(version), count(*) FROM schema_migrations");
    expect(versions?.stdout).toBe("20260101000471|8\n");
    const owners = psql("acme", "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'");
    expect(owners?.stdout).toBe("acme\n");
  });

  test("leaves rows alone that the model does not know", () => {
    psql("acme", "INSERT INTO accounts (username, domain) VALUES ('dog', 'elsewhere.example')");
    schema().accounts = [];
    machines.store();
    const left = psql("acme", "SELECT username, domain FROM accounts ORDER BY id");
    expect(left?.stdout).toBe("mastodon.internal|\ndog|elsewhere.example\n");
  });

  test("is where it was when it is started again", () => {
    const before = contents();
    machines.stop();
    expect(machines.contents(volume)).toBeUndefined();
    machines.startServer(volume);
    expect(contents()).toEqual(before);
  });
}
