import { describe } from "vitest";
import { type CloudState, playRounds, type Round, recordOf, remove } from "./change.ts";

const rounds: Round[] = [
  [
    "Cloudflare's side, by a refresh",
    ["--refresh"],
    [
      {
        what: "a record points elsewhere",
        make: (state) => {
          recordOf(state, "A", "mastiff.party").content = "192.0.2.1";
        },
        seen: { "records-root-a": undefined },
      },
      {
        what: "a record is gone",
        make: (state) => remove(state.cloudflare.records, recordOf(state, "CNAME", "assets.mastiff.party")),
        seen: { "create records-assets-cname": undefined },
      },
      {
        what: "a record is no longer proxied",
        make: (state) => {
          recordOf(state, "AAAA", "streaming.mastiff.party").proxied = true;
        },
        seen: { "records-streaming-aaaa": undefined },
      },
      {
        what: "the zone's SSL mode is lax",
        make: (state) => {
          for (const settings of Object.values<CloudState>(state.cloudflare.settings))
            settings.ssl.value = "flexible";
        },
        seen: { "tls-ssl": undefined },
      },
      {
        what: "the zone is in Under Attack mode",
        make: (state) => {
          for (const settings of Object.values<CloudState>(state.cloudflare.settings))
            settings.security_level.value = "under_attack";
        },
        seen: { "edge-security-level": undefined },
      },
      {
        what: "the header rule is off",
        make: (state) => {
          state.cloudflare.rulesets[0].rules[0].enabled = false;
        },
        seen: { "cors-rule": undefined },
      },
      {
        what: "the bucket has no CORS policy",
        make: (state) => {
          state.cloudflare.buckets[0].cors = [];
        },
        seen: { "media-cors": undefined },
      },
      {
        what: "the custom domain is off",
        make: (state) => {
          state.cloudflare.buckets[0].domains[0].enabled = false;
        },
        seen: { "media-domain-files-mastiff-party": undefined, "media-public-host": undefined },
      },
      {
        what: "DMARC says something else",
        make: (state) => {
          recordOf(state, "TXT", "_dmarc.mastiff.party").content = '"v=DMARC1; p=reject"';
        },
        seen: { "mail-records-dmarc": undefined },
      },
      {
        what: "a DKIM record is gone",
        make: (state) =>
          remove(state.cloudflare.records, recordOf(state, "CNAME", "s1._domainkey.mastiff.party")),
        // A record that is made again is a reason to let SendGrid look again.
        seen: { "create mail-dkim1": undefined, "mail-validation": undefined },
      },
    ],
  ],
];

describe("drift at Cloudflare is named by the preview and repaired by up", () => {
  playRounds(rounds);
});
