import { afterEach, describe, expect, test } from "vitest";
import { required } from "../support/config.ts";
import { runMastiff } from "../support/mastiff.ts";
import { type ScriptedPulumi, scriptedPulumi, stackAnswers } from "../support/scripted-pulumi.ts";

let pulumi: ScriptedPulumi | undefined;
afterEach(() => {
  pulumi?.[Symbol.dispose]();
  pulumi = undefined;
});

/** A state of the last `up`, with its config as the engine records it; undefined: there was none. */
const stateOf = (last: Record<string, string> | undefined) => {
  const config = { ...required, ...last };
  const resources = [
    { urn: "urn:pulumi:acme::mastiff::mastiff:index:Community::community", type: "mastiff:index:Community" },
    {
      urn: "urn:pulumi:acme::mastiff::pulumi:providers:pulumi-nodejs::default",
      type: "pulumi:providers:pulumi-nodejs",
      inputs: Object.fromEntries(Object.entries(config).map(([key, value]) => [`mastiff:${key}`, value])),
    },
  ];
  return JSON.stringify({ deployment: last === undefined ? {} : { resources } });
};

/** `mastiff cost` on a stack with this config, and with that in its last `up`. */
function cost(config: Record<string, string>, ...args: string[]) {
  return costAfter(undefined, config, ...args);
}

function costAfter(
  last: Record<string, string> | undefined,
  config: Record<string, string>,
  ...args: string[]
) {
  pulumi = scriptedPulumi({ ...stackAnswers("acme", config), "stack export": stateOf(last) });
  const flyctl = () => {
    throw new Error("the cost asks no cloud");
  };
  return runMastiff(["cost", ...args], { pulumi, flyctl });
}

test("the cost of a stack is a table, and a budget that is exceeded is reported beside it", async () => {
  const { code, stdout, stderr } = await cost({ "mastiff:budget": "20" });
  expect(stdout).toMatch(/^fixed +28\.63$/m);
  expect(stderr).toContain("8.63 more than mastiff:budget allows (20.00)");
  expect(code).toBe(0);
});

test("as JSON, with what is beyond the budget and the ways back", async () => {
  const { stdout, stderr } = await cost({ "mastiff:budget": "20" }, "--json", "-s", "acme");
  expect(JSON.parse(stdout)).toMatchObject({
    fixed: { micros: 28_627_486 },
    overBudget: { budgetMicros: 20_000_000, excessMicros: expect.any(Number), waysBack: [] },
  });
  expect(stderr).toBe("");
});

describe("the change since the last up", () => {
  const larger = { "mastiff:postgres": '{"volumeGb":20}' };

  test("is a table of the parts that change", async () => {
    const { code, stdout } = await costAfter({}, larger);
    expect(code).toBe(0);
    expect(stdout.split("\n\n").at(-1)).toBe(
      [
        "since the last up  before  after  change",
        "database: volume     1.50   3.00   +1.50",
        "fixed               28.63  30.13   +1.50",
        "",
      ].join("\n"),
    );
  });

  test("is in the JSON, and null where there was no up", async () => {
    const { stdout } = await costAfter({}, larger, "--json");
    expect(JSON.parse(stdout).change).toEqual({
      beforeMicros: 28_627_486,
      afterMicros: 30_127_486,
      parts: [{ what: "database: volume", beforeMicros: 1_500_000, afterMicros: 3_000_000 }],
    });
    expect(JSON.parse((await cost(larger, "--json")).stdout).change).toBeNull();
    expect((await cost(larger)).stdout).not.toContain("since the last up");
  });
});

test("no secret is decrypted for it", async () => {
  await cost({});
  expect(pulumi?.calls().join("\n")).not.toContain("--show-secrets");
});

test("a config that is not valid is reported with the command that corrects it", async () => {
  const { code, stdout, stderr } = await cost({ "mastiff:domain": "https://acme.social" });
  expect(stderr).toContain("fix: pulumi config set mastiff:domain acme.social --stack acme");
  expect([stdout, code]).toEqual(["", 1]);
});
