import { parse } from "smol-toml";
import { expect, test } from "vitest";
import { hostsOf, hostsOnFly } from "../../components/cloudflare/hosts.ts";
import { parseCommunity } from "../../components/config/read.ts";
import { groupsOf, images, streamingToml, webToml } from "../../components/fly/fly-toml.ts";
import {
  railsEnvironment,
  streamingEnvironment,
  trustedProxies,
} from "../../components/mastodon/environment.ts";

const community = (extra: Record<string, string> = {}) =>
  parseCommunity(
    {
      domain: "mastiff.party",
      cloudflareAccountId: "0123456789abcdef0123456789abcdef",
      flyOrg: "mastiff",
      ownerUsername: "rex",
      ownerEmail: "rex@mastiff.party",
      ...extra,
    },
    new Set(),
    { stack: "dev" },
  );
const addresses = { v4: "66.241.124.10", v6: "2a09:8280:1::7" };
const sendgrid = { server: "smtp.sendgrid.net", port: 587, login: "apikey" };

test("the permission of uploads is present and empty, or R2 refuses each of them", () => {
  const env = railsEnvironment(community(), addresses, sendgrid);
  expect(env.S3_PERMISSION).toBe("");
  expect(parse(webToml({ ...basis(), env })).env).toMatchObject({ S3_PERMISSION: "" });
});

test("hosts in the environment carry a scheme exactly where Mastodon wants one", () => {
  expect(railsEnvironment(community(), addresses, sendgrid)).toMatchObject({
    LOCAL_DOMAIN: "mastiff.party",
    CDN_HOST: "https://assets.mastiff.party",
    S3_ALIAS_HOST: "files.mastiff.party",
    S3_ENDPOINT: "https://0123456789abcdef0123456789abcdef.r2.cloudflarestorage.com",
    STREAMING_API_BASE_URL: "wss://streaming.mastiff.party",
    ALTERNATE_DOMAINS: "assets.mastiff.party,mastiff-party.fly.dev",
  });
});

test("a bucket in the EU has an endpoint of its own", () => {
  const env = railsEnvironment(community({ bucketJurisdiction: "eu" }), addresses, sendgrid);
  expect(env.S3_HOSTNAME).toBe("0123456789abcdef0123456789abcdef.eu.r2.cloudflarestorage.com");
});

test("the app's own addresses are trusted beside the private ranges, which naming them would drop", () => {
  expect(trustedProxies(addresses)).toBe(
    "127.0.0.0/8,::1/128,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7,66.241.124.10,2a09:8280:1::7",
  );
});

test("port 465 is TLS from the start, any other begins in clear", () => {
  const at = (port: number) => railsEnvironment(community(), addresses, { ...sendgrid, port });
  expect(at(465)).toMatchObject({ SMTP_TLS: "true", SMTP_ENABLE_STARTTLS: "never" });
  expect(at(587)).toMatchObject({ SMTP_ENABLE_STARTTLS: "always" });
  expect(at(587)).not.toHaveProperty("SMTP_TLS");
});

test("the operator's own variables come last, and streaming gets none of Rails'", () => {
  const env = railsEnvironment(community({ env: '{"DEFAULT_LOCALE":"de"}' }), addresses, sendgrid);
  expect(env.DEFAULT_LOCALE).toBe("de");
  expect(Object.keys(streamingEnvironment(addresses, 5)).sort()).toEqual([
    "BIND",
    "DB_POOL",
    "NODE_ENV",
    "PORT",
    "TRUSTED_PROXY_IP",
  ]);
});

test("the guide's sizes stand in fly.toml", () => {
  const guide = community({ preset: "guide" });
  const toml = parse(webToml({ ...basis(), sizes: guide.sizes }));
  expect(toml.vm).toEqual([
    { cpu_kind: "shared", cpus: 1, memory: "1024mb", processes: ["web"] },
    { cpu_kind: "shared", cpus: 1, memory: "1024mb", processes: ["sidekiq"] },
  ]);
  expect(parse(streamingToml({ ...basis(), sizes: guide.sizes })).vm).toEqual([
    { cpu_kind: "shared", cpus: 1, memory: "256mb", processes: ["streaming"] },
  ]);
});

test("with several Sidekiqs exactly one process listens to the scheduler", () => {
  const { sizes } = community({ preset: "medium" });
  const processes = parse(webToml({ ...basis(), sizes })).processes as Record<string, string>;
  const scheduling = Object.values(processes).filter(
    (line) => line.includes("sidekiq") && (line.includes("-q scheduler") || !line.includes("-q ")),
  );
  expect(scheduling).toHaveLength(1);
  expect(groupsOf(sizes)).toEqual({ web: { count: 2 }, sidekiq: { count: 2 }, scheduler: { count: 1 } });
});

test("nothing sleeps, and checks ask the paths that need no Host", () => {
  const toml = parse(webToml(basis()));
  expect(toml.http_service).toMatchObject({
    auto_stop_machines: "off",
    internal_port: 3000,
    checks: [{ path: "/health", grace_period: "60s" }],
  });
});

test("of the four hosts Fly answers for three, and two are proxied", () => {
  const hosts = hostsOf(community());
  expect(hostsOnFly(hosts).map((h) => h.role)).toEqual(["root", "streaming", "assets"]);
  expect(
    Object.values(hosts)
      .filter((h) => h.proxied)
      .map((h) => h.name),
  ).toEqual(["assets.mastiff.party", "files.mastiff.party"]);
});

function basis() {
  return {
    app: "mastiff-party",
    region: "ams",
    image: images("v4.7.4").web,
    env: {},
    sizes: community().sizes,
  };
}
