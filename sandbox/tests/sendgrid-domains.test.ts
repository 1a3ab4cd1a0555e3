import { beforeEach, expect, test } from "vitest";
import { maySend } from "../clouds/sendgrid/mail.ts";
import { type Clouds, freshClouds, zone } from "./cloud-call.ts";

let clouds: Clouds;
beforeEach(() => {
  clouds = freshClouds();
});

const create = (body: Record<string, unknown> = {}) =>
  clouds.sendgrid("POST", "/whitelabel/domains", {
    domain: "mastiff.party",
    subdomain: "em",
    automatic_security: true,
    ...body,
  });
const cname = (name: string, content: string, more: Record<string, unknown> = {}) =>
  clouds.cloudflare("POST", `${zone}/dns_records`, { type: "CNAME", name, content, ...more });
const complaint = (message: string, field: string | null = null) => ({ errors: [{ message, field }] });

test("a domain is made unverified, with the records that it wants", async () => {
  const { status, body } = await create();
  expect(status).toBe(201);
  expect(body).toEqual({
    id: 302183,
    user_id: 1446226,
    subdomain: "em",
    domain: "mastiff.party",
    username: "mastiff-local",
    ips: [],
    custom_spf: false,
    default: false,
    legacy: false,
    automatic_security: true,
    valid: false,
    dns: {
      mail_cname: { valid: false, type: "cname", host: "em.mastiff.party", data: "u1446226.wl.sendgrid.net" },
      dkim1: {
        valid: false,
        type: "cname",
        host: "s1._domainkey.mastiff.party",
        data: "s1.domainkey.u1446226.wl.sendgrid.net",
      },
      dkim2: {
        valid: false,
        type: "cname",
        host: "s2._domainkey.mastiff.party",
        data: "s2.domainkey.u1446226.wl.sendgrid.net",
      },
    },
  });
});

test("the same again is refused; another subdomain is a second entry with the same DKIM hosts", async () => {
  await create();
  const again = await create();
  expect(again.status).toBe(400);
  const text = "An authenticated domain already exists for this URL. Please use a unique subdomain.";
  expect(again.body).toEqual(complaint(text));
  const other = await create({ subdomain: "em2" });
  expect(other.body.dns.dkim1.host).toBe("s1._domainkey.mastiff.party");
  const invented = await create({ subdomain: undefined });
  expect(invented.body.subdomain).toMatch(/^em\d{4}$/);
});

test.each([
  [{ domain: undefined }, "domain"],
  [{ domain: "nonsense" }, "domain"],
  [{ domain: 5 }, "domain"],
  [{ default: "true" }, "default"],
  [{ custom_dkim_selector: "four" }, "custom_dkim_selector"],
  [{ region: "mars" }, "region"],
  [{ ips: "192.0.2.1" }, "ips"],
])("a domain with %j is refused for its %s", async (change, field) => {
  const { status, body } = await create(change);
  expect([status, body.errors[0].field]).toEqual([400, field]);
  expect(clouds.world.state.sendgrid.domains).toEqual([]);
});

test("the list is a search, and pages", async () => {
  await create();
  await create({ domain: "sub.mastiff.party" });
  await create({ domain: "other.example" });
  const domains = async (query: string) =>
    (await clouds.sendgrid("GET", `/whitelabel/domains${query}`)).body.map(
      (d: { domain: string }) => d.domain,
    );
  expect(await domains("?domain=mastiff.party")).toEqual(["mastiff.party", "sub.mastiff.party"]);
  expect(await domains("?limit=1&offset=2")).toEqual(["other.example"]);
  expect(await domains("?exclude_subusers=true")).toHaveLength(3);
  expect((await clouds.sendgrid("GET", "/whitelabel/domains?limit=x")).status).toBe(400);
});

test("validation is 200 while it fails, tells what it misses, and succeeds when DNS answers", async () => {
  const { body } = await create();
  const validate = () => clouds.sendgrid("POST", `/whitelabel/domains/${body.id}/validate`);
  const before = await validate();
  expect(before.status).toBe(200);
  expect(before.body.valid).toBe(false);
  expect(before.body.validation_results.mail_cname).toEqual({
    valid: false,
    reason: 'Expected CNAME for "em.mastiff.party" to match "u1446226.wl.sendgrid.net".',
  });
  const { mail_cname, dkim1, dkim2 } = body.dns;
  await cname(mail_cname.host, mail_cname.data);
  await cname(dkim1.host, dkim1.data);
  expect((await validate()).body.validation_results.dkim2.valid).toBe(false);
  expect(maySend(clouds.world, "Mastiff <owner@mastiff.party>")).toBe(false);
  await cname(dkim2.host, dkim2.data);
  const after = await validate();
  expect(after.body).toEqual({
    id: body.id,
    valid: true,
    validation_results: {
      mail_cname: { valid: true, reason: null },
      dkim1: { valid: true, reason: null },
      dkim2: { valid: true, reason: null },
    },
  });
  expect((await clouds.sendgrid("GET", `/whitelabel/domains/${body.id}`)).body.dns.dkim2.valid).toBe(true);
  expect(maySend(clouds.world, "Mastiff <owner@mastiff.party>")).toBe(true);
  expect(maySend(clouds.world, "owner@sub.mastiff.party")).toBe(false);
});

test("an orange record is not what SendGrid wants to see", async () => {
  const { body } = await create();
  await cname("em.mastiff.party", "u1446226.wl.sendgrid.net", { proxied: true });
  const { body: result } = await clouds.sendgrid("POST", `/whitelabel/domains/${body.id}/validate`);
  expect(result.validation_results.mail_cname.valid).toBe(false);
});

test("a name that was missing at a validation stays missing while the resolver remembers it", async () => {
  const { world, sendgrid } = clouds;
  world.state.sendgrid.dials.negativeCacheMs = 1_800_000;
  const { body } = await create();
  const valid = async () =>
    (await sendgrid("POST", `/whitelabel/domains/${body.id}/validate`)).body.validation_results.mail_cname
      .valid;
  expect(await valid()).toBe(false);
  await cname("em.mastiff.party", "u1446226.wl.sendgrid.net");
  expect(await valid()).toBe(false);
  world.advance(1_800_000);
  expect(await valid()).toBe(true);
});

test("a domain in a pending zone never validates", async () => {
  const { body } = await create({ domain: "pending.example" });
  for (const { host, data } of Object.values(body.dns) as { host: string; data: string }[]) {
    await clouds.cloudflare("POST", "/zones/0000000000000000000000000000a003/dns_records", {
      type: "CNAME",
      name: host,
      content: data,
    });
  }
  const { body: result } = await clouds.sendgrid("POST", `/whitelabel/domains/${body.id}/validate`);
  expect(result.valid).toBe(false);
});

test("there is one default; a PATCH answers an array; what is deleted is gone", async () => {
  const first = (await create({ default: true })).body;
  const second = (await create({ subdomain: "em2" })).body;
  const patched = await clouds.sendgrid("PATCH", `/whitelabel/domains/${second.id}`, { default: true });
  expect(patched.body).toMatchObject([{ id: second.id, default: true }]);
  expect((await clouds.sendgrid("GET", "/whitelabel/domains/default")).body.id).toBe(second.id);
  expect((await clouds.sendgrid("GET", `/whitelabel/domains/${first.id}`)).body.default).toBe(false);
  const gone = await clouds.sendgrid("DELETE", `/whitelabel/domains/${first.id}`);
  expect([gone.status, gone.body]).toEqual([204, undefined]);
  for (const method of ["GET", "DELETE"]) {
    expect((await clouds.sendgrid(method, `/whitelabel/domains/${first.id}`)).status).toBe(404);
  }
});

test("without automatic security the records are an MX and TXTs", async () => {
  const { body } = await create({ automatic_security: false });
  expect(Object.keys(body.dns)).toEqual(["mail_server", "subdomain_spf", "domain_spf", "dkim"]);
  const record = (fields: Record<string, unknown>) =>
    clouds.cloudflare("POST", `${zone}/dns_records`, fields);
  await record({ type: "MX", name: "em", content: "mx.sendgrid.net", priority: 10 });
  await record({ type: "TXT", name: "em", content: '"v=spf1 include:sendgrid.net ~all"' });
  const { body: result } = await clouds.sendgrid("POST", `/whitelabel/domains/${body.id}/validate`);
  expect(result.validation_results).toMatchObject({
    mail_server: { valid: true },
    subdomain_spf: { valid: true },
    dkim: { valid: false },
  });
});

test("links are branded apart from domains", async () => {
  await create();
  expect((await clouds.sendgrid("GET", "/whitelabel/links")).body).toEqual([]);
  const post = (subdomain: string) =>
    clouds.sendgrid("POST", "/whitelabel/links", { domain: "mastiff.party", subdomain });
  expect((await post("em")).status).toBe(400);
  const { status, body } = await post("url");
  expect(status).toBe(201);
  expect(body.dns.domain_cname).toMatchObject({ host: "url.mastiff.party", data: "sendgrid.net" });
  await cname("url.mastiff.party", "sendgrid.net");
  const checked = await clouds.sendgrid("POST", `/whitelabel/links/${body.id}/validate`);
  expect(checked.body.validation_results).toMatchObject({
    domain_cname: { valid: true },
    owner_cname: { valid: false },
  });
  expect((await clouds.sendgrid("DELETE", `/whitelabel/links/${body.id}`)).status).toBe(204);
  expect((await clouds.sendgrid("GET", "/whitelabel/links/default")).status).toBe(404);
});
