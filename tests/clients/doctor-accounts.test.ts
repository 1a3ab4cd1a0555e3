import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { examine } from "../../checks/examine.ts";
import type { Inspector } from "../../checks/inspector.ts";
import { guardCheck, mailChecks } from "../../cli/doctor/account-checks.ts";
import { type Connect, cloudflareToken, sendgridToken } from "../../cli/doctor/token-checks.ts";
import { cloudflareClient } from "../../providers/cloudflare/client.ts";
import { sendgridClient } from "../../providers/sendgrid/client.ts";
import { everything } from "../support/doctor-world.ts";
import { type LocalClouds, operator, startLocalClouds } from "./local-clouds.ts";

let clouds: LocalClouds;
beforeAll(async () => {
  clouds = await startLocalClouds();
});
afterAll(() => clouds[Symbol.asyncDispose]());
beforeEach(() => clouds.reset());

/** What the checks of the accounts find, with these credentials. */
async function found(
  { cloudflare, sendgrid } = { cloudflare: operator.cloudflare, sendgrid: operator.sendgrid },
) {
  const more = (signal: AbortSignal) => ({ tries: 2, signal });
  const toCloudflare: Connect = (signal) =>
    cloudflareClient([cloudflare], clouds.cloudflareUrl, more(signal));
  const toSendgrid: Connect = (signal) => sendgridClient([sendgrid], clouds.sendgridUrl, more(signal));
  const place = { accountId: operator.accountId, zone: "mastiff.party", isShared: false };
  const table = [
    guardCheck(toCloudflare, place),
    cloudflareToken(toCloudflare, place),
    ...mailChecks(toSendgrid, { domain: "mastiff.party", owner: "mastiff@mastiff.party" }),
    sendgridToken(toSendgrid),
  ];
  const open = (signal: AbortSignal) => ({ signal }) as Inspector;
  const findings = await examine({ limitMs: 10_000, open }, everything, undefined, table);
  return findings.map(({ came, urgency }) => `${urgency}: ${came}`);
}

/** A new account has click tracking. */
const tracking = "info: click tracking is on: links in mails lead through SendGrid first";

test("fresh accounts have nothing but click tracking, and switching it off leaves nothing", async () => {
  expect(await found()).toEqual([tracking]);
  await clouds.ask("sendgrid", "PATCH", "/tracking_settings/click", { enabled: false });
  expect(await found()).toEqual([]);
});

test("Bot Fight Mode and Under Attack mode are seen", async () => {
  const zone = `/zones/${"0".repeat(28)}a001`;
  await clouds.ask("cloudflare", "PUT", `${zone}/bot_management`, { fight_mode: true });
  expect(await found()).toEqual(["critical: bot_management.fight_mode is on", tracking]);
  await clouds.ask("cloudflare", "PUT", `${zone}/bot_management`, { fight_mode: false });
  await clouds.ask("cloudflare", "PATCH", `${zone}/settings/security_level`, { value: "under_attack" });
  expect(await found()).toEqual(["critical: settings/security_level is under_attack", tracking]);
});

test("credentials that the clouds do not know are found, and what they cannot read is not taken for well", async () => {
  const wrong = { cloudflare: "0".repeat(40), sendgrid: `SG.${"0".repeat(22)}.${"0".repeat(43)}` };
  const ofSendgrid = expect.stringMatching(/^info: SendGrid did not grant /);
  expect(await found(wrong)).toEqual([
    "critical: the token is not valid",
    "critical: SendGrid refuses the key",
    expect.stringMatching(/^info: Cloudflare did not grant GET \/zones /),
    ...[ofSendgrid, ofSendgrid, ofSendgrid],
  ]);
});
