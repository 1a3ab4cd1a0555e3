import { createECDH } from "node:crypto";
import { beforeEach, expect, test } from "vitest";
import {
  community,
  exitCode,
  type Fly,
  freshFly,
  gigabyte,
  job,
  mastodon,
  printed,
  run,
  sealed,
} from "./fly-call.ts";

const app = "mastiff-party";
const rails = (...args: string[]) => ["bundle", "exec", "rails", ...args];
const sidekiq = { image: mastodon, init: { cmd: ["bundle", "exec", "sidekiq"] }, guest: gigabyte };

let fly: Fly;
beforeEach(async () => {
  fly = freshFly();
  await community(fly);
  await ran(rails("db:prepare"));
});

/** Runs a one-off. Resolves to its exit code and output. */
async function ran(cmd: string[], env: Record<string, string> = {}): Promise<[number | undefined, string]> {
  const machine = await job(fly, cmd, { env });
  return [exitCode(machine), printed(fly, app, machine).join("\n")];
}

const pair = () => {
  const keys = createECDH("prime256v1");
  keys.generateKeys();
  const text = (bytes: Buffer) => bytes.toString("base64").replaceAll("+", "-").replaceAll("/", "_");
  return { VAPID_PRIVATE_KEY: text(keys.getPrivateKey()), VAPID_PUBLIC_KEY: text(keys.getPublicKey()) };
};
const smoke = async (env: Record<string, string> = {}) => {
  const [code, output] = await ran(rails("runner", "# mastiff: smoke"), env);
  return { code, ...JSON.parse(output) };
};

test("the smoke job says per part what is wrong, null where nothing is", async () => {
  const keys = pair();
  expect(await smoke(keys)).toMatchObject({
    code: 1,
    push: null,
    scheduler: "0 processes work on the scheduler queue, not one",
  });
  await run(fly, app, sidekiq);
  expect(await smoke(keys)).toEqual({
    code: 0,
    bucket: null,
    push: null,
    mail: null,
    database: null,
    redis: null,
    scheduler: null,
  });
  const strangers = { ...keys, VAPID_PUBLIC_KEY: pair().VAPID_PUBLIC_KEY };
  expect(await smoke(strangers)).toMatchObject({ code: 1, push: "private and public key are no pair" });
  expect((await smoke({ ...keys, VAPID_PRIVATE_KEY: "AAAA" })).push).toContain("invalid private key");
  const bucket = {
    S3_ENABLED: "true",
    S3_BUCKET: "files",
    S3_ENDPOINT: `https://${"0".repeat(29)}d09.r2.cloudflarestorage.com`,
  };
  expect(
    (await smoke({ ...keys, ...bucket, AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" })).bucket,
  ).toContain("Unauthorized");
});

test("mail: SendGrid takes its key alone, another server what is dialled", async () => {
  const sendgrid = { SMTP_SERVER: "smtp.sendgrid.net", SMTP_PORT: "587", SMTP_LOGIN: "apikey" };
  const key = "SG.local-operator-key-0000.000000000000000000000000000000000000000000";
  const mail = async (env: Record<string, string>) => (await smoke({ ...pair(), ...env })).mail;
  expect(await mail({ ...sendgrid, SMTP_PASSWORD: key })).toBeNull();
  expect(await mail({ ...sendgrid, SMTP_PASSWORD: "SG.wrong" })).toContain("535 Authentication failed");
  expect(await mail({ ...sendgrid, SMTP_LOGIN: "me", SMTP_PASSWORD: key })).toContain("535");
  expect(await mail({ ...sendgrid, SMTP_PORT: "1025", SMTP_PASSWORD: key })).toContain("Net::OpenTimeout");
  const own = { SMTP_SERVER: "mail.example.org", SMTP_PORT: "465", SMTP_LOGIN: "m", SMTP_PASSWORD: "pw" };
  expect(await mail(own)).toContain("SocketError");
  fly.world.state.fly.dials.smtpServers["mail.example.org:465"] = ["pw"];
  expect(await mail(own)).toBeNull();
  // A server that accepts only LOGIN, as smtp.office365.com does.
  fly.world.state.fly.dials.smtpMethods["mail.example.org:465"] = ["login"];
  expect(await mail(own)).toContain("504 5.7.4 Unrecognized authentication type");
  expect(await mail({ ...own, SMTP_AUTH_METHOD: "login" })).toBeNull();
  expect(
    await mail({ SMTP_SERVER: "mail.example.org", SMTP_PORT: "465", SMTP_AUTH_METHOD: "none" }),
  ).toBeNull();
  const eu = { ...sendgrid, SMTP_SERVER: "smtp.eu.sendgrid.net", SMTP_PASSWORD: key };
  expect(await mail(eu)).toContain("535 Authentication failed");
  fly.world.state.sendgrid.user.region = "eu";
  expect(await mail(eu)).toBeNull();
});

test("tootctl: what it does, and how it refuses", async () => {
  await ran(rails("runner", "# mastiff: owner"), {
    OWNER_USERNAME: "mastiff",
    OWNER_EMAIL: "owner@mastiff.party",
    OWNER_SEALED: sealed("x".repeat(32)),
    OWNER_SKIP_DNS: "1",
  });
  const tootctl = (...args: string[]) => ran(["bin/tootctl", ...args]);
  expect(await tootctl("version")).toEqual([0, "4.7.4"]);
  expect(await tootctl("accounts", "refresh", "--all", "--verbose")).toEqual([0, "Refreshed 0 accounts"]);
  expect(await tootctl("accounts", "refresh")).toEqual([1, "No account(s) given"]);
  expect(await tootctl("nosuch")).toEqual([1, 'Could not find command "nosuch".']);
  expect(await tootctl("accounts", "nosuch")).toEqual([1, 'Could not find command "nosuch".']);
  expect(await tootctl("accounts", "modify", "mastiff", "--role", "admin")).toEqual([
    1,
    "Cannot find user role with that name",
  ]);
  expect(await tootctl("accounts", "modify", "mastiff", "--role", "Owner")).toEqual([0, "OK"]);
  expect(await tootctl("accounts", "modify", "nobody", "--role", "Owner")).toEqual([
    1,
    "No user with such username",
  ]);
  expect((await tootctl("self-destruct"))[0]).toBe(1);
});
