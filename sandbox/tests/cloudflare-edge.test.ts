import { beforeEach, expect, test } from "vitest";
import { hasEdgeCertificate, originScheme, sslMode } from "../clouds/cloudflare/edge-tls.ts";
import { putObject, storeObject } from "../clouds/cloudflare/r2.ts";
import { serveInternet } from "../clouds/internet.ts";
import { account, type Clouds, freshClouds, zone, zoneId } from "./cloud-call.ts";

const domain = "files.mastiff.party";
let clouds: Clouds;

beforeEach(async () => {
  clouds = freshClouds();
  const { cloudflare } = clouds;
  await cloudflare("POST", `${account}/r2/buckets`, { name: "files" });
  const custom = { domain, zoneId, enabled: true, minTLS: "1.2" };
  await cloudflare("POST", `${account}/r2/buckets/files/domains/custom`, custom);
});

function visit(url: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set("x-forwarded-proto", new URL(url).protocol.slice(0, -1));
  return serveInternet(clouds.world, new Request(url, { ...init, headers }));
}

const rule = (operation: "set" | "remove", extra = {}) => ({
  ref: "cors",
  action: "rewrite",
  expression: `http.host eq "${domain}"`,
  action_parameters: { headers: { "Access-Control-Allow-Origin": { operation, ...extra } } },
});
const rules = (...all: unknown[]) =>
  clouds.cloudflare("PUT", `${zone}/rulesets/phases/http_response_headers_transform/entrypoint`, {
    rules: all,
  });

test("an image comes out of the bucket byte by byte, by the edge", async () => {
  const { world } = clouds;
  const bytes = Buffer.from([0x89, 0x50, 0xff, 0x00]);
  const bucket = world.state.cloudflare.buckets[0];
  if (bucket === undefined) throw new Error("no bucket");
  storeObject(world, bucket, "a.png", bytes, { contentType: "image/png" });
  const answer = await visit(`https://${domain}/a.png`);
  expect(Buffer.from(await answer.arrayBuffer())).toEqual(bytes);
  expect(answer.headers.get("content-type")).toBe("image/png");
  expect(answer.headers.get("server")).toBe("cloudflare");
});

test("the bucket's CORS and the zone's rules work on the same answer, the rules last", async () => {
  const allowed = { methods: ["GET"], origins: ["https://mastiff.party"] };
  await clouds.cloudflare("PUT", `${account}/r2/buckets/files/cors`, { rules: [{ id: "m", allowed }] });
  putObject(clouds.world, "files", "a", "x", "text/plain");
  const origin = async () =>
    (await visit(`https://${domain}/a`, { headers: { origin: "https://mastiff.party" } })).headers.get(
      "access-control-allow-origin",
    );
  expect(await origin()).toBe("https://mastiff.party");
  await rules(rule("set", { value: "*" }));
  expect(await origin()).toBe("*");
  await rules(rule("set", { expression: 'concat("https://", http.host)' }));
  expect(await origin()).toBe(`https://${domain}`);
  await rules(rule("remove"));
  expect(await origin()).toBeNull();
});

test("a host two labels below the zone has no certificate at the edge", async () => {
  const { world, cloudflare } = clouds;
  const deep = { type: "A", name: "assets.social", content: "66.241.1.1", proxied: true };
  await cloudflare("POST", `${zone}/dns_records`, deep);
  expect(hasEdgeCertificate(world, "mastiff.party")).toBe(true);
  expect(hasEdgeCertificate(world, "assets.mastiff.party")).toBe(true);
  const answer = await visit("https://assets.social.mastiff.party/");
  expect(answer.headers.get("x-local-error")).toBe(
    "tls: the edge has no certificate for assets.social.mastiff.party",
  );
});

test("the edge asks the origin as the SSL mode says, and a rule for a host outweighs the zone", async () => {
  const { world, cloudflare } = clouds;
  const facts = { host: "assets.mastiff.party", method: "GET", scheme: "https" } as const;
  expect([sslMode(world, facts), originScheme(world, facts)]).toEqual(["full", "https"]);
  await cloudflare("PATCH", `${zone}/settings/ssl`, { value: "flexible" });
  expect([sslMode(world, facts), originScheme(world, facts)]).toEqual(["flexible", "http"]);
  await cloudflare("PUT", `${zone}/rulesets/phases/http_config_settings/entrypoint`, {
    rules: [
      {
        action: "set_config",
        expression: 'http.host in {"assets.mastiff.party"}',
        action_parameters: { ssl: "strict" },
      },
    ],
  });
  expect(sslMode(world, facts)).toBe("strict");
  expect(sslMode(world, { ...facts, host: "other.mastiff.party" })).toBe("flexible");
});

test("always_use_https redirects plain visitors", async () => {
  await clouds.cloudflare("PATCH", `${zone}/settings/always_use_https`, { value: "on" });
  const answer = await visit(`http://${domain}/a`);
  expect([answer.status, answer.headers.get("location")]).toEqual([301, `https://${domain}/a`]);
});
