import { beforeEach, expect, test } from "vitest";
import { situation } from "../clouds/fly/situation.ts";
import type { Machine } from "../clouds/fly/state.ts";
import type { HttpAnswer } from "../clouds/mastodon/behaviour.ts";
import { respond, sockets } from "../clouds/mastodon/program.ts";
import {
  community,
  type Fly,
  freshFly,
  gigabyte,
  job,
  makeApp,
  mastodon,
  pass,
  printed,
  run,
  sealed,
  settings,
  stage,
  stateOf,
  webService,
} from "./fly-call.ts";

const app = "mastiff-party";
const puma = {
  image: mastodon,
  init: { cmd: ["bundle", "exec", "puma", "-C", "config/puma.rb"] },
  guest: gigabyte,
  services: [webService],
};

let fly: Fly;
beforeEach(async () => {
  fly = freshFly();
  await community(fly);
});

/** Sends a request to a machine as Fly's proxy does. */
function ask(machine: Machine, url: string, headers: Record<string, string> = {}, name = app): HttpAnswer {
  const { hostname, pathname, searchParams, protocol } = new URL(url);
  const answer = respond(situation(fly.world, stateOf(fly, name), machine), {
    port: name === app ? 3000 : 4000,
    method: "GET",
    path: pathname,
    query: searchParams,
    host: hostname,
    scheme: protocol === "https:" ? "https" : "http",
    headers: new Headers(headers),
  });
  if (answer === undefined) throw new Error("nobody listens");
  return answer;
}

async function ready(): Promise<Machine> {
  await job(fly, ["bundle", "exec", "rails", "db:prepare"]);
  await job(fly, ["bundle", "exec", "rails", "runner", "# mastiff: owner"], {
    env: {
      OWNER_USERNAME: "mastiff",
      OWNER_EMAIL: "o@mastiff.party",
      OWNER_SEALED: sealed("x".repeat(32)),
      OWNER_SKIP_DNS: "1",
    },
  });
  return run(fly, app, puma);
}

test("/health is liveness only: green without a database, for any host, over http", async () => {
  await stage(fly, app, { DATABASE_URL: "postgres://u:p@nowhere.flycast:5432/d" });
  const web = await run(fly, app, puma);
  expect(ask(web, "http://[::1]/health")).toMatchObject({ status: 200, body: "OK" });
  const shown = (await fly.call("GET", `/v1/apps/${app}/machines/${web.id}`)).body;
  expect(shown.checks).toMatchObject([{ name: "servicecheck-00-http-3000", status: "passing" }]);
  expect(ask(web, "https://mastiff.party/api/v2/instance").status).toBe(500);
});

test("hosts that are not listed are blocked, http is sent to https", async () => {
  const web = await ready();
  expect(ask(web, "https://evil.example/")).toMatchObject({
    status: 403,
    body: expect.stringContaining("Blocked host"),
  });
  expect(ask(web, "https://assets.mastiff.party/about").status).toBe(200);
  expect(ask(web, "http://mastiff.party/about?a=b")).toMatchObject({
    status: 301,
    headers: { location: "https://mastiff.party/about?a=b" },
  });
});

test("the instance tells domain, version, streaming server and push key", async () => {
  await stage(fly, app, { VAPID_PUBLIC_KEY: "BPublic" });
  const web = await ready();
  const answer = ask(web, "https://mastiff.party/api/v2/instance", { origin: "https://elsewhere.example" });
  expect(answer.headers["access-control-allow-origin"]).toBe("*");
  expect(JSON.parse(answer.body)).toMatchObject({
    domain: "mastiff.party",
    version: "4.7.4",
    configuration: { urls: { streaming: "wss://streaming.mastiff.party" }, vapid: { public_key: "BPublic" } },
  });
  expect(ask(web, "https://mastiff.party/api/v1/streaming/health")).toMatchObject({
    status: 301,
    headers: { location: "https://streaming.mastiff.party/api/v1/streaming/health" },
  });
});

test("the fediverse finds the owner, and nobody else", async () => {
  const web = await ready();
  const finger = (resource: string) =>
    ask(web, `https://mastiff.party/.well-known/webfinger?resource=${encodeURIComponent(resource)}`);
  const found = finger("acct:mastiff@mastiff.party");
  expect(found.headers["content-type"]).toMatch(/^application\/jrd\+json/);
  const { subject, links } = JSON.parse(found.body);
  expect(subject).toBe("acct:mastiff@mastiff.party");
  const self = links.find((link: { rel: string }) => link.rel === "self");
  expect(self.type).toBe("application/activity+json");
  const actor = JSON.parse(ask(web, self.href, { accept: "application/activity+json" }).body);
  expect(actor).toMatchObject({ id: self.href, type: "Person", preferredUsername: "mastiff" });
  expect(actor.publicKey.publicKeyPem).toMatch(/^-----BEGIN PUBLIC KEY-----/);
  expect(finger("acct:nobody@mastiff.party").status).toBe(404);
  expect(finger("acct:mastiff@elsewhere.example").status).toBe(404);
  expect(ask(web, "https://mastiff.party/.well-known/webfinger").status).toBe(400);
  expect(ask(web, "https://mastiff.party/.well-known/host-meta").body).toContain(
    "/.well-known/webfinger?resource={uri}",
  );
  expect(JSON.parse(ask(web, "https://mastiff.party/nodeinfo/2.0").body).software.name).toBe("mastodon");
});

test("assets are linked on the CDN's host and served under any allowed one", async () => {
  const web = await ready();
  const page = ask(web, "https://mastiff.party/about");
  const [, path = ""] = /src="https:\/\/assets\.mastiff\.party(\/packs\/[^"]+)"/.exec(page.body) ?? [];
  const asset = ask(web, `https://assets.mastiff.party${path}`);
  expect(asset).toMatchObject({ status: 200, headers: { "content-type": "text/javascript" } });
  expect(asset.headers["cache-control"]).toContain("max-age=2419200");
  expect(ask(web, "https://assets.mastiff.party/packs/nosuch.js").status).toBe(404);
  expect(page.headers).toMatchObject({
    "strict-transport-security": "max-age=63072000; includeSubDomains",
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "content-security-policy": expect.stringContaining(
      "connect-src 'self' data: blob: https://assets.mastiff.party wss://streaming.mastiff.party",
    ),
  });
});

test("code that is newer than the schema answers 500, and its health check stays green", async () => {
  await job(fly, ["bundle", "exec", "rails", "db:prepare"], { image: "ghcr.io/mastodon/mastodon:v4.6.3" });
  const web = await run(fly, app, puma);
  expect(ask(web, "https://mastiff.party/about").status).toBe(500);
  expect(ask(web, "https://mastiff.party/health").status).toBe(200);
});

test("with other encryption keys the actor cannot sign: the page is an error", async () => {
  await ready();
  await stage(fly, app, { ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY: "other" });
  const web = await run(fly, app, puma);
  expect(
    ask(web, "https://mastiff.party/users/mastiff", { accept: "application/activity+json" }).status,
  ).toBe(500);
  expect(ask(web, "https://mastiff.party/@mastiff").status).toBe(200);
});

test("Puma listens where BIND and PORT say, and dies of an IPv6 address without brackets", async () => {
  const at = async (env: Record<string, string>) => {
    const web = await run(fly, app, { ...puma, env, services: [] });
    return sockets(situation(fly.world, stateOf(fly, app), web));
  };
  expect(await at({})).toEqual(["0.0.0.0:3000"]);
  expect(await at({ BIND: "[::]", PORT: "8080" })).toEqual(["[::]:8080"]);
  const broken = await run(fly, app, { ...puma, env: { BIND: "::" }, restart: { policy: "no" } });
  expect(printed(fly, app, broken)).toEqual([
    'bad URI (is not URI?): "tcp://:::3000" (URI::InvalidURIError)',
  ]);
});

test("Sidekiq listens when its own command, behind env, switches its figures on", async () => {
  const at = async (...head: string[]) => {
    const cmd = [...head, "bundle", "exec", "sidekiq"];
    const one = await run(fly, app, { image: mastodon, init: { cmd }, guest: gigabyte });
    return sockets(situation(fly.world, stateOf(fly, app), one));
  };
  expect(await at()).toEqual([]);
  const on = ["MASTODON_PROMETHEUS_EXPORTER_ENABLED=true", "MASTODON_PROMETHEUS_EXPORTER_HOST=0.0.0.0"];
  expect(await at("env", ...on)).toEqual(["0.0.0.0:9394"]);
});

test("a misconfigured bucket boots green and says so in the log", async () => {
  const s3 = { S3_ENABLED: "true", S3_BUCKET: "files", AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" };
  const endpoint = {
    S3_ENDPOINT: `https://${"0".repeat(29)}d09.r2.cloudflarestorage.com`,
    S3_PERMISSION: "",
  };
  const wrong = await run(fly, app, { ...puma, env: { ...s3, ...endpoint } });
  expect(wrong.ready).toBe(true);
  expect(printed(fly, app, wrong).at(-1)).toBe("[paperclip] Aws::S3::Errors::Unauthorized: Unauthorized");
  const none = await run(fly, app, { ...puma, env: s3 });
  expect(printed(fly, app, none).at(-1)).toContain("NetworkingError");
});

test("streaming: health for everybody, the stream for nobody without a token", async () => {
  const name = "mastiff-party-streaming";
  await makeApp(fly, name);
  await stage(fly, name, { DATABASE_URL: settings.DATABASE_URL ?? "", REDIS_URL: settings.REDIS_URL ?? "" });
  const machine = await run(fly, name, {
    image: "ghcr.io/mastodon/mastodon-streaming:v4.7.4",
    guest: { ...gigabyte, memory_mb: 512 },
  });
  expect(printed(fly, name, machine)).toEqual([
    expect.stringContaining("Streaming API now listening on 0.0.0.0:4000"),
  ]);
  const at = (path: string, headers = {}) =>
    ask(machine, `https://streaming.mastiff.party${path}`, headers, name);
  expect(at("/api/v1/streaming/health")).toMatchObject({
    status: 200,
    body: "OK",
    headers: { "access-control-allow-origin": "*" },
  });
  expect(at("/api/v1/streaming", { upgrade: "websocket" })).toMatchObject({
    status: 401,
    headers: { "x-error-message": "Missing access token" },
  });
  expect(at("/api/v1/streaming?access_token=x").headers["x-error-message"]).toBe("Invalid access token");
  await pass(fly);
  const lost = await run(fly, name, {
    image: "ghcr.io/mastodon/mastodon-streaming:v4.7.4",
    env: { REDIS_URL: "redis://nowhere.internal:6379" },
  });
  expect(lost.ready).toBe(true);
  expect(printed(fly, name, lost).join()).toContain("Redis Client Error!");
});
