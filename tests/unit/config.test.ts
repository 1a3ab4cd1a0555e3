import { describe, expect, test } from "vitest";
import { ConfigError } from "../../components/config/config-error.ts";
import { parseCommunity } from "../../components/config/read.ts";
import type { CommunitySettings } from "../../components/config/schema.ts";

const required = {
  domain: "mastiff.party",
  cloudflareAccountId: "0123456789abcdef0123456789abcdef",
  flyOrg: "mastiff",
  ownerUsername: "rex",
  ownerEmail: "rex@mastiff.party",
};

function parse(extra: Record<string, string> = {}, encrypted: string[] = []): CommunitySettings {
  return parseCommunity({ ...required, ...extra }, new Set(encrypted), { stack: "dev" });
}

function problems(extra: Record<string, string | undefined>, encrypted: string[] = []): string[] {
  const raw = Object.fromEntries(
    Object.entries({ ...required, ...extra }).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  );
  try {
    parseCommunity(raw, new Set(encrypted), { stack: "dev" });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map((p) => `${p.key}: ${p.reason}`);
  }
}

test("five keys make a community; the rest has defaults", () => {
  const community = parse();
  expect(community).toMatchObject({
    app: "mastiff-party",
    bucket: "files-mastiff-party",
    assetsHost: "assets.mastiff.party",
    filesHost: "files.mastiff.party",
    streamingHost: "streaming.mastiff.party",
    zone: "mastiff.party",
    zoneMode: "owned",
    region: "ams",
    mastodonVersion: "v4.7.4",
    fromAddress: "notifications@mastiff.party",
    protect: true,
  });
  expect(community.sizes.redis).toMatchObject({ kind: "own" });
});

test("a community below a zone shares it, and its proxied hosts stay one label deep", () => {
  expect(parse({ domain: "dogs.example.org", zone: "example.org" })).toMatchObject({
    zoneMode: "shared",
    assetsHost: "assets-dogs.example.org",
    filesHost: "files-dogs.example.org",
    streamingHost: "streaming.dogs.example.org",
  });
});

test("a preset's sizes can be overridden one by one", () => {
  const { sizes } = parse({ preset: "guide", web: '{"memoryMb":2048}', redis: '{"memoryMb":512}' });
  expect(sizes.web).toMatchObject({ count: 1, memoryMb: 2048 });
  expect(sizes.redis).toMatchObject({ kind: "own", memoryMb: 512, volumeGb: 1 });
});

describe("refused, with the reason", () => {
  test.each<[string, Record<string, string | undefined>, string]>([
    ["a scheme", { domain: "https://mastiff.party" }, "domain: a host name has no scheme"],
    ["a path", { domain: "mastiff.party/about" }, "domain: a host name has no path"],
    ["a port", { domain: "mastiff.party:443" }, "domain: a host name has no port"],
    ["capitals", { domain: "Mastiff.party" }, "domain: write it in lower case"],
    ["one label", { domain: "localhost" }, "domain: has only one label: use a name such as example.org"],
    ["an umlaut", { domain: "müll.party" }, "domain: write it in its ASCII form (xn--…)"],
    [
      "a files host with a path",
      { filesHost: "files.mastiff.party/bucket" },
      "filesHost: a host name has no path",
    ],
    ["a missing e-mail", { ownerEmail: undefined }, "ownerEmail: is required"],
    ["a bad e-mail", { ownerEmail: "rex" }, "ownerEmail: is not an e-mail address"],
    ["a reserved name", { ownerUsername: "admin" }, "ownerUsername: is a name that Mastodon reserves"],
    ["a disguised one", { ownerUsername: "4dm1n" }, "ownerUsername: is a name that Mastodon reserves"],
    [
      "a name with a dash",
      { ownerUsername: "big-dog" },
      "ownerUsername: must be 1 to 30 lower-case letters, digits and _",
    ],
    [
      "a moving tag",
      { mastodonVersion: "latest" },
      "mastodonVersion: pin a release such as v4.7.4: moving tags (latest, edge, nightly) would upgrade without a preview",
    ],
    [
      "an old one",
      { mastodonVersion: "v4.2.9" },
      "mastodonVersion: Mastodon before v4.3 has no streaming image of its own",
    ],
    ["an app name", { app: "Mastiff_Party" }, "app: an app's name is lower-case letters, digits and dashes"],
    [
      "a region",
      { region: "amsterdam" },
      "region: a region is three lower-case letters, as `fly platform regions` lists them",
    ],
    ["a port that is none", { smtpPort: "smtp" }, "smtpPort: is not a whole number"],
    ["a port out of range", { smtpPort: "70000" }, "smtpPort: must be between 1 and 65535"],
    ["a key that is none", { regoin: "ams" }, "regoin: is not a key that Mastiff knows"],
    ["a value that is no JSON", { web: "2048" }, "web: Invalid input: expected object, received number"],
    ["a memory step", { web: '{"memoryMb":1000}' }, "web: memoryMb: Fly's memory comes in steps of 256 MB"],
    ["a bool", { protect: "yes" }, "protect: must be true or false"],
    ["another zone", { zone: "example.org" }, "zone: does not contain mastiff.party"],
    ["a zone whose name only ends alike", { zone: "iff.party" }, "zone: does not contain mastiff.party"],
    [
      "a host in a zone whose name only ends alike",
      { filesHost: "files.bullmastiff.party" },
      "filesHost: is not in the zone mastiff.party",
    ],
    [
      "a collision",
      { filesHost: "assets.mastiff.party" },
      "filesHost: is the same host as mastiff:assetsHost; each needs a host of its own",
    ],
    [
      "a host that the edge has no certificate for",
      { assetsHost: "a.b.mastiff.party" },
      "assetsHost: Cloudflare's Universal SSL covers one label below mastiff.party only, so its edge has no certificate for it",
    ],
    [
      "a wildcard that misses the assets",
      { domain: "dogs.example.org", zone: "example.org", certificates: "wildcard" },
      "certificates: *.dogs.example.org does not cover assets-dogs.example.org: use perHost",
    ],
    ["a reserved variable", { env: '{"LOCAL_DOMAIN":"x"}' }, "env: is set by Mastiff from mastiff:domain"],
    [
      "half a mail server",
      { smtpServer: "smtp.example.org" },
      "smtpPassword: smtp.example.org needs a password",
    ],
    [
      "half an R2 key",
      { r2AccessKeyId: "abc" },
      "r2SecretAccessKey: an R2 key has two halves: r2AccessKeyId and r2SecretAccessKey",
    ],
    [
      "more connections than Postgres takes",
      { web: '{"count":4,"workers":5}' },
      "web: web, sidekiq and streaming together may open 115 database connections; Postgres accepts 97: lower counts, workers or threads",
    ],
    [
      "more connections by the scheduler of several Sidekiqs",
      { sidekiq: '{"count":2,"threads":40}' },
      "web: web, sidekiq and streaming together may open 100 database connections; Postgres accepts 97: lower counts, workers or threads",
    ],
    [
      "more memory than the CPUs get",
      { web: '{"memoryMb":4096}' },
      "web: web: 1 shared CPU(s) get at most 2048 MB of memory, not 4096",
    ],
  ])("%s", (_title, extra, problem) => {
    expect(problems(extra)).toContain(problem);
  });

  test("a secret in plain text", () => {
    expect(problems({ smtpServer: "s.example.org", smtpLogin: "l", smtpPassword: "hunter2" })).toEqual([
      "smtpPassword: is stored in plain text: set it again with --secret",
    ]);
    expect(
      problems({ smtpServer: "s.example.org", smtpLogin: "l", smtpPassword: "x" }, ["smtpPassword"]),
    ).toEqual([]);
  });
});

test("what is wrong between keys is shown together with what is wrong in them", () => {
  expect(problems({ region: "ams!", env: '{"DATABASE_URL":"x"}', ownerEmail: undefined })).toEqual([
    "region: a region is three lower-case letters, as `fly platform regions` lists them",
    "ownerEmail: is required",
    "env: is generated by Mastiff and kept in the stack's state",
  ]);
});

test("every problem is shown at once, with key, value, reason and fix, and no secret value", () => {
  let message = "";
  try {
    parseCommunity({ domain: "https://x", smtpPassword: "hunter2", region: "ams!" }, new Set(), {
      stack: "acme",
    });
  } catch (error) {
    message = (error as Error).message;
  }
  expect(message).toContain("Pulumi.acme.yaml, nothing was done");
  expect(message).toContain('mastiff:domain is "https://x": a host name has no scheme');
  expect(message).toContain("fix: pulumi config set mastiff:domain <value> --stack acme");
  expect(message).toContain("mastiff:flyOrg: is required");
  expect(message).toContain('mastiff:region is "ams!"');
  expect(message).toContain("fix: pulumi config set mastiff:smtpPassword <value> --secret --stack acme");
  expect(message).not.toContain("hunter2");
});
