import { expect, test } from "vitest";
import { keptSecretProblems } from "../../components/mastodon/kept-secrets.ts";
import { versionProblem } from "../../components/mastodon/version-rule.ts";
import { type Facts, factProblems } from "../../components/stack/fact-rules.ts";
import { parse } from "../support/config.ts";

const { sizes } = parse();
const facts: Facts = {
  domain: "mastiff.party",
  filesHosts: ["files.mastiff.party"],
  app: "mastiff-party",
  flyOrg: "mastiff",
  region: "ams",
  cloudflareAccountId: "00000000000000000000000000000d09",
  madeZone: "mastiff.party",
  bucket: "files-mastiff-party",
  bucketJurisdiction: "default",
  redisKind: "own",
  postgresVolumeGb: 10,
  redisVolumeGb: 1,
};

test("what is for good is refused, with what would be lost and the proper way", () => {
  expect(factProblems(facts, { ...facts, region: "fra" }, { sizes })).toEqual([
    "region would change from ams to fra: volumes cannot move between regions: database and Redis would be created again, empty.\n    proper way: take a dump, end the community except for its secrets, start it there and restore the dump (docs/operations.md, “Moving house”)",
  ]);
  for (const [fact, value] of Object.entries({
    domain: "other.party",
    app: "other",
    flyOrg: "other",
    cloudflareAccountId: "00000000000000000000000000000d10",
    madeZone: null,
    bucket: "other",
    bucketJurisdiction: "eu",
    redisKind: "upstash" as const,
  })) {
    expect(factProblems(facts, { ...facts, [fact]: value }, { sizes }), fact).toHaveLength(1);
  }
});

test("another Redis is let through once its jobs are gone and somebody says so", () => {
  const [own, upstash] = [facts, { ...facts, redisKind: "upstash" as const, redisVolumeGb: null }];
  expect(factProblems(own, upstash, { sizes, movedFrom: {}, waiting: 3 })[0]).toContain(
    "would be lost with it; 3 wait now",
  );
  expect(factProblems(own, upstash, { sizes })[0]).toContain("https://mastiff.party/sidekiq shows how many");
  expect(factProblems(own, upstash, { sizes, movedFrom: { redisKind: "own" }, waiting: 3 })).toHaveLength(1);
  expect(factProblems(own, upstash, { sizes, movedFrom: { redisKind: "own" }, waiting: 0 })).toEqual([]);
  expect(factProblems(own, upstash, { sizes, movedFrom: { redisKind: "own" } })).toEqual([]);
  // movedFrom allows one change. It does not allow the change back.
  expect(factProblems(upstash, own, { sizes, movedFrom: { redisKind: "own" } })).toHaveLength(1);
});

test("an old name of the uploads serves on, until somebody gives it up", () => {
  const other = { ...facts, filesHosts: ["media.mastiff.party"] };
  expect(factProblems(facts, other, { sizes })).toEqual([
    `filesHost would change from files.mastiff.party to media.mastiff.party: other servers and apps keep addresses of uploads at files.mastiff.party, and all of these would break.\n    proper way: keep both hosts: pulumi config set mastiff:oldFilesHosts '["files.mastiff.party"]' (docs/operations.md, “Another name for uploads”)`,
  ]);
  const both = { ...facts, filesHosts: ["media.mastiff.party", "files.mastiff.party"] };
  expect(factProblems(facts, both, { sizes })).toEqual([]);
  expect(factProblems(both, other, { sizes })).toHaveLength(1);
  expect(factProblems(both, other, { sizes, movedFrom: { filesHost: "files.mastiff.party" } })).toEqual([]);
});

test("a zone that was there before may become anybody's", () => {
  expect(factProblems({ ...facts, madeZone: null }, facts, { sizes })).toEqual([]);
});

test("secrets that never change are told one by one; a further one is no change", () => {
  const old = { SECRET_KEY_BASE: "1", ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY: "2" };
  expect(keptSecretProblems(old, { ...old, OTP_SECRET: "3" })).toEqual([]);
  expect(keptSecretProblems(old, { SECRET_KEY_BASE: "1" })).toEqual([
    "ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY: accounts' signing keys and two-factor secrets are encrypted with it, and a server that cannot read them can no longer sign as itself",
  ]);
});

test("volumes grow and do not shrink", () => {
  expect(factProblems(facts, { ...facts, postgresVolumeGb: 20, redisVolumeGb: 2 }, { sizes })).toEqual([]);
  expect(
    factProblems({ ...facts, redisVolumeGb: 2 }, { ...facts, postgresVolumeGb: 5 }, { sizes }),
  ).toHaveLength(2);
});

test("what nothing holds data for is free", () => {
  expect(factProblems({}, facts, { sizes })).toEqual([]);
});

test.each([
  ["v4.7.3", "v4.7.4"],
  ["v4.6.9", "v4.7.0"],
  ["v4.7.4", "v4.7.4"],
])("%s → %s is allowed", (from, to) => {
  expect(versionProblem(from, to)).toBeUndefined();
});

test.each([
  ["v4.5.0", "v4.7.4", "skips a minor version"],
  ["v4.7.4", "v4.7.3", "is a downgrade"],
  ["v4.7.0", "v4.6.9", "is a downgrade"],
  ["v4.9.1", "v5.0.0", "is a new major version"],
])("%s → %s is refused", (from, to, reason) => {
  expect(versionProblem(from, to)).toContain(reason);
});
