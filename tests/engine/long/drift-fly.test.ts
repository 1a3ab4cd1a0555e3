/**
 * Drift on Fly, round by round. A round is its title, the flags of preview and `up` (none here) and the changes that are
 * made at once. `seen` lists the resources that the preview updates; `undefined`: updated, but without words of its own.
 */
import { describe } from "vitest";
import { type CloudState, machineOf, playRounds, type Round } from "../drift/change.ts";

const web = "mastiff-party";
const streaming = "mastiff-party-streaming";

const rounds: Round[] = [
  [
    "resources that are missing, surplus or changed",
    [],
    [
      {
        what: "a machine is missing",
        make: (state) => {
          machineOf(state, web, "web").state = "destroyed";
        },
        seen: { "web-machines-release": /web has 0 machines, should have 1/ },
      },
      {
        what: "a surplus machine",
        make: (state) => {
          const machine = machineOf(state, web, "sidekiq");
          state.fly.apps[web].machines["1857d6f1a2b3c4"] = {
            ...structuredClone(machine),
            id: "1857d6f1a2b3c4",
          };
        },
        seen: { "web-machines-release": /sidekiq has 2 machines, should have 1/ },
      },
      {
        what: "a machine of an undeclared process group",
        make: (state) => {
          const machine = structuredClone(machineOf(state, web, "sidekiq"));
          machine.config.metadata.fly_process_group = "worker";
          state.fly.apps[web].machines["1857d6f1a2b3c5"] = { ...machine, id: "1857d6f1a2b3c5" };
        },
        seen: {
          "web-machines-release": /machine 1857d6f1a2b3c5 belongs to group worker, which is not declared/,
        },
      },
      {
        what: "a secret is missing",
        make: (state) => {
          delete state.fly.apps[web].secrets.SMTP_PASSWORD;
        },
        seen: {
          "web-machines-secrets": /secret SMTP_PASSWORD is missing/,
          // Machines get a secret only by a release.
          "web-machines-release": undefined,
        },
      },
      {
        what: "a secret has another value",
        make: (state) => {
          Object.assign(state.fly.apps[streaming].secrets.REDIS_URL, {
            value: "redis://x",
            digest: "0123456789abcdef",
          });
        },
        seen: {
          "streaming-machines-secrets": /a secret was changed by somebody else/,
          "streaming-machines-release": /a secret was changed by somebody else/,
        },
      },
      {
        what: "another image",
        make: (state) => {
          const { config } = machineOf(state, streaming, "streaming");
          config.image = config.image.replace(/:v[^@]+@.*/, ":v4.7.3");
        },
        seen: { "streaming-machines-release": /\(streaming\): image is .*:v4.7.3, should be .*:v4.7.4/ },
      },
      {
        what: "the database has less memory",
        make: (state) => {
          for (const machine of Object.values<CloudState>(state.fly.apps["mastiff-party-db"].machines))
            machine.config.guest.memory_mb = 128;
        },
        seen: { "database-postgres": /database: memory is 128 MB, should be 256 MB/ },
      },
      {
        what: "a surplus address",
        make: (state) => {
          state.fly.apps[web].addresses.push({
            ...state.fly.apps[web].addresses[0],
            id: "ip_0000000000000000000",
            address: "2a09:8280:1::9:999:0",
            createdAt: "2030-01-01T00:00:00.000Z",
          });
        },
        seen: { "web-app-upkeep": /address 2a09:8280:1::9:999:0 is one too many/ },
      },
      {
        what: "the streaming app's only certificate is missing",
        make: (state) => {
          state.fly.apps[streaming].certificates = [];
        },
        seen: { "streaming-host-certificate-upkeep": /there is no certificate for streaming.mastiff.party/ },
      },
    ],
  ],
  streamingGone(
    "a missing app, with everything that depends on it",
    /there is no app mastiff-party-streaming/,
  ),
  streamingGone("the same app missing again: the preview counts the occurrence", /occurrence\W+2/),
  [
    "a released IPv6 address, with everything that reads it",
    [],
    [
      {
        what: "the IPv6 address is released",
        make: (state) => {
          state.fly.apps[web].addresses = [];
        },
        seen: {
          "web-app": /its IPv6 address was released/,
          "web-app-upkeep": undefined,
          "web-addresses": undefined,
          "records-root-a": undefined,
          "records-root-aaaa": undefined,
          // fly.toml names the addresses in TRUSTED_PROXY_IP, so the release changes with them.
          "web-machines-release": undefined,
        },
      },
    ],
  ],
  [
    "a replaced IPv6 address, with everything that reads it",
    [],
    [
      {
        what: "the app has another IPv6 address",
        make: (state) => {
          state.fly.apps[web].addresses[0].address = "2a09:8280:1::7:777:0";
        },
        seen: {
          "web-app": /IPv6 address 2a09:[\w:]+ was replaced by another/,
          "web-app-upkeep": undefined,
          "web-addresses": undefined,
          "records-root-a": undefined,
          "records-root-aaaa": undefined,
          // fly.toml names the addresses in TRUSTED_PROXY_IP, so the release changes with them.
          "web-machines-release": undefined,
        },
      },
    ],
  ],
  [
    "a missing Redis, with everything that depends on it",
    [],
    [
      {
        what: "the database at Upstash is missing",
        make: (state) => {
          state.fly.addOns = [];
        },
        seen: {
          "redis-upstash": /there is no Redis database mastiff-party-redis/,
          "redis-upstash-upkeep": undefined,
          "web-machines-secrets": undefined,
          "web-machines-release": undefined,
          "streaming-machines-secrets": undefined,
          "streaming-machines-release": undefined,
        },
      },
    ],
  ],
];

/**
 * A round in which the streaming app is missing. It is played twice. The second time the same words are in the state
 * already, from the first repair, and the preview must show the drift all the same.
 *
 * @param words what the preview says of the app
 */
function streamingGone(title: string, words: RegExp): Round {
  return [
    title,
    [],
    [
      {
        what: "the streaming app is missing",
        make: (state) => {
          delete state.fly.apps[streaming];
        },
        seen: {
          "streaming-app": words,
          "streaming-app-upkeep": undefined,
          "streaming-addresses": undefined,
          "records-streaming-a": undefined,
          "records-streaming-aaaa": undefined,
          "streaming-host-certificate": /there is no certificate for streaming.mastiff.party/,
          "streaming-host-certificate-upkeep": undefined,
          "streaming-host-challenge": undefined,
          "streaming-host-ownership": undefined,
          "streaming-machines-secrets": /there is no app mastiff-party-streaming/,
          "streaming-machines-release": undefined,
        },
      },
    ],
  ];
}

describe("drift on Fly is named by the preview and repaired by up", () => {
  playRounds(rounds);
});
