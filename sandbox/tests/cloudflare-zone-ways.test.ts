import { beforeEach, expect, test } from "vitest";
import { isProxied, lookup } from "../clouds/cloudflare/dns.ts";
import { hasEdgeCertificate } from "../clouds/cloudflare/edge-tls.ts";
import { putObject } from "../clouds/cloudflare/r2.ts";
import { serveInternet } from "../clouds/internet.ts";
import { account, type Clouds, freshClouds, refused, zone, zoneId } from "./cloud-call.ts";

const host = "files.mastiff.party";
let clouds: Clouds;

beforeEach(async () => {
  clouds = freshClouds();
  await clouds.cloudflare("POST", `${account}/r2/buckets`, { name: "files" });
  await clouds.cloudflare("POST", `${account}/r2/buckets/files/domains/custom`, {
    domain: host,
    zoneId,
    enabled: true,
  });
  putObject(clouds.world, "files", "a.png", "x", "image/png");
});

const visit = (agent: string) =>
  serveInternet(
    clouds.world,
    new Request(`https://${host}/a.png`, { headers: { "user-agent": agent, "x-forwarded-proto": "https" } }),
  );
const server = "Mastodon/4.7.4 (http.rb/5.3.1; +https://elsewhere.example/)";
const browser = "Mozilla/5.0";
const ofZone = () => {
  const found = clouds.world.state.cloudflare.zones.find((one) => one.id === zoneId);
  if (found === undefined) throw new Error("no zone");
  return found;
};

test("Under Attack mode shows everybody a page; a rule for the host lets them through", async () => {
  expect((await visit(server)).status).toBe(200);
  await clouds.cloudflare("PATCH", `${zone}/settings/security_level`, { value: "under_attack" });
  for (const agent of [server, browser]) {
    const answer = await visit(agent);
    expect([answer.status, answer.headers.get("cf-mitigated")]).toEqual([403, "challenge"]);
  }
  const rule = {
    ref: "calm",
    action: "set_config",
    expression: `http.host eq "${host}"`,
    action_parameters: { security_level: "medium" },
  };
  await clouds.cloudflare("PUT", `${zone}/rulesets/phases/http_config_settings/entrypoint`, {
    rules: [rule],
  });
  expect((await visit(server)).status).toBe(200);
});

test("Bot Fight Mode stops what is no browser, other servers among it", async () => {
  const put = (value: unknown) => clouds.cloudflare("PUT", `${zone}/bot_management`, { fight_mode: value });
  expect((await put(true)).body.result).toMatchObject({ fight_mode: true });
  expect([(await visit(server)).status, (await visit(browser)).status]).toEqual([403, 200]);
  expect((await put("off")).status).toBe(400);
  await put(false);
  expect((await visit(server)).status).toBe(200);
});

test("a paused zone proxies nothing and shows no bucket", async () => {
  expect(isProxied(clouds.world, host)).toBe(true);
  await clouds.cloudflare("PATCH", zone, { paused: true });
  expect(isProxied(clouds.world, host)).toBe(false);
  expect((await visit(browser)).status).toBe(502);
  await clouds.cloudflare("POST", `${zone}/dns_records`, {
    type: "A",
    name: "assets",
    content: "192.0.2.7",
    proxied: true,
  });
  expect(lookup(clouds.world, "assets.mastiff.party", "A")).toEqual(["192.0.2.7"]);
});

test("a zone with partial setup is answered elsewhere, and R2 takes no host of it", async () => {
  await clouds.cloudflare("POST", `${zone}/dns_records`, { type: "A", name: "www", content: "192.0.2.7" });
  expect(lookup(clouds.world, "www.mastiff.party", "A")).toEqual(["192.0.2.7"]);
  ofZone().type = "partial";
  expect(lookup(clouds.world, "www.mastiff.party", "A")).toEqual([]);
  const more = { domain: "more.mastiff.party", zoneId, enabled: true };
  const attach = await clouds.cloudflare("POST", `${account}/r2/buckets/files/domains/custom`, more);
  expect(refused(attach)).toBe("400 10051");
});

test("a new zone may wait a day for its certificate; a bucket's host has one of its own", () => {
  const { world } = clouds;
  world.state.cloudflare.dials.universalSslMs = 24 * 3_600_000;
  ofZone().activatedOn = world.now().toISOString();
  expect([hasEdgeCertificate(world, "assets.mastiff.party"), hasEdgeCertificate(world, host)]).toEqual([
    false,
    true,
  ]);
  world.advance(24 * 3_600_000);
  expect(hasEdgeCertificate(world, "assets.mastiff.party")).toBe(true);
});

test("a custom domain is taken for a pending zone, and stays pending with it", async () => {
  ofZone().status = "pending";
  const domains = `${account}/r2/buckets/files/domains/custom`;
  const more = { domain: "more.mastiff.party", zoneId, enabled: true };
  expect((await clouds.cloudflare("POST", domains, more)).status).toBe(200);
  const seen = await clouds.cloudflare("GET", `${domains}/more.mastiff.party`);
  expect(seen.body.result.status).toEqual({ ownership: "pending", ssl: "pending" });
  ofZone().status = "active";
  const later = await clouds.cloudflare("GET", `${domains}/more.mastiff.party`);
  expect(later.body.result.status).toEqual({ ownership: "active", ssl: "active" });
});

test("a custom domain may stay off, whatever was asked for, until it is switched on", async () => {
  clouds.world.state.cloudflare.dials.domainsStartDisabled = true;
  const domains = `${account}/r2/buckets/files/domains/custom`;
  await clouds.cloudflare("POST", domains, { domain: "more.mastiff.party", zoneId, enabled: true });
  const path = `${domains}/more.mastiff.party`;
  expect((await clouds.cloudflare("GET", path)).body.result.enabled).toBe(false);
  await clouds.cloudflare("PUT", path, { enabled: true });
  expect((await clouds.cloudflare("GET", path)).body.result.enabled).toBe(true);
});
