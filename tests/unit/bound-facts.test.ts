import { expect, test } from "vitest";
import { factsIn, isReleased } from "../../components/stack/bound-facts.ts";
import { type Facts, factProblems } from "../../components/stack/fact-rules.ts";
import type { LastState } from "../../components/stack/last-state.ts";
import { componentNames } from "../../components/stack/logical-names.ts";
import { parse } from "../support/config.ts";

const account = "00000000000000000000000000000d09";
/** The outputs of a Command to which the driver's spec was given. */
const spec = (value: object) => ({ environment: { SPEC: JSON.stringify(value) } });

const bucket = { accountId: account, name: "files-acme-social", jurisdiction: "default" };
/** Outputs by logical name, without the community's prefix, in the order in which a first `up` adds them. */
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

/** The community `dogs` with these resources in the state. */
const inState = (resources: LastState) => ({
  last: Object.fromEntries(Object.entries(resources).map(([name, one]) => [`dogs-${name}`, one])),
  names: componentNames("dogs"),
});

/** The community `dogs` with only these resources of `state`. */
const only = (names: (keyof typeof state)[]) =>
  inState(Object.fromEntries(names.map((name) => [name, state[name]])));

/** Facts of a config that differs from the state in everything. */
const otherFacts: Facts = {
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
])(
  "with %s in the state, only the facts whose change would lose its data are binding",
  (_what, there, facts) => {
    const old = factsIn(only(there), "own");
    expect(isReleased(only(there))).toBe(false);
    expect(
      // The size of Redis's volume is a fact here too. `otherFacts` has no such volume, so it refuses nothing.
      Object.keys(old)
        .filter((fact) => fact !== "redisVolumeGb")
        .sort(),
    ).toEqual(facts);
    expect(factProblems(old, otherFacts, { sizes: parse().sizes })).toHaveLength(facts.length);
  },
);

test("after a release every fact is binding, with its value in the state", () => {
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

test("with both kinds of Redis in the state, the fact is the kind that config does not name", () => {
  const both = { ...state, "redis-upstash": spec({ org: "acme", name: "acme-social-redis" }) };
  expect(factsIn(inState(both), "own").redisKind).toBe("upstash");
  expect(factsIn(inState(both), "upstash").redisKind).toBe("own");
});

test("facts and release of one community do not count for another community in the same state", () => {
  const { last } = inState(state);
  expect(factsIn({ last, names: componentNames("cats") }, "own")).toEqual({});
  expect(isReleased({ last, names: componentNames("dogs") })).toBe(true);
  expect(isReleased({ last, names: componentNames("cats") })).toBe(false);
});
