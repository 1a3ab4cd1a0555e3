import { describe } from "vitest";
import { playRounds, type Round } from "../drift/change.ts";

const rounds: Round[] = [
  [
    "SendGrid's side, by a refresh",
    ["--refresh"],
    [
      {
        what: "the API key may do more",
        make: (state) => {
          state.sendgrid.keys.find((key: { name: string }) => key.name !== "operator").scopes = null;
        },
        // A preview cannot know that the key stays as it is, nor, then, the secrets made from it.
        seen: {
          "mail-key": undefined,
          "web-machines-secrets": undefined,
          "web-machines-release": undefined,
        },
      },
      {
        what: "click tracking is on",
        make: (state) => {
          state.sendgrid.tracking.click.enabled = true;
        },
        seen: { "mail-click-tracking": undefined },
      },
      {
        what: "the bucket's token has another name",
        make: (state) => {
          state.cloudflare.tokens.find((token: { name: string }) => token.name.includes("mastiff/dev")).name =
            "renamed";
        },
        seen: { "media-token": undefined },
      },
    ],
  ],
  [
    "a key that is gone",
    ["--refresh"],
    [
      {
        what: "the API key is deleted",
        make: (state) => {
          state.sendgrid.keys = state.sendgrid.keys.filter(
            (key: { name: string }) => key.name === "operator",
          );
        },
        seen: {
          "create mail-key": undefined,
          "web-machines-secrets": undefined,
          "web-machines-release": undefined,
        },
      },
    ],
  ],
];

describe("drift at SendGrid is named by the preview and repaired by up", () => {
  playRounds(rounds);
});
