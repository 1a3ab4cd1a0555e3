import { expect, test } from "vitest";
import * as provider from "../../providers/sendgrid/provider.ts";
import type { Props } from "../../providers/shared/kind.ts";
import { addRecords, baseUrl, clouds, configure, domain, lost, useSendgrid } from "./sendgrid-fixture.ts";

useSendgrid();

const validation = (domainId: number, timeoutSeconds = 0): Props => ({
  kind: "DomainValidation",
  domainId,
  recordIds: [],
  timeoutSeconds,
  baseUrl: baseUrl(),
});

const entries = () => clouds.ask("sendgrid", "GET", "/whitelabel/domains");
const late = {
  headers: { "retry-after": "0" },
  body: { errors: [{ message: "too many requests", field: null }] },
};

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
  await configure({});
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

test("a domain of the EU has records of its own, and a global one does for none", async () => {
  await clouds.ask("sendgrid", "POST", "/whitelabel/domains", {
    domain: "mastiff.party",
    subdomain: "mail",
    automatic_security: true,
  });
  const { outs } = await provider.create(domain({ region: "eu" }));
  expect(outs).toMatchObject({ adopted: false, mailCname: { data: "u1446226.wl.eu.sendgrid.net" } });
  expect(await entries()).toHaveLength(2);
  expect((await provider.create(domain({ region: "eu" }))).outs.domainId).toBe(outs.domainId);
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
  expect(props).toMatchObject({ valid: false, reasons: ["the domain is no longer valid"] });
  await clouds.ask("sendgrid", "DELETE", `/whitelabel/domains/${outs.domainId}`);
  await configure({});
  expect((await provider.read(String(outs.domainId), state)).id).toBe("");
});

test("a refresh reads the domain once for itself and its validation", async () => {
  const { id, outs } = await provider.create(domain());
  const before = (await clouds.calls("sendgrid")).length;
  await provider.read(id, outs);
  await provider.read(id, { ...validation(outs.domainId), valid: true, reasons: [] });
  const calls = (await clouds.calls("sendgrid")).slice(before);
  expect(calls).toEqual([`GET /sendgrid/v3/whitelabel/domains/${id}`]);
});
