import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { cloudflareClient } from "../../providers/cloudflare/client.ts";
import { readZone } from "../../providers/cloudflare/zone-reading.ts";
import { type LocalClouds, operator, startLocalClouds } from "./local-clouds.ts";

const phase = "http_response_headers_transform";
const account = `/accounts/${operator.accountId}`;
const zoneId = `${"0".repeat(28)}a001`;
const zone = `/zones/${zoneId}`;
const rule = (ref: string) => ({
  ref,
  action: "rewrite",
  expression: "true",
  action_parameters: { headers: { "X-Theirs": { operation: "set", value: "1" } } },
});

let clouds: LocalClouds;

beforeAll(async () => {
  clouds = await startLocalClouds();
});
afterAll(() => clouds[Symbol.asyncDispose]());
beforeEach(() => clouds.reset());

const read = (name = "mastiff.party") =>
  readZone(cloudflareClient([operator.cloudflare], clouds.cloudflareUrl), {
    accountId: operator.accountId,
    zone: name,
    phases: [phase, "http_request_transform"],
    bucket: {
      accountId: operator.accountId,
      bucket: "files-eu",
      jurisdiction: "eu",
      host: "files.mastiff.party",
    },
  });

test("a fresh zone is read whole", async () => {
  expect(await read()).toMatchObject({
    zone: { id: zoneId, name: "mastiff.party", status: "active", type: "full", paused: false },
    records: [],
    rulesets: [],
    securityLevel: "medium",
    fightMode: false,
    hostIsOfBucket: undefined,
  });
});

test("a zone that is not there is told from one that cannot be read", async () => {
  expect(await read("nowhere.example")).toBeUndefined();
  vi.spyOn(console, "error").mockImplementation(() => {});
  await clouds.faults({
    cloud: "cloudflare",
    path: "/dns_records$",
    times: -1,
    when: "before",
    action: {
      status: 403,
      body: { success: false, errors: [{ code: 10000, message: "Authentication error" }] },
    },
  });
  await expect(read()).rejects.toThrow("Authentication error (code 10000)");
});

test("rules are read by phase, settings and bots as they are", async () => {
  await clouds.ask("cloudflare", "PUT", `${zone}/rulesets/phases/${phase}/entrypoint`, {
    name: "theirs",
    rules: [rule("a"), rule("b")],
  });
  await clouds.ask("cloudflare", "PATCH", `${zone}/settings/security_level`, { value: "under_attack" });
  await clouds.ask("cloudflare", "PUT", `${zone}/bot_management`, { fight_mode: true });
  const reading = await read();
  expect(reading?.rulesets.map((one) => [one.phase, one.rules.map(({ ref }) => ref)])).toEqual([
    [phase, ["a", "b"]],
  ]);
  expect(reading).toMatchObject({ securityLevel: "under_attack", fightMode: true });
});

test("a token that may not see bots hides them alone", async () => {
  await clouds.faults({
    cloud: "cloudflare",
    path: "/bot_management$",
    times: -1,
    when: "before",
    action: {
      status: 403,
      body: { success: false, errors: [{ code: 10000, message: "Authentication error" }] },
    },
  });
  expect(await read()).toMatchObject({ fightMode: undefined, securityLevel: "medium" });
});

test("a hundred records and more come whole, and half an answer is asked for again", async () => {
  for (let n = 0; n < 120; n++) {
    await clouds.ask("cloudflare", "POST", `${zone}/dns_records`, {
      type: "A",
      name: `host${n}`,
      content: "192.0.2.7",
    });
  }
  await clouds.faults({
    cloud: "cloudflare",
    path: "/dns_records$",
    when: "after",
    action: { malformed: true },
  });
  expect((await read())?.records).toHaveLength(120);
});

test("R2's record is told by the bucket that it shows, in its jurisdiction", async () => {
  const headers = { "cf-r2-jurisdiction": "eu" };
  const attach = async (bucket: string) => {
    await clouds.ask("cloudflare", "POST", `${account}/r2/buckets`, { name: bucket }, headers);
    const domain = { domain: "files.mastiff.party", zoneId, enabled: true };
    await clouds.ask("cloudflare", "POST", `${account}/r2/buckets/${bucket}/domains/custom`, domain, headers);
  };
  await attach("files-eu");
  expect(await read()).toMatchObject({ hostIsOfBucket: true });
  await clouds.reset();
  await attach("another");
  expect(await read()).toMatchObject({ hostIsOfBucket: false });
});
