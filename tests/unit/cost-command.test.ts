import { afterEach, expect, test } from "vitest";
import { runMastiff } from "../support/mastiff.ts";
import { type ScriptedPulumi, scriptedPulumi, stackAnswers } from "../support/scripted-pulumi.ts";

let pulumi: ScriptedPulumi | undefined;
afterEach(() => {
  pulumi?.[Symbol.dispose]();
  pulumi = undefined;
});

/** `mastiff cost` on a stack with this config. */
function cost(config: Record<string, string>, ...args: string[]) {
  pulumi = scriptedPulumi(stackAnswers("acme", config));
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

test("no secret is decrypted for it", async () => {
  await cost({});
  expect(pulumi?.calls().join("\n")).not.toContain("--show-secrets");
});

test("a config that is not valid is reported with the command that corrects it", async () => {
  const { code, stdout, stderr } = await cost({ "mastiff:domain": "https://acme.social" });
  expect(stderr).toContain("fix: pulumi config set mastiff:domain acme.social --stack acme");
  expect([stdout, code]).toEqual(["", 1]);
});
