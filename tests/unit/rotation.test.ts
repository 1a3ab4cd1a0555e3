import { describe, expect, test } from "vitest";
import { ConfigError } from "../../components/config/config-error.ts";
import { parseCommunity } from "../../components/config/read.ts";

const required = {
  domain: "acme.social",
  cloudflareAccountId: "0123456789abcdef0123456789abcdef",
  flyOrg: "acme",
  ownerUsername: "rex",
  ownerEmail: "rex@acme.social",
};
const encrypted = new Set(["smtpPassword", "r2SecretAccessKey"]);

/** The error of a config. Empty when the config is accepted. */
function refusal(config: Record<string, string>): string {
  try {
    parseCommunity({ ...required, ...config }, encrypted, { stack: "acme" });
    return "";
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}
const rotate = (words: object, more: Record<string, string> = {}) =>
  refusal({ ...more, rotate: JSON.stringify(words) });

test("the secrets that may rotate take words and numbers", () => {
  const rotate =
    '{"smtpKey":"2026-11","r2Token":2,"databasePassword":"b","redisPassword":"b","ownerPassword":"b"}';
  expect(parseCommunity({ ...required, rotate }, encrypted, { stack: "acme" }).rotate).toEqual({
    smtpKey: "2026-11",
    r2Token: "2",
    databasePassword: "b",
    redisPassword: "b",
    ownerPassword: "b",
  });
});

describe("refused, with the reason", () => {
  test.each([
    ["secretKeyBase", "everybody would be logged out"],
    ["vapid", "push subscription depends on the pair"],
    ["vapidPrivateKey", "push subscription depends on the pair"],
    ["encryptionKeys", "signing keys and two-factor secrets are encrypted with them"],
    ["encryptionSalt", "signing keys and two-factor secrets are encrypted with them"],
    ["otpSecret", "two-factor secrets from before Mastodon 4.4"],
    ["flyToken", "is not a secret that can be rotated; these can: smtpKey, r2Token"],
  ])("%s", (name, reason) => {
    expect(rotate({ [name]: "1" })).toContain(`${name}: `);
    expect(rotate({ [name]: "1" })).toContain(reason);
  });

  test("a word that names no resource", () => {
    expect(rotate({ smtpKey: "November 2026" })).toContain("the word must be 1 to 20 lower-case letters");
  });

  test("what somebody else made", () => {
    const server = { smtpServer: "smtp.example.org", smtpLogin: "me", smtpPassword: "x" };
    expect(rotate({ smtpKey: "1" }, server)).toContain("the password of smtp.example.org is yours");
    const key = { r2AccessKeyId: "a", r2SecretAccessKey: "b", backup: "off" };
    expect(rotate({ r2Token: "1" }, key)).toContain("the bucket's key is yours");
    const upstash = { redis: '{"kind":"upstash"}' };
    expect(rotate({ redisPassword: "1" }, upstash)).toContain("Upstash generates this password");
    expect(rotate({ databasePassword: "1" }, { ...server, ...key, ...upstash })).toBe("");
  });
});

test("a community is ended by its own name alone", () => {
  expect(refusal({ destroy: "acme.social" })).toBe("");
  expect(refusal({ destroy: "acme.example" })).toContain(
    'mastiff:destroy is "acme.example": is not the domain of this stack\'s community, acme.social',
  );
});
