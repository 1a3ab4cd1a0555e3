import { expect, test } from "vitest";
import { certificateSentences, mailSentences } from "../../components/stack/waiting.ts";

const nothing = { domainValid: true, senderVerified: true, clickTracking: false, problems: [] };
const unknown = { domainValid: null, senderVerified: null, clickTracking: null, problems: [] };
const sendgrid = { domain: "acme.social", senderEmail: "rex@acme.social" };

test("where all is well nothing is said", () => {
  const active = { app: "acme", hostname: "acme.social", status: "active" as const, detail: "" };
  expect(certificateSentences({ certificates: [active] })).toEqual([]);
  expect(mailSentences(sendgrid, nothing)).toEqual([]);
});

test("what could not be learned is said by its problem alone, and guessed in neither way", () => {
  expect(mailSentences(sendgrid, { ...unknown, problems: ["SendGrid did not grant GET /scopes"] })).toEqual([
    "SendGrid did not grant GET /scopes",
  ]);
});

test("a sender is missed only where config has one", () => {
  expect(mailSentences({ domain: "acme.social" }, { ...nothing, senderVerified: false })).toEqual([]);
});

test("click tracking is said with both ways out", () => {
  expect(mailSentences(sendgrid, { ...nothing, clickTracking: true })).toEqual([
    "click tracking rewrites the links in mails, for the whole SendGrid account: switch it off in the dashboard (Settings, Tracking), or set mastiff:sendgridAccountIsOurs if nobody else sends through the account",
  ]);
});
