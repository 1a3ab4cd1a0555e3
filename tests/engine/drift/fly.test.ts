import { describe } from "vitest";
import { type CloudState, machineOf, playRounds, type Round } from "./change.ts";

const web = "mastiff-party";
const streaming = "mastiff-party-streaming";

const rounds: Round[] = [
  [
    "machines that are other than declared",
    [],
    [
      {
        what: "a variable has another value",
        make: (state) => {
          machineOf(state, web, "web").config.env.LOCAL_DOMAIN = "elsewhere.example";
        },
        seen: {
          "web-machines-release":
            /\(web\): variable LOCAL_DOMAIN is "elsewhere.example", should be "mastiff.party"/,
        },
      },
      {
        what: "a variable is gone",
        make: (state) => {
          delete machineOf(state, web, "web").config.env.S3_PERMISSION;
        },
        seen: { "web-machines-release": /\(web\): variable S3_PERMISSION is missing/ },
      },
      {
        what: "a variable was added",
        make: (state) => {
          machineOf(state, web, "sidekiq").config.env.LIMITED_FEDERATION_MODE = "true";
        },
        seen: {
          "web-machines-release": /\(sidekiq\): variable LIMITED_FEDERATION_MODE was set by somebody else/,
        },
      },
      {
        what: "less memory",
        make: (state) => {
          machineOf(state, web, "web").config.guest.memory_mb = 512;
        },
        seen: { "web-machines-release": /\(web\): memory is 512 MB, should be 1024 MB/ },
      },
      {
        what: "more CPUs",
        make: (state) => {
          machineOf(state, web, "sidekiq").config.guest.cpus = 4;
        },
        seen: { "web-machines-release": /\(sidekiq\): it has 4 shared CPUs, should have 1 shared/ },
      },
      {
        what: "a service is gone",
        make: (state) => {
          machineOf(state, web, "web").config.services = [];
        },
        seen: { "web-machines-release": /\(web\): service 80\/443 → 3000 \(\/health\) is missing/ },
      },
      {
        what: "a machine is stopped",
        make: (state) => {
          machineOf(state, web, "sidekiq").state = "stopped";
        },
        seen: { "web-machines-release": /machine \w+ \(sidekiq\) is stopped/ },
      },
      {
        what: "a machine is suspended",
        make: (state) => {
          machineOf(state, streaming, "streaming").state = "suspended";
        },
        seen: { "streaming-machines-release": /machine \w+ \(streaming\) is suspended/ },
      },
      {
        what: "a certificate is gone",
        make: (state) => {
          const app = state.fly.apps[web];
          app.certificates = app.certificates.filter(
            (one: { hostname: string }) => one.hostname !== "assets.mastiff.party",
          );
        },
        seen: { "assets-host-certificate-upkeep": /there is no certificate for assets.mastiff.party/ },
      },
      {
        what: "the database's machine is stopped",
        make: (state) => {
          for (const machine of Object.values<CloudState>(state.fly.apps["mastiff-party-db"].machines))
            machine.state = "stopped";
        },
        seen: { "database-postgres": /machine \w+ of the database is stopped/ },
      },
    ],
  ],
];

describe("drift on Fly is named by the preview and repaired by up", () => {
  playRounds(rounds);
});
