import { expect, test } from "vitest";
import { factsIn, isReleased } from "../../components/stack/bound-facts.ts";
import { type Facts, factProblems } from "../../components/stack/fact-rules.ts";
import type { LastState } from "../../components/stack/last-state.ts";
import { componentNames } from "../../components/stack/logical-names.ts";
import { parse } from "../support/config.ts";

const account = "00000000000000000000000000000d09";
const spec = (value: object) => ({ environment: { SPEC: JSON.stringify(value) } });

/** A state as the engine returns it, in the order in which a first `up` fills it. */
const bucket = { accountId: account, name: "files-acme-social", jurisdiction: "default" };
const state = {
  "web-app": spec({ stack: "mastiff/acme", org: "acme", app: "acme-social" }),
  "zone-zone": { name: "acme.social" },
  "media-bucket": bucket,
  "media-domain-files-acme-social": { domain: "files.acme.social" },
  "database-postgres": spec({ org: "acme", app: "acme-social-db", region: "ams", volumeGb: 10 }),
  "redis-machine": spec({ org: "acme", app: "acme-social-redis", region: "ams", volumeGb: 1 }),
  "web-machines-release": {
    environment: {
      SPEC: JSON.stringify({ org: "acme", app: "acme-social", region: "ams" }),
      FLY_TOML: 'app = "acme-social"\n\n[env]\nLOCAL_DOMAIN = "acme.social"\nPORT = "3000"\n',
    },
  },
} satisfies LastState;

/** A community whose state holds these. */
const inState = (resources: LastState) => ({
  last: Object.fromEntries(Object.entries(resources).map(([name, one]) => [`dogs-${name}`, one])),
  names: componentNames("dogs"),
});

/** A community whose state holds these and nothing else. */
const only = (names: (keyof typeof state)[]) =>
  inState(Object.fromEntries(names.map((name) => [name, state[name]])));

/** Facts that all differ from those in the state. */
const free: Facts = {
  domain: "other.social",
  filesHosts: ["files.other.social"],
  app: "other",
  flyOrg: "other",
  region: "fra",
  cloudflareAccountId: "00000000000000000000000000000d10",
  madeZone: null,
  bucket: "other",
  bucketJurisdiction: "eu",
  redisKind: "upstash",
  postgresVolumeGb: 1,
  redisVolumeGb: null,
};

test.each<[string, (keyof typeof state)[], (keyof Facts)[]]>([
  ["nothing", [], []],
  ["an app, empty", ["web-app"], []],
  ["an app and a Redis that no machine has ever used", ["web-app", "redis-machine"], []],
  ["a bucket", ["web-app", "media-bucket"], ["bucket", "bucketJurisdiction", "cloudflareAccountId"]],
  ["a database", ["database-postgres"], ["app", "flyOrg", "postgresVolumeGb", "region"]],
  ["a zone that the stack made", ["zone-zone"], ["madeZone"]],
  [
    "all but a release",
    ["web-app", "zone-zone", "media-bucket", "media-domain-files-acme-social", "database-postgres"],
    [
      "app",
      "bucket",
      "bucketJurisdiction",
      "cloudflareAccountId",
      "flyOrg",
      "madeZone",
      "postgresVolumeGb",
      "region",
    ],
  ],
])("with %s in the state, that and no more binds", (_what, there, facts) => {
  const old = factsIn(only(there), "own");
  expect(isReleased(only(there))).toBe(false);
  expect(
    Object.keys(old)
      .filter((fact) => fact !== "redisVolumeGb")
      .sort(),
  ).toEqual(facts);
  expect(factProblems(old, free, { sizes: parse().sizes })).toHaveLength(facts.length);
});

test("after a release everything binds, with the values of the things themselves", () => {
  expect(factsIn(inState(state), "own")).toEqual({
    domain: "acme.social",
    filesHosts: ["files.acme.social"],
    app: "acme-social",
    flyOrg: "acme",
    region: "ams",
    cloudflareAccountId: account,
    madeZone: "acme.social",
    bucket: "files-acme-social",
    bucketJurisdiction: "default",
    redisKind: "own",
    postgresVolumeGb: 10,
    redisVolumeGb: 1,
  });
});

test("a run that stopped between two kinds of Redis leaves the one that config does not name as the fact", () => {
  const both = { ...state, "redis-upstash": spec({ org: "acme", name: "acme-social-redis" }) };
  expect(factsIn(inState(both), "own").redisKind).toBe("upstash");
  expect(factsIn(inState(both), "upstash").redisKind).toBe("own");
});

test("another community of the same state binds nothing", () => {
  const { last } = inState(state);
  expect(factsIn({ last, names: componentNames("cats") }, "own")).toEqual({});
  expect(isReleased({ last, names: componentNames("dogs") })).toBe(true);
  expect(isReleased({ last, names: componentNames("cats") })).toBe(false);
});
