import { expect, test } from "vitest";
import { type Facts, factProblems } from "../../components/community-facts.ts";
import { versionProblem } from "../../components/version-rule.ts";

const facts: Facts = {
  domain: "mastiff.party",
  app: "mastiff-party",
  region: "ams",
  bucket: "files-mastiff-party",
  bucketJurisdiction: "default",
  redisKind: "own",
  postgresVolumeGb: 10,
  redisVolumeGb: 1,
};

test("what is for good is refused, with what would be lost and the proper way", () => {
  expect(factProblems(facts, { ...facts, region: "fra" })).toEqual([
    "region would change from ams to fra: volumes do not move between regions: database and Redis would be made anew, empty.\n    proper way: bring up a second stack there and restore a dump into it (docs/operations.md, “Moving house”)",
  ]);
  for (const [fact, value] of Object.entries({
    domain: "other.party",
    app: "other",
    bucket: "other",
    bucketJurisdiction: "eu",
    redisKind: "upstash" as const,
  })) {
    expect(factProblems(facts, { ...facts, [fact]: value }), fact).toHaveLength(1);
  }
});

test("volumes grow and do not shrink", () => {
  expect(factProblems(facts, { ...facts, postgresVolumeGb: 20, redisVolumeGb: 2 })).toEqual([]);
  expect(factProblems({ ...facts, redisVolumeGb: 2 }, { ...facts, postgresVolumeGb: 5 })).toHaveLength(2);
});

test("a state that remembers less is not refused", () => {
  expect(factProblems({}, facts)).toEqual([]);
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
  ["v4.7.4", "v4.7.3", "goes back"],
  ["v4.7.0", "v4.6.9", "goes back"],
  ["v4.9.1", "v5.0.0", "is a new major version"],
])("%s → %s is refused", (from, to, reason) => {
  expect(versionProblem(from, to)).toContain(reason);
});
