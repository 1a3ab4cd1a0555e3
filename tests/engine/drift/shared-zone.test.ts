import { describe, expect, test } from "vitest";
import { inSharedZone } from "../../support/neighbour.ts";
import { type CloudState, playRounds, type Round } from "./change.ts";

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
];

describe("what other hands have changed, in a zone that others use too", () => {
  const world = playRounds(rounds, (world) => inSharedZone(world, "dogs"));

  test("somebody else's rule is as it was", async () => {
    const { cloudflare } = await world().state();
    const rules = cloudflare.rulesets.flatMap((one: { rules: CloudState[] }) => one.rules);
    expect(rules.find((one: { ref: string }) => one.ref === foreign.ref)).toMatchObject(foreign);
  });
});
