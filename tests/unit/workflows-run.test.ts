/** The jobs of the workflows that act on many stacks, step by step, with an `npx` and a `pulumi` that the test plays. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type PlayedCheckout, playedCheckout, resultsOf } from "../support/played-workflow.ts";

let job: PlayedCheckout;
beforeEach(() => {
  job = playedCheckout();
});
afterEach(() => job[Symbol.dispose]());

describe.each(["preview", "up", "drift", "doctor"])("%s.yml", (name) => {
  test("does nothing until MASTIFF_STACKS is set", async () => {
    const ended = await job.run(`${name}.yml`, { npx: "exit 1", pulumi: "exit 1" }, { vars: {} });
    expect(new Set(Object.values(resultsOf(ended)))).toEqual(new Set(["skipped"]));
    expect(job.calls()).toEqual([]);
  });
});

describe("a merge", () => {
  const pulumi = 'echo "token: $FLY_API_TOKEN"';

  test("is reviewed into the summary, and brings up each stack with the tokens that may", async () => {
    const ended = await job.run("up.yml", { npx: 'echo "review of $STACK"', pulumi });
    expect(resultsOf(ended)).toEqual({ review: "success", up: "success" });
    expect(ended.review?.jobs.map(({ summary }) => summary)).toEqual([
      "review of acme\n",
      "review of cats\n",
    ]);
    expect(ended.up?.jobs.map(({ steps }) => steps[0]?.output)).toEqual(["token: acts", "token: acts"]);
    expect(job.calls().at(-1)).toBe(
      "pulumi up --stack cats --yes --refresh --non-interactive --policy-pack policy",
    );
  });

  test("of which one review refuses brings nothing up, and the others are reviewed", async () => {
    const ended = await job.run("up.yml", { npx: '[ "$STACK" = cats ]', pulumi });
    expect(resultsOf(ended)).toEqual({ review: "failure", up: "skipped" });
    expect(ended.review?.jobs.map(({ result }) => result)).toEqual(["failure", "success"]);
  });
});

describe("a fleet", () => {
  const npx = [
    'case "$3" in',
    `matrix) echo '{"include":[{"stacks":"acme,cats"},{"stacks":"dogs"}]}' ;;`,
    'preview) echo "stack  result"; [ "$STACKS" != "$REFUSED" ] ;;',
    '*) echo "$3 of $STACKS by $FLY_API_TOKEN" ;;',
    "esac",
  ].join("\n");
  const chosen = (operation: string, tag = "") => ({ inputs: { operation, tag, jobs: "2" } });

  test("is brought up by the jobs of its matrix, each with a table in the summary", async () => {
    const ended = await job.run("fleet.yml", { npx }, chosen("up"));
    expect(resultsOf(ended)).toEqual({ matrix: "success", look: "success", up: "success" });
    expect(ended.up?.jobs.map(({ matrix, summary }) => [matrix.stacks, summary])).toEqual([
      ["acme,cats", "    up of acme,cats by acts\n"],
      ["dogs", "    up of dogs by acts\n"],
    ]);
    expect(job.calls()).toEqual([
      "npx mastiff fleet matrix --all --size 2",
      "npx mastiff fleet preview --stacks acme,cats --jobs 2 --policy-pack policy",
      "npx mastiff fleet preview --stacks dogs --jobs 2 --policy-pack policy",
      "npx mastiff fleet up --stacks acme,cats --jobs 2 --policy-pack policy",
      "npx mastiff fleet up --stacks dogs --jobs 2 --policy-pack policy",
    ]);
  });

  test.each(["preview", "drift", "doctor"])("is looked at by %s, and nothing comes up", async (operation) => {
    const ended = await job.run("fleet.yml", { npx }, chosen(operation, "eu"));
    expect(resultsOf(ended)).toEqual({ matrix: "success", look: "success", up: "skipped" });
    expect(job.calls()[0]).toBe("npx mastiff fleet matrix --tag=eu --size 2");
    expect(job.calls().slice(1)).toEqual(
      ["acme,cats", "dogs"].map((stacks) => expect.stringContaining(`fleet ${operation} --stacks ${stacks}`)),
    );
  });

  test("of which one preview is refused does not come up, and all tables are kept", async () => {
    const ended = await job.run("fleet.yml", { npx }, { ...chosen("up"), env: { REFUSED: "dogs" } });
    expect(resultsOf(ended)).toEqual({ matrix: "success", look: "failure", up: "skipped" });
    expect(ended.look?.jobs.map(({ result, summary }) => [result, summary])).toEqual([
      ["success", "    stack  result\n"],
      ["failure", "    stack  result\n"],
    ]);
  });

  test("whose stacks are not known is not looked at", async () => {
    const ended = await job.run(
      "fleet.yml",
      { npx: "echo 'no stack has this tag' >&2; exit 2" },
      chosen("up", "uk"),
    );
    expect(resultsOf(ended)).toEqual({ matrix: "failure", look: "skipped", up: "skipped" });
  });
});
