import { expect, test } from "vitest";
import { sendgridClient } from "../../providers/sendgrid/client.ts";
import { lookAtMail, type MailLookSpec } from "../../providers/sendgrid/look.ts";
import * as provider from "../../providers/sendgrid/provider.ts";
import type { Props } from "../../providers/shared/kind.ts";
import { operator } from "./local-clouds.ts";
import { addRecords, baseUrl, clouds, configure, domain, useSendgrid } from "./sendgrid-fixture.ts";

useSendgrid();

const links = (): Props => ({ kind: "LinkBranding", domain: "mastiff.party", baseUrl: baseUrl() });
const tracking = (accountIsOurs: boolean): Props => ({
  kind: "ClickTracking",
  accountIsOurs,
  baseUrl: baseUrl(),
});

test("link branding that is on is an error with the call that ends it; that of other domains is none", async () => {
  await clouds.ask("sendgrid", "POST", "/whitelabel/links", { domain: "example.org" });
  const { id, outs } = await provider.create(links());
  expect(outs).toMatchObject({ waiting: [], branded: [] });

  const link = await clouds.ask("sendgrid", "POST", "/whitelabel/links", {
    domain: "mastiff.party",
    subdomain: "url1",
  });
  expect((await provider.update(id, outs, links())).outs.waiting).toEqual(["url1.mastiff.party"]);

  await addRecords(link.dns);
  await clouds.ask("sendgrid", "POST", `/whitelabel/links/${link.id}/validate`, {});
  const { props = {} } = await provider.read(id, outs);
  expect(props.branded).toEqual(["url1.mastiff.party"]);
  expect((await provider.diff(id, props, links())).changes).toBe(true);
  await expect(provider.update(id, props, links())).rejects.toThrow(
    `SendGrid brands links in mails from mastiff.party: url1.mastiff.party (entry ${link.id}).`,
  );
  await provider.remove(id, props);
  expect(await clouds.ask("sendgrid", "GET", "/whitelabel/links")).toHaveLength(2);
});

const isTracking = async () => (await clouds.ask("sendgrid", "GET", "/tracking_settings/click")).enabled;

test("in an account of our own click tracking goes off and comes back at the end", async () => {
  const { id, outs } = await provider.create(tracking(true));
  expect(outs).toMatchObject({ enabled: false, warning: "", switchedOff: true });
  expect(await isTracking()).toBe(false);

  await clouds.ask("sendgrid", "PATCH", "/tracking_settings/click", { enabled: true });
  const { props = {} } = await provider.read(id, outs);
  expect((await provider.diff(id, props, tracking(true))).changes).toBe(true);
  const again = await provider.update(id, props, tracking(true));
  expect(await isTracking()).toBe(false);

  await provider.remove(id, again.outs);
  expect(await isTracking()).toBe(true);
});

test("a run that was cut off after the switch still puts it back at the end", async () => {
  const before = { kind: "TrackingBefore", baseUrl: baseUrl() };
  const { id: seen, outs } = await provider.create(before);
  expect(outs).toMatchObject({ wasOn: true });
  const wanted = { ...tracking(true), wasOn: outs?.wasOn };
  await provider.create(wanted);
  // The state does not have the outputs of the first create.
  const { id, outs: again = {} } = await provider.create(wanted);
  expect((await provider.read(seen, outs ?? {})).props).toMatchObject({ wasOn: true });
  await provider.remove(id, again);
  expect(await isTracking()).toBe(true);
});

test("the two resources of the switch ask once what they both have to know, and a later run asks again", async () => {
  const reads = async () =>
    (await clouds.calls("sendgrid")).filter((call) => call.startsWith("GET /sendgrid/v3/tracking_settings"))
      .length;
  const before = await provider.create({ kind: "TrackingBefore", baseUrl: baseUrl() });
  const wanted = { ...tracking(true), wasOn: before.outs?.wasOn };
  const { outs } = await provider.create(wanted);
  expect([await reads(), outs]).toEqual([1, expect.objectContaining({ enabled: false, switchedOff: true })]);

  await clouds.ask("sendgrid", "PATCH", "/tracking_settings/click", { enabled: true });
  await configure({});
  expect((await provider.create(wanted)).outs).toMatchObject({ enabled: false, switchedOff: true });
  expect([await reads(), await isTracking()]).toEqual([2, false]);
});

test("what was off before stays off at the end", async () => {
  await clouds.ask("sendgrid", "PATCH", "/tracking_settings/click", { enabled: false });
  const { id, outs } = await provider.create(tracking(true));
  await provider.remove(id, outs);
  expect(await isTracking()).toBe(false);
});

test("in a shared account click tracking is only said", async () => {
  const { id, outs } = await provider.create(tracking(false));
  expect(outs.enabled).toBe(true);
  expect(outs.warning).toContain("https://app.sendgrid.com/settings/tracking");
  expect((await provider.diff(id, outs, tracking(false))).changes).toBe(false);
  await provider.remove(id, outs);
  const changes = (await clouds.calls("sendgrid")).filter((call) => !call.startsWith("GET"));
  expect(changes).toEqual([]);
});

test("an account that becomes shared gets its setting back", async () => {
  const { id, outs } = await provider.create(tracking(true));
  const shared = await provider.update(id, outs, tracking(false));
  expect(shared.outs).toMatchObject({ enabled: true, switchedOff: false });
  expect(await isTracking()).toBe(true);
});

const look = (spec: MailLookSpec, apiKey = operator.sendgrid) =>
  lookAtMail(sendgridClient([apiKey], baseUrl(), { tries: 2 }), spec);

test("a look tells how mail stands and changes nothing", async () => {
  await provider.create(domain());
  const before = (await clouds.calls("sendgrid")).length;
  expect(await look({ domain: "mastiff.party", senderEmail: "owner@mastiff.party" })).toEqual({
    domainFound: true,
    domainValid: false,
    senderFound: false,
    senderVerified: false,
    clickTracking: true,
    problems: [],
  });
  const calls = (await clouds.calls("sendgrid")).slice(before);
  const paths = ["tracking_settings/click", "verified_senders", "whitelabel/domains"];
  expect(calls.sort()).toEqual(paths.map((path) => `GET /sendgrid/v3/${path}`));
});

test("a look with a key that is not valid says so and shows nothing of it", async () => {
  const seen = await look({ domain: "mastiff.party" }, "SG.not.valid");
  const { problems, ...rest } = seen;
  expect(Object.values(rest).every((value) => value === null)).toBe(true);
  expect(problems[0]).toContain("HTTP 401");
  expect(JSON.stringify(seen)).not.toContain("SG.not.valid");
});
