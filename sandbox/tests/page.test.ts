import { afterEach, beforeEach, expect, test } from "vitest";
import { write } from "../clouds/fly/logs.ts";
import { updateSecrets } from "../clouds/fly/secrets.ts";
import { account, cloudflareToken, sendgridKey, zone } from "./cloud-call.ts";
import { flyToken, type Open, openWorldFront } from "./front-call.ts";

let open: Open;
let { world, call, fly, cloudflare, sendgrid, view } = {} as Open;

beforeEach(() => {
  open = openWorldFront();
  ({ world, call, fly, cloudflare, sendgrid, view } = open);
});
afterEach(() => open.end());

/** Makes an app with a running machine. Resolves to the machine's id. */
async function machine(config: Record<string, unknown> = {}): Promise<string> {
  await fly("POST", "/v1/apps", { app_name: "acme", org_slug: "mastiff" });
  const made = await fly("POST", "/v1/apps/acme/machines", {
    config: { image: "redis:7.4-alpine", ...config },
  });
  expect(made.status).toBe(200);
  return made.body.id;
}

test("a fresh world shows what it begins with", async () => {
  const { cloudflare, fly, sendgrid, calls, hosts, dials } = await view();
  expect(cloudflare.zones.map((one) => `${one.name} ${one.status}`)).toEqual([
    "mastiff.party active",
    "example.org active",
    "pending.example pending",
  ]);
  expect(fly.organizations.map((org) => `${org.slug} ${org.ours}`)).toEqual([
    "mastiff true",
    "personal true",
    "somebody false",
  ]);
  expect(sendgrid.keys.map((key) => key.name)).toEqual(["operator"]);
  expect({ total: calls.total, hosts, dials }).toEqual({ total: 0, hosts: [], dials: [] });
});

test("a record shows whether it is proxied, a bucket its objects and its host", async () => {
  const record = { type: "A", name: "www", content: "192.0.2.1", proxied: true, ttl: 1 };
  await cloudflare("POST", `${zone}/dns_records`, record);
  await cloudflare("POST", `${account}/r2/buckets`, { name: "files" });
  const domain = { domain: "files.mastiff.party", zoneId: zone.slice("/zones/".length), enabled: true };
  await cloudflare("POST", `${account}/r2/buckets/files/domains/custom`, domain);
  const shown = await view();
  const records = shown.cloudflare.zones[0]?.records.map((r) => `${r.name} ${r.proxied} ${r.managed}`);
  expect(records).toEqual(["www.mastiff.party true false", "files.mastiff.party true true"]);
  expect(shown.cloudflare.buckets).toMatchObject([
    { name: "files", objects: 0, domains: [{ host: "files.mastiff.party", ssl: "active" }] },
  ]);
  expect(shown.hosts).toMatchObject([{ host: "files.mastiff.party", kind: "bucket", waitsFor: "" }]);
});

test("machines are known by their lamp, one-offs by how they ended", async () => {
  await machine({ restart: { policy: "always" } });
  const job = { config: { image: "alpine:3.22", init: { exec: ["false"] }, restart: { policy: "no" } } };
  await fly("POST", "/v1/apps/acme/machines", job);
  world.advance(60_000);
  await view();
  world.advance(60_000);
  const app = (await view()).fly.organizations[0]?.apps[0];
  // Without a password and without a command that listens, Redis still runs. It only accepts no connection.
  expect(app?.machines).toMatchObject([
    { group: "redis", state: "started", light: "green", tag: "7.4-alpine" },
  ]);
  expect(app?.jobs).toHaveLength(1);
  expect(app?.jobs[0]?.milliseconds).not.toBeNull();
});

test("a machine that crashes is red and says so", async () => {
  await machine({ image: "flyio/postgres-flex:17.2", restart: { policy: "always" } });
  world.advance(60_000);
  await view();
  world.advance(60_000);
  const shown = (await view()).fly.organizations[0]?.apps[0]?.machines[0];
  expect(shown?.light).toBe("red");
  expect(shown?.trouble).toMatch(/^crashed \d+×, exit code 2$/);
});

test("no secret value of the world is in the view, in its stream or in a log", async () => {
  const value = (name: string) => `s3cr3t-${name}-0123456789`;
  const minted: string[] = [];
  const id = await machine({ env: { PLAIN: value("environment") } });
  const app = world.state.fly.apps.acme;
  const running = app?.machines[id];
  if (app === undefined || running === undefined) throw new Error("no machine");
  const url = `redis://default:${value("password")}@acme.internal:6379`;
  updateSecrets(world, app, { REDIS_PASSWORD: value("redis"), REDIS_URL: url });
  running.secrets = { OLD: value("old version") };
  running.lease = { nonce: value("nonce"), expiresAt: 9e15, owner: "" };
  write(world, app, running, [
    value("redis"),
    `no ${value("password")}`,
    encodeURIComponent(value("old version")),
  ]);
  world.state.fly.addOns.push({
    ...{ id: "addon", name: "acme", type: "upstash_redis", orgSlug: "mastiff", planId: "x" },
    ...{ primaryRegion: "ams", readRegions: [], options: {}, metadata: {}, privateIp: "::1", createdAt: "" },
    password: value("upstash"),
  });
  await call("PATCH", "/_local/dials", { fly: { smtpServers: { "mail:587": [value("smtp")] } } });
  const sender = { nickname: "a", from_email: "a@b.example", reply_to: "a@b.example" };
  await sendgrid("POST", "/verified_senders", sender);
  minted.push((await sendgrid("POST", "/api_keys", { name: "mail" })).body.api_key);
  const policy = { effect: "allow", permission_groups: [{ id: "c8fed203ed3043cba015a93ad1616f1f" }] };
  const policies = [{ ...policy, resources: { [`com.cloudflare.api.account.zone.${zone.slice(7)}`]: "*" } }];
  minted.push((await cloudflare("POST", `${account}/tokens`, { name: "t", policies })).body.result.value);
  // Some calls carry a secret in their path, and one refusal quotes its secret.
  const link = world.state.sendgrid.senders[0]?.token ?? "";
  await sendgrid("GET", `/verified_senders/verify/${link}`);
  await fly("GET", `/v1/apps/acme/${value("redis")}`);
  await call("POST", "/_local/flyctl", { argv: ["redis", "connect", url], stdin: value("stdin") });

  const places = [
    (await call("GET", "/_local/view")).text,
    (await call("GET", `/_local/view/logs/acme/${id}`)).text,
    Buffer.from((await (await open.stream()).read()).value ?? []).toString("utf8"),
  ];
  const secrets = [
    ...["environment", "redis", "password", "old version", "nonce", "upstash", "smtp", "stdin"].map(value),
    ...[url, link, cloudflareToken, sendgridKey, flyToken, ...minted],
    ...world.state.cloudflare.tokens.map((token) => token.secret),
    ...world.state.sendgrid.keys.map((key) => key.digest),
  ];
  expect(secrets.filter((secret) => secret.length < 16)).toEqual([]);
  for (const place of places) expect(secrets.filter((secret) => place.includes(secret))).toEqual([]);
  // The lines themselves are shown.
  expect(places[1]).toContain("no •••");
  expect(places[0]).toContain("flyctl");
});
