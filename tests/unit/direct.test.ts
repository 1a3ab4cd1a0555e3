import { execa } from "execa";
import { expect, test } from "vitest";
import { direct } from "../../providers/fly/call/direct.ts";

/** DATABASE_URL as a command behind the script sees it. The script really runs. */
const urlSeen = async (url: string | undefined) => {
  const [program = "", ...args] = direct(["printenv", "DATABASE_URL"]);
  const { stdout } = await execa(program, args, { env: { DATABASE_URL: url }, reject: false });
  return stdout;
};

test("the proxy's port of a Fly Postgres becomes PostgreSQL's own", async () => {
  expect(await urlSeen("postgres://acme:p4ss@acme-db.flycast:5432/acme?sslmode=disable")).toBe(
    "postgres://acme:p4ss@acme-db.internal:5433/acme?sslmode=disable",
  );
});

test.each([
  "postgres://u:p@db.example.org:5432/acme",
  "postgres://u:p@acme-db.flycast:6000/acme",
  "postgres://u:p%40x.flycast:5432@h:1/acme",
])("another database's address stays: %s", async (url) => {
  expect(await urlSeen(url)).toBe(url);
});

test("the command takes the shell's place: words and exit code are its own", async () => {
  const [program = "", ...args] = direct(["sh", "-c", 'printf "%s|" "$@"; exit 7', "sh", "two words", "*"]);
  const run = await execa(program, args, { reject: false });
  expect([run.exitCode, run.stdout]).toEqual([7, "two words|*|"]);
});

test("the address is in no argument", () => {
  expect(direct(["bundle", "exec", "rails", "db:migrate"]).join(" ")).not.toMatch(/postgres:\/\//);
});
