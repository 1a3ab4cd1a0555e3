import { describe, expect, test } from "vitest";
import { inSharedZone } from "../../support/neighbour.ts";
import { type CloudState, machinesOf, playRounds, type Round, recordOf, remove } from "../drift/change.ts";

const redis = "dogs-example-org-redis";
const database = "dogs-example-org-db";

const foreign = { ref: "somebody_elses", description: "not ours", action: "set_config", enabled: true };

/** The rule of this community in a phase of its zone. */
const ruleOf = (state: CloudState, phase: string) => {
  const ruleset = state.cloudflare.rulesets.find((one: { phase: string }) => one.phase === phase);
  const rule = ruleset.rules.find((one: { ref: string }) => one.ref.endsWith("_dogs_example_org"));
  return { ruleset, rule };
};

const rounds: Round[] = [
  [
    "rules among those of others, by a refresh",
    ["--refresh"],
    [
      {
        what: "our config rule is gone, somebody's is there",
        make: (state) => {
          const { ruleset, rule } = ruleOf(state, "http_config_settings");
          ruleset.rules.splice(ruleset.rules.indexOf(rule), 1, {
            ...rule,
            ...foreign,
            id: "0".repeat(32),
          });
        },
        seen: { "create tls-rule": undefined },
      },
      {
        what: "our header rule is for another host",
        make: (state) => {
          ruleOf(state, "http_response_headers_transform").rule.expression = 'http.host eq "a.example.org"';
        },
        seen: { "cors-rule": undefined },
      },
    ],
  ],
  [
    "machines of Redis and the database",
    [],
    [
      {
        what: "Redis' machine is stopped, and smaller",
        make: (state) => {
          const [machine] = machinesOf(state, redis);
          machine.state = "stopped";
          machine.config.guest.memory_mb = 512;
        },
        seen: {
          "redis-machine": /machine \w+ of Redis is stopped[\s\S]*Redis: memory is 512 MB, should be 256 MB/,
        },
      },
      {
        what: "the database's machine is smaller",
        make: (state) => {
          machinesOf(state, database)[0].config.guest.memory_mb = 512;
        },
        seen: { "database-postgres": /database: memory is 512 MB, should be 1024 MB/ },
      },
    ],
  ],
  redisGone("Redis' machine is gone, its volume is there", /the machine of Redis is gone/),
  redisGone(
    "the same once more, and the preview counts",
    /the machine of Redis is gone[\s\S]*occurrence\W+2/,
  ),
  [
    "things that are gone, by a refresh",
    ["--refresh"],
    [
      {
        what: "the bucket's custom domain is gone, and its record with it",
        make: (state) => {
          state.cloudflare.buckets[0].domains = [];
          remove(state.cloudflare.records, recordOf(state, "CNAME", "files-dogs.example.org"));
        },
        seen: {
          "create media-domain-files-dogs-example-org": undefined,
          "create media-public-host": undefined,
        },
      },
    ],
  ],
  [
    "the mail domain is gone, with all that hangs on it, by a refresh",
    ["--refresh"],
    [
      {
        what: "the mail domain is deleted",
        make: (state) => {
          state.sendgrid.domains = [];
        },
        // Another entry at SendGrid has other names to prove.
        seen: {
          "create mail-domain": undefined,
          "mail-return-path": undefined,
          "mail-dkim1": undefined,
          "mail-dkim2": undefined,
          "create mail-validation": undefined,
        },
      },
    ],
  ],
  [
    "the bucket's token is gone, with all that hangs on it, by a refresh",
    ["--refresh"],
    [
      {
        what: "the token is revoked",
        make: (state) => {
          state.cloudflare.tokens = state.cloudflare.tokens.filter(
            (token: { name: string }) => !token.name.includes("mastiff/dogs"),
          );
        },
        seen: {
          "create media-token": undefined,
          "create media-access": undefined,
          "create media-guard": undefined,
          "web-machines-secrets": undefined,
          "web-machines-release": undefined,
        },
      },
    ],
  ],
];

/** A machine that is gone leaves no trace of how often it went. */
function redisGone(title: string, words: RegExp): Round {
  return [
    title,
    [],
    [
      {
        what: "the machine is destroyed",
        make: (state) => {
          const [machine] = machinesOf(state, redis);
          machine.state = "destroyed";
          for (const volume of Object.values<CloudState>(state.fly.apps[redis].volumes))
            volume.machineId = null;
        },
        seen: { "redis-machine": words },
      },
    ],
  ];
}

describe("drift in a shared zone is named by the preview and repaired by up", () => {
  const world = playRounds(rounds, (world) => inSharedZone(world, "dogs"));

  test("somebody else's rule is as it was", async () => {
    const { cloudflare } = await world().state();
    const rules = cloudflare.rulesets.flatMap((one: { rules: CloudState[] }) => one.rules);
    expect(rules.find((one: { ref: string }) => one.ref === foreign.ref)).toMatchObject(foreign);
  });
});
