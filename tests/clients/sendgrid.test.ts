import { execa } from "execa";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { Props } from "../../dynamic/kind.ts";
import * as provider from "../../sendgrid/provider.ts";
import { root } from "../../toolchain/paths.ts";
import { type LocalClouds, operator, startLocalClouds } from "./local-clouds.ts";

let clouds: LocalClouds;

beforeAll(async () => {
  clouds = await startLocalClouds();
});
afterAll(() => clouds[Symbol.asyncDispose]());

beforeEach(async () => {
  await clouds.reset();
  vi.stubEnv("SENDGRID_API_KEY", operator.sendgrid);
  await configure({});
  return () => vi.unstubAllEnvs();
});

const configure = (values: Record<string, string>) =>
  provider.configure({ config: { get: (key) => values[key], require: (key) => String(values[key]) } });

const baseUrl = () => clouds.sendgridUrl;
const domain = (more: Props = {}): Props => ({
  kind: "AuthenticatedDomain",
  domain: "mastiff.party",
  subdomain: "em12345",
  subdomainIsOurs: true,
  baseUrl: baseUrl(),
  ...more,
});
const validation = (domainId: number, timeoutSeconds = 0): Props => ({
  kind: "DomainValidation",
  domainId,
  recordIds: [],
  timeoutSeconds,
  baseUrl: baseUrl(),
});
const key = (more: Props = {}): Props => ({
  kind: "ApiKey",
  name: "mastiff mastiff/test",
  scopes: ["mail.send"],
  baseUrl: baseUrl(),
  ...more,
});
const sender = (more: Props = {}): Props => ({
  kind: "SingleSender",
  nickname: "mastiff mastiff/test",
  email: "owner@mastiff.party",
  name: "Mastiff",
  replyTo: "owner@mastiff.party",
  address: "1 Dog Street",
  city: "Amsterdam",
  country: "Netherlands",
  baseUrl: baseUrl(),
  ...more,
});
const links = (): Props => ({ kind: "LinkBranding", domain: "mastiff.party", baseUrl: baseUrl() });
const tracking = (accountIsOurs: boolean): Props => ({
  kind: "ClickTracking",
  accountIsOurs,
  baseUrl: baseUrl(),
});

const entries = () => clouds.ask("sendgrid", "GET", "/whitelabel/domains");
const keys = async (): Promise<{ name: string; api_key_id: string }[]> =>
  (await clouds.ask("sendgrid", "GET", "/api_keys")).result.filter(
    (one: { name: string }) => one.name !== "operator",
  );
const lost = { when: "after", action: { cut: true } } as const;
const late = {
  headers: { "retry-after": "0" },
  body: { errors: [{ message: "too many requests", field: null }] },
};

/** The CNAMEs of a branding, in the zone. */
async function addRecords(dns: Record<string, { host: string; data: string }>): Promise<void> {
  const { result } = await clouds.ask("cloudflare", "GET", "/zones?name=mastiff.party");
  for (const { host, data } of Object.values(dns)) {
    const record = { type: "CNAME", name: host, content: data, ttl: 1, proxied: false };
    await clouds.ask("cloudflare", "POST", `/zones/${result[0].id}/dns_records`, record);
  }
}

test("a domain is entered, gives its records, and leaves", async () => {
  const { id, outs } = await provider.create(domain());
  expect(outs).toMatchObject({
    domainId: Number(id),
    mailCname: { host: "em12345.mastiff.party", data: "u1446226.wl.sendgrid.net" },
    dkim1: { host: "s1._domainkey.mastiff.party", data: "s1.domainkey.u1446226.wl.sendgrid.net" },
    dkim2: { host: "s2._domainkey.mastiff.party", data: "s2.domainkey.u1446226.wl.sendgrid.net" },
    adopted: false,
  });
  expect((await provider.read(id, outs)).props).toEqual(outs);
  await provider.remove(id, outs);
  expect(await entries()).toEqual([]);
  expect((await provider.read(id, outs)).id).toBe("");
  await provider.remove(id, outs);
});

test("an entry that was there before is used and stays at the end", async () => {
  const theirs = { domain: "mastiff.party", subdomain: "mail", automatic_security: true };
  const before = await clouds.ask("sendgrid", "POST", "/whitelabel/domains", theirs);
  const { id, outs } = await provider.create(domain());
  expect([id, outs.adopted]).toEqual([String(before.id), true]);
  await provider.remove(id, outs);
  expect(await entries()).toHaveLength(1);
});

test("a domain that only contains ours is somebody else's", async () => {
  await clouds.ask("sendgrid", "POST", "/whitelabel/domains", {
    domain: "not-mastiff.party",
    automatic_security: true,
  });
  const { outs } = await provider.create(domain());
  expect(outs.adopted).toBe(false);
  expect(await entries()).toHaveLength(2);
});

test("an entry that a crash left behind is ours again; one under a chosen subdomain cannot be told", async () => {
  await provider.create(domain());
  expect((await provider.create(domain())).outs.adopted).toBe(false);
  expect((await provider.create(domain({ subdomainIsOurs: false }))).outs.adopted).toBe(true);
  expect(await entries()).toHaveLength(1);
});

test("an entry whose answer was lost is found, not made twice", async () => {
  await clouds.faults({ method: "POST", path: "/whitelabel/domains$", ...lost });
  const { outs } = await provider.create(domain());
  expect(outs.adopted).toBe(false);
  expect(await entries()).toHaveLength(1);
});

test("a POST that surely did nothing is repeated", async () => {
  const overload = { status: 503, body: { errors: [{ message: "overload", field: null }] } };
  await clouds.faults({ method: "POST", path: "/whitelabel/domains$", when: "before", action: overload });
  await provider.create(domain());
  expect(await entries()).toHaveLength(1);
});

test("half an answer is asked for again, and looked for when it was a POST's", async () => {
  const half = { when: "after", action: { malformed: true } } as const;
  await clouds.faults({ method: "GET", ...half }, { method: "POST", ...half });
  expect((await provider.create(domain())).outs.adopted).toBe(false);
  expect(await entries()).toHaveLength(1);
});

test("an entry on the second page is found", async () => {
  for (let n = 0; n < 100; n++) {
    await clouds.ask("sendgrid", "POST", "/whitelabel/domains", { domain: `n${n}.mastiff.party` });
  }
  await clouds.ask("sendgrid", "POST", "/whitelabel/domains", {
    domain: "mastiff.party",
    automatic_security: true,
  });
  expect((await provider.create(domain())).outs.adopted).toBe(true);
});

test("too many calls are asked again when SendGrid says", async () => {
  await clouds.faults({ cloud: "sendgrid", times: 3, when: "before", action: { status: 429, ...late } });
  await provider.create(domain());
  expect(await entries()).toHaveLength(1);
});

test("not valid yet is a result with reasons, and becomes valid once the records are there", async () => {
  const { outs } = await provider.create(domain());
  const inputs = validation(outs.domainId);
  const first = await provider.create(inputs);
  expect(first.outs).toMatchObject({
    valid: false,
    reasons: [
      'mail_cname: Expected CNAME for "em12345.mastiff.party" to match "u1446226.wl.sendgrid.net".',
      expect.stringContaining("dkim1: "),
      expect.stringContaining("dkim2: "),
    ],
  });
  expect((await provider.diff(first.id, first.outs, inputs)).changes).toBe(true);

  await addRecords({ a: outs.mailCname, b: outs.dkim1, c: outs.dkim2 });
  const second = await provider.update(first.id, first.outs, inputs);
  expect(second.outs).toMatchObject({ valid: true, reasons: [] });
  expect((await provider.diff(first.id, second.outs, inputs)).changes).toBe(false);
});

test("SendGrid's resolver in trouble is asked again", async () => {
  const { outs } = await provider.create(domain());
  await addRecords({ a: outs.mailCname, b: outs.dkim1, c: outs.dkim2 });
  const trouble = { status: 500, body: { errors: [{ message: "internal error getting TXT" }] } };
  await clouds.faults({ method: "POST", path: "/validate$", when: "before", action: trouble });
  expect((await provider.create(validation(outs.domainId))).outs.valid).toBe(true);
});

test("a domain that lost its records is seen by a refresh after SendGrid saw it", async () => {
  const { outs } = await provider.create(domain());
  const state = { ...validation(outs.domainId), valid: true, reasons: [] };
  await clouds.ask("sendgrid", "POST", `/whitelabel/domains/${outs.domainId}/validate`, {});
  const { props } = await provider.read(String(outs.domainId), state);
  expect(props).toMatchObject({ valid: false, reasons: ["the domain was valid and is not any more"] });
  await clouds.ask("sendgrid", "DELETE", `/whitelabel/domains/${outs.domainId}`);
  expect((await provider.read(String(outs.domainId), state)).id).toBe("");
});

test("a key may send mail and nothing else, and leaves", async () => {
  const { id, outs } = await provider.create(key());
  expect(outs.apiKey).toMatch(/^SG\.[\w-]{22}\.[\w-]{43}$/);
  expect(await clouds.ask("sendgrid", "GET", `/api_keys/${id}`)).toMatchObject({
    scopes: ["mail.send", "sender_verification_eligible", "2fa_required"],
  });
  expect((await provider.read(id, outs)).props).toEqual(outs);
  await provider.remove(id, outs);
  expect(await keys()).toEqual([]);
  expect((await provider.read(id, outs)).id).toBe("");
  await provider.remove(id, outs);
});

test("a key that a crash kept out of the state is ended, those of other names are not", async () => {
  await provider.create(key());
  await clouds.ask("sendgrid", "POST", "/api_keys", {
    name: "mastiff mastiff/test-2",
    scopes: ["mail.send"],
  });
  const { id } = await provider.create(key());
  expect((await keys()).map((one) => one.name).sort()).toEqual([
    "mastiff mastiff/test",
    "mastiff mastiff/test-2",
  ]);
  expect((await keys()).map((one) => one.api_key_id)).toContain(id);
});

test("a key whose answer was lost is ended and made anew: nobody knows it", async () => {
  await clouds.faults({ method: "POST", path: "/api_keys$", ...lost });
  const { id } = await provider.create(key());
  expect((await keys()).map((one) => one.api_key_id)).toEqual([id]);
});

test("scopes that somebody widened are seen and taken back, and the key stays the same", async () => {
  const { id, outs } = await provider.create(key());
  const wider = { name: key().name, scopes: ["mail.send", "api_keys.create"] };
  await clouds.ask("sendgrid", "PUT", `/api_keys/${id}`, wider);
  const { props = {} } = await provider.read(id, outs);
  expect(props.scopes).toEqual(["api_keys.create", "mail.send"]);
  expect(await provider.diff(id, props, key())).toMatchObject({ changes: true, replaces: [] });
  const updated = await provider.update(id, props, key());
  expect(updated.outs.apiKey).toBe(outs.apiKey);
  expect((await provider.read(id, updated.outs)).props?.scopes).toEqual(["mail.send"]);
});

test("an operator's key that may not make keys is told what it needs, and not shown", async () => {
  const { api_key } = await clouds.ask("sendgrid", "POST", "/api_keys", {
    name: "weak",
    scopes: ["api_keys.read"],
  });
  vi.stubEnv("SENDGRID_API_KEY", api_key);
  const refused = await provider.create(key()).catch((error: Error) => error.message);
  expect(refused).toBe(
    "SendGrid did not grant POST /api_keys (HTTP 403): access forbidden\n" +
      "  fix     give the operator's key these scopes: whitelabel.*, api_keys.*, tracking_settings.*, mail.send; " +
      "verified senders want Full Access",
  );
});

test("a key that config has from before it was rotated gives way to the environment's", async () => {
  await configure({ "mastiff:sendgridApiKey": "SG.rotated.away" });
  await provider.create(key());
  expect(await keys()).toHaveLength(1);
});

test("a stack's endpoint of today goes before the one in its state", async () => {
  const { id, outs } = await provider.create(key());
  await configure({ "mastiff:endpoints": JSON.stringify({ sendgrid: baseUrl() }) });
  await provider.remove(id, { ...outs, baseUrl: "http://127.0.0.1:9/of-yesterday" });
  expect(await keys()).toEqual([]);
});

test("a sender waits for a click, is found again, changes and leaves", async () => {
  const { id, outs } = await provider.create(sender());
  expect(outs).toMatchObject({ verified: false, adopted: false });
  expect(await provider.create(sender())).toEqual({ id, outs });

  const changed = await provider.update(id, outs, sender({ city: "Utrecht" }));
  expect((await clouds.ask("sendgrid", "GET", "/verified_senders")).results).toMatchObject([
    { city: "Utrecht" },
  ]);
  const { props = {} } = await provider.read(id, outs);
  expect(props.city).toBe("Utrecht");
  expect(
    (await provider.diff(id, changed.outs, sender({ email: "b@mastiff.party" }))).deleteBeforeReplace,
  ).toBe(true);

  await provider.remove(id, outs);
  expect((await clouds.ask("sendgrid", "GET", "/verified_senders")).results).toEqual([]);
  expect((await provider.read(id, outs)).id).toBe("");
});

test("a sender whose answer was lost is found, not made twice", async () => {
  await clouds.faults({ method: "POST", path: "/verified_senders$", ...lost });
  expect((await provider.create(sender())).outs.adopted).toBe(false);
  expect((await clouds.ask("sendgrid", "GET", "/verified_senders")).results).toHaveLength(1);
});

test("somebody else's sender is used as it is, and stays", async () => {
  const theirs = {
    nickname: "office",
    from_email: "Owner@mastiff.party",
    reply_to: "x@mastiff.party",
    city: "Rome",
  };
  await clouds.ask("sendgrid", "POST", "/verified_senders", theirs);
  const { id, outs } = await provider.create(sender());
  expect(outs.adopted).toBe(true);
  await provider.update(id, outs, sender({ city: "Utrecht" }));
  expect((await provider.diff(id, (await provider.read(id, outs)).props ?? {}, sender())).changes).toBe(
    false,
  );
  await provider.remove(id, outs);
  expect((await clouds.ask("sendgrid", "GET", "/verified_senders")).results).toMatchObject([
    { city: "Rome" },
  ]);
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
    `curl -X DELETE -H "Authorization: Bearer $SENDGRID_API_KEY" ${baseUrl()}/whitelabel/links/${link.id}`,
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

const look = (spec: Props, apiKey = operator.sendgrid) =>
  execa(process.execPath, ["sendgrid/main.ts", "look"], {
    cwd: root,
    env: { SPEC: JSON.stringify(spec), SENDGRID_API_KEY: apiKey },
    reject: false,
  });

test("a look tells how mail stands and changes nothing", async () => {
  await provider.create(domain());
  const asked = { domain: "mastiff.party", senderEmail: "owner@mastiff.party", baseUrl: baseUrl() };
  const before = (await clouds.calls("sendgrid")).length;
  const { stdout, exitCode } = await look(asked);
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    domainFound: true,
    domainValid: false,
    senderFound: false,
    senderVerified: false,
    clickTracking: true,
    brandedLinks: [],
    problems: [],
  });
  const calls = (await clouds.calls("sendgrid")).slice(before);
  expect(calls.filter((call) => !call.startsWith("GET"))).toEqual([]);
});

test("a look with a key that is not valid says so and shows nothing of it", async () => {
  const { stdout, stderr, exitCode } = await look(
    { domain: "mastiff.party", baseUrl: baseUrl() },
    "SG.not.valid",
  );
  expect(exitCode).toBe(0);
  const { problems, ...rest } = JSON.parse(stdout);
  expect(Object.values(rest).every((value) => value === null)).toBe(true);
  expect(problems[0]).toContain("HTTP 401");
  expect(stdout + stderr).not.toContain("SG.not.valid");
});

test("a look with a spec that makes no sense is an error on stderr", async () => {
  const { stdout, stderr, exitCode } = await look({ domain: "https://mastiff.party" });
  expect([stdout, exitCode]).toEqual(["", 1]);
  expect(stderr).toContain("is no domain");
});
