/** scripts/doctor.rb in a real Ruby, on a mail server with TLS. What Rails has is played (fixtures/rails-for-doctor.rb). */
import { execFile, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { SMTPServer } from "smtp-server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { insideOf } from "../../cli/doctor/inside-report.ts";
import { railsRunner } from "../../providers/fly/release/rails.ts";
import { root } from "../../sandbox/toolchain/paths.ts";
import { authority } from "../support/self-signed.ts";

const { certify, ca } = authority("Test Authority");
const password = "the1real2password3";
const ruby = spawnSync("ruby", ["-e", "exit(RUBY_VERSION.to_f < 3 ? 1 : 0)"]).status === 0;

/** A mail server on this machine. @param hidden whether it keeps quiet about STARTTLS */
async function mailServer(hidden = false): Promise<{ port: number } & AsyncDisposable> {
  const server = new SMTPServer({
    ...certify("localhost", new Date("2048-01-01T00:00:00Z")),
    authMethods: ["PLAIN"],
    hideSTARTTLS: hidden,
    disabledCommands: hidden ? ["STARTTLS"] : [],
    allowInsecureAuth: false,
    onAuth: (auth, _session, done) =>
      auth.username === "apikey" && auth.password === password
        ? done(null, { user: "apikey" })
        : done(new Error("Authentication failed: Bad username / password")),
  });
  // A client that does not trust it hangs up.
  server.on("error", () => {});
  server.listen(0, "localhost");
  await once(server.server, "listening");
  return {
    port: (server.server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

describe.skipIf(!ruby)("the look from inside (without Ruby 3 on PATH it is left out)", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "ruby-"));
    writeFileSync(join(folder, "ca.pem"), ca);
    const [, , , , script = ""] = railsRunner("doctor");
    const rails = readFileSync(join(root, "tests/fixtures/rails-for-doctor.rb"), "utf8");
    writeFileSync(join(folder, "doctor.rb"), `${rails}\n${script}`);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function reportWith(env: Record<string, string>) {
    const { stdout } = await promisify(execFile)("ruby", [join(folder, "doctor.rb")], {
      env: {
        PATH: process.env.PATH ?? "",
        SSL_CERT_FILE: join(folder, "ca.pem"),
        LOCAL_DOMAIN: "localhost",
        S3_ENDPOINT: "https://r2.example",
        S3_BUCKET: "acme",
        S3_ALIAS_HOST: "localhost:1",
        AWS_ACCESS_KEY_ID: "id",
        AWS_SECRET_ACCESS_KEY: "secret",
        SMTP_ENABLE_STARTTLS: "always",
        SMTP_LOGIN: "apikey",
        SMTP_PASSWORD: password,
        ...env,
      },
    });
    expect(stdout).not.toContain(password);
    return insideOf(JSON.stringify({ report: JSON.parse(stdout), disk: { size: 2, free: 1 } }));
  }

  test("is told in the form that the checks judge", async () => {
    await using server = await mailServer();
    expect(await reportWith({ SMTP_SERVER: "localhost", SMTP_PORT: String(server.port) })).toEqual({
      sidekiq: {
        processes: [{ queues: ["default", "scheduler"], silentSeconds: 4 }],
        queues: [{ name: "default", jobs: 3, waitSeconds: 1 }],
      },
      migrations: { pending: ["20261001000000"] },
      mail: { server: "localhost" },
      // Nobody serves the bucket here.
      bucket: { error: expect.stringContaining("Connection refused") },
      redis: {
        version: "7.4.6",
        bytes: 20_000_000,
        mostBytes: 268_435_456,
        policy: "noeviction",
        clients: 24,
        mostClients: 10_000,
      },
      database: { version: "17.2", bytes: 20, connections: 20, mostConnections: 300 },
      proxy: {
        client: "198.51.100.7",
        seen: expect.arrayContaining([{ by: "127.0.0.1", client: "198.51.100.7" }]),
      },
      disk: { size: 2, free: 1 },
    });
  });

  test.each<[what: string, hidden: boolean, env: Record<string, string>, words: RegExp]>([
    [
      "refuses the password",
      false,
      { SMTP_PASSWORD: "another" },
      /SMTPAuthenticationError: 535 .*Bad username/,
    ],
    ["has no STARTTLS", true, {}, /SMTPUnsupportedCommand: STARTTLS is not supported/],
    [
      "is vouched for by nobody",
      false,
      { SSL_CERT_FILE: "/nowhere" },
      /SSLError: .*certificate verify failed/,
    ],
  ])("says that the mail server %s", async (_what, hidden, env, words) => {
    await using server = await mailServer(hidden);
    const { mail } = await reportWith({ SMTP_SERVER: "localhost", SMTP_PORT: String(server.port), ...env });
    expect(mail).toEqual({ error: expect.stringMatching(words) });
  });
});

test("a report of another form is an error of the part, and hides no other", () => {
  const part = { error: "gone" };
  const rest = { migrations: part, mail: part, bucket: part, redis: part, database: part, proxy: part };
  const report = { sidekiq: { processes: "many" }, ...rest };
  expect(insideOf(JSON.stringify({ report, disk: part }))).toMatchObject({
    sidekiq: { error: expect.stringContaining("another form") },
    mail: part,
  });
  expect(() => insideOf('{"report":null,"disk":{"error":"x"}}')).toThrow("Fly has lost what it said");
});
