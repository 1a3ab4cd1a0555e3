import { beforeEach, expect, test } from "vitest";
import { serveCloudflare } from "../clouds/cloudflare/serve.ts";
import { serveHost } from "../clouds/fly/edge.ts";
import { cloudflareToken, zone } from "./cloud-call.ts";
import {
  community,
  type Fly,
  freshFly,
  gigabyte,
  job,
  mastodon,
  pass,
  run,
  stateOf,
  webService,
} from "./fly-call.ts";

const app = "mastiff-party";
const certificates = `/v1/apps/${app}/certificates`;
const v4 = "66.241.124.10";

let fly: Fly;
let v6: string;
beforeEach(async () => {
  fly = freshFly();
  await community(fly);
  const allocate = (type: string) =>
    fly.graphql(
      "mutation($input: AllocateIPAddressInput!) { allocateIpAddress(input: $input) { ipAddress { address } } }",
      { input: { appId: app, type } },
    );
  await allocate("shared_v4");
  v6 = (await allocate("v6")).data.allocateIpAddress.ipAddress.address;
});

/** Writes a record into the zone through Cloudflare's API, as the program does. */
async function record(type: string, name: string, content: string, proxied = false): Promise<void> {
  const made = await serveCloudflare(fly.world).request(`${zone}/dns_records`, {
    method: "POST",
    headers: { authorization: `Bearer ${cloudflareToken}`, "content-type": "application/json" },
    body: JSON.stringify({ type, name, content, proxied, ttl: 1 }),
  });
  expect(made.status).toBe(200);
}

const add = (hostname: string) => fly.call("POST", `${certificates}/acme`, { hostname });
const check = (hostname: string) => fly.call("POST", `${certificates}/${hostname}/check`);
const codes = (answer: { body: { validation_errors: { code: string }[] } }) =>
  answer.body.validation_errors.map((e) => e.code);

test("a certificate waits for the DNS and says what it waits for", async () => {
  const added = await add("mastiff.party");
  expect(added.status).toBe(201);
  expect(added.body).toMatchObject({
    status: "pending_validation",
    configured: false,
    certificates: [],
    dns_requirements: { a: [v4], aaaa: [v6], acme_challenge: { name: "_acme-challenge.mastiff.party" } },
  });
  expect(codes(await check("mastiff.party"))).toEqual(["DNS_NOT_CONFIGURED"]);
  await record("A", "mastiff.party", v4);
  expect(codes(await check("mastiff.party"))).toEqual(["IPV6_NOT_FOUND"]);
  await record("AAAA", "mastiff.party", v6);
  const active = await check("mastiff.party");
  expect(active.body).toMatchObject({
    status: "active",
    configured: true,
    validation: { alpn_configured: true },
  });
  expect(active.body.certificates[0].issued.map((i: { type: string }) => i.type)).toEqual(["rsa", "ecdsa"]);
});

test("addresses of another app prove nothing", async () => {
  await add("mastiff.party");
  await record("AAAA", "mastiff.party", "2a09:8280:1::1");
  expect(codes(await check("mastiff.party"))).toEqual(["DNS_RECORD_MISMATCH"]);
});

test("a proxied name is taken when the ownership record says whose it is", async () => {
  const { ownership } = (await add("assets.mastiff.party")).body.dns_requirements;
  await record("AAAA", "mastiff.party", v6);
  await record("CNAME", "assets.mastiff.party", "mastiff.party", true);
  expect((await check("assets.mastiff.party")).body.status).toBe("pending_ownership");
  await record("TXT", ownership.name, '"app-of-somebody"');
  expect((await check("assets.mastiff.party")).body.status).toBe("pending_ownership");
  await record("TXT", ownership.name, `"${ownership.app_value}"`);
  expect((await check("assets.mastiff.party")).body).toMatchObject({
    status: "active",
    validation: { http_configured: true, ownership_txt_configured: true },
  });
});

test("an ownership record alone, with the name pointing elsewhere, is no proof", async () => {
  const { ownership } = (await add("mastiff.party")).body.dns_requirements;
  await record("TXT", ownership.name, `"${ownership.app_value}"`);
  await record("AAAA", "mastiff.party", "2a09:8280:1::1");
  expect((await check("mastiff.party")).body.status).toBe("pending_validation");
});

test("a proxied name is proved by its challenge record, wherever it points", async () => {
  const target = (await add("assets.mastiff.party")).body.dns_requirements.acme_challenge.target;
  await record("CNAME", "assets.mastiff.party", "mastiff.party", true);
  expect((await check("assets.mastiff.party")).body.status).toBe("pending_validation");
  await record("CNAME", "_acme-challenge.assets.mastiff.party", `wrong.${target}`);
  expect((await check("assets.mastiff.party")).body.status).toBe("pending_validation");
  fly.world.state.cloudflare.records.pop();
  await record("CNAME", "_acme-challenge.assets.mastiff.party", target);
  expect((await check("assets.mastiff.party")).body).toMatchObject({
    status: "active",
    validation: { dns_configured: true, alpn_configured: false },
  });
});

test("a host name is added once, listed, and removed", async () => {
  await add("mastiff.party");
  expect(await add("Mastiff.party")).toMatchObject({
    status: 422,
    body: { error: "Hostname already exists on app" },
  });
  expect((await add("no host")).status).toBe(422);
  const list = (await fly.call("GET", certificates)).body;
  expect(list).toMatchObject({
    total_count: 1,
    certificates: [{ hostname: "mastiff.party", configured: false }],
  });
  expect((await fly.call("DELETE", `${certificates}/mastiff.party`)).status).toBe(204);
  expect((await fly.call("DELETE", `${certificates}/mastiff.party`)).status).toBe(404);
  expect((await check("mastiff.party")).status).toBe(404);
});

test("Let's Encrypt makes a name wait when it was asked too often", async () => {
  const later = new Date(fly.world.now().getTime() + 3_600_000).toISOString();
  fly.world.state.fly.dials.rateLimitedUntil["mastiff.party"] = later;
  await record("AAAA", "mastiff.party", v6);
  const limited = await add("mastiff.party");
  expect(limited.body).toMatchObject({ status: "pending_validation", rate_limited_until: later });
  expect(codes(limited)).toEqual(["RATE_LIMITED"]);
  await pass(fly, 3_700_000);
  expect((await check("mastiff.party")).body).toMatchObject({ status: "active", rate_limited_until: null });
});

const dial = (host: string, scheme: "http" | "https", path = "/health", address = v6) =>
  serveHost(fly.world, address, host, scheme, new Request(`http://${host}${path}`));

test("the proxy finds app, certificate, service and a healthy machine, or says what is missing", async () => {
  expect(
    (await dial("mastiff.party", "https", "/health", "198.51.100.1")).headers.get("x-local-error"),
  ).toContain("no app");
  expect((await dial("mastiff.party", "https")).headers.get("x-local-error")).toBe(
    "tls: no certificate for mastiff.party",
  );
  await add("mastiff.party");
  await record("AAAA", "mastiff.party", v6);
  expect((await dial("mastiff.party", "https")).headers.get("x-local-error")).toContain(
    "no service on port 443",
  );
  await job(fly, ["bundle", "exec", "rails", "db:prepare"]);
  const web = await run(fly, app, {
    image: mastodon,
    init: { cmd: ["bundle", "exec", "puma", "-C", "config/puma.rb"] },
    guest: gigabyte,
    services: [{ ...webService, autostart: false }],
  });
  const answer = await dial("mastiff.party", "https");
  expect([answer.status, await answer.text(), answer.headers.get("via")]).toEqual([200, "OK", "1.1 fly.io"]);
  const plain = await dial("mastiff.party", "http", "/a?b=c");
  expect([plain.status, plain.headers.get("location")]).toEqual([301, "https://mastiff.party/a?b=c"]);
  await fly.call("POST", `/v1/apps/${app}/machines/${web.id}/stop`, {});
  await pass(fly);
  expect((await dial("mastiff.party", "https")).status).toBe(503);
});

test("a shared address routes by name, and only to names that the app has", async () => {
  await add("mastiff.party");
  expect((await dial("mastiff.party", "https", "/", v4)).headers.get("x-local-error")).toContain(
    "no certificate",
  );
  expect((await dial("other.example", "https", "/", v4)).headers.get("x-local-error")).toContain("no app");
  expect((await dial(`${app}.fly.dev`, "https", "/", v4)).headers.get("x-local-error")).toContain(
    "no service",
  );
});

test("a machine that sleeps is woken by a request when its service says so", async () => {
  const web = await run(fly, app, {
    image: mastodon,
    init: { cmd: ["bundle", "exec", "puma"] },
    guest: gigabyte,
    services: [webService],
  });
  await fly.call("POST", `/v1/apps/${app}/machines/${web.id}/stop`, {});
  await pass(fly);
  expect(stateOf(fly, app).machines[web.id]?.state).toBe("stopped");
  expect((await dial(`${app}.fly.dev`, "https")).status).toBe(200);
  expect(stateOf(fly, app).machines[web.id]?.state).toBe("started");
});
