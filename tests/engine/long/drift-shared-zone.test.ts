import { describe } from "vitest";
import { inSharedZone } from "../../support/neighbour.ts";
import { type CloudState, machinesOf, playRounds, type Round, recordOf, remove } from "../drift/change.ts";

const redis = "dogs-example-org-redis";
const database = "dogs-example-org-db";

const rounds: Round[] = [
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
          "redis-machine":
            /machine \w+ of Redis is stopped[\s\S]*of Redis: memory is 512 MB, should be 256 MB/,
        },
      },
      {
        what: "the database's machine is smaller",
        make: (state) => {
          machinesOf(state, database)[0].config.guest.memory_mb = 512;
        },
        seen: { "database-postgres": /of the database: memory is 512 MB, should be 1024 MB/ },
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
        seen: { "create media-domain-files-dogs-example-org": undefined },
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

describe("what other hands have changed, in a zone that others use too", () => {
  playRounds(rounds, (world) => inSharedZone(world, "dogs"));
});
