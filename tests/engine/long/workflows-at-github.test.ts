/** What the workflows leave at GitHub, step by step, with an `npx` that the test plays. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { onPath } from "../../../sandbox/toolchain/executables.ts";
import { type PlayedCheckout, playedCheckout, resultsOf } from "../../support/played-workflow.ts";

let job: PlayedCheckout;
beforeEach(() => {
  job = playedCheckout();
});
afterEach(() => job[Symbol.dispose]());

/** `gh --jq` is played by jq. */
beforeEach(({ skip }) => {
  if (onPath("jq").length === 0) skip("there is no jq on PATH");
});

/** Writes a review as `mastiff review --out review` does. */
const reviewed = (words: string, exitCode: number) =>
  `mkdir -p review && printf '<!-- mastiff review %s -->\\n${words}\\n' "$STACK" > review/review.md; exit ${exitCode}`;

describe("a pull request", () => {
  test("gets one comment for each stack, which the next push brings up to date", async () => {
    expect(resultsOf(await job.run("preview.yml", { npx: reviewed("the first push", 0) }))).toEqual({
      review: "success",
    });
    const person = { id: 1, user: { type: "User" as const }, body: "<!-- mastiff review acme -->\nquoted" };
    job.gh.write({ issues: [], comments: [person, ...job.gh.read().comments] });
    await job.run("preview.yml", { npx: reviewed("the second push", 0) });
    expect(job.gh.read().comments).toEqual([
      person,
      { id: 100, user: { type: "Bot" }, body: "<!-- mastiff review acme -->\nthe second push\n" },
      { id: 101, user: { type: "Bot" }, body: "<!-- mastiff review cats -->\nthe second push\n" },
    ]);
    expect(job.calls()[0]).toBe("npx mastiff review -s acme --policy-pack policy --out review");
  });

  test("whose change is refused fails, and its reviewers read why", async () => {
    const { review } = await job.run("preview.yml", { npx: reviewed("refused", 1) });
    expect(review?.result).toBe("failure");
    expect(job.gh.read().comments.map(({ body }) => body.split("\n")[1])).toEqual(["refused", "refused"]);
  });

  test("that no preview came about for fails, and is told nothing old", async () => {
    const { review } = await job.run("preview.yml", { npx: "exit 1" });
    expect([review?.result, job.gh.read().comments]).toEqual(["failure", []]);
  });

  test("from a fork is left alone", async () => {
    const event = { pull_request: { number: 7, head: { repo: { full_name: "stranger/mastiff" } } } };
    const ended = await job.run(
      "preview.yml",
      { npx: "exit 1" },
      { github: { repository: "dogs/mastiff", event } },
    );
    expect([resultsOf(ended), job.calls()]).toEqual([{ review: "skipped" }, []]);
  });
});

describe("a night", () => {
  const vars = { MASTIFF_STACKS: '["acme"]' };

  test("with drift opens an issue, the next keeps it up to date, and one without drift closes it", async () => {
    const night = (words: string, exitCode: number) =>
      job.run("drift.yml", { npx: reviewed(words, exitCode) }, { vars });
    expect(resultsOf(await night("a record leads elsewhere", 1))).toEqual({ drift: "success" });
    await night("two records lead elsewhere", 1);
    const issue = {
      number: 1,
      title: "Drift: acme",
      body: "<!-- mastiff review acme -->\ntwo records lead elsewhere\n",
      state: "open",
      said: [] as string[],
    };
    expect(job.gh.read().issues).toEqual([issue]);
    await night("nothing", 0);
    expect(job.gh.read().issues).toEqual([
      { ...issue, state: "closed", said: ["The last run found nothing any more."] },
    ]);
    await night("again", 1);
    expect(job.gh.read().issues.map(({ state }) => state)).toEqual(["closed", "open"]);
  });

  test("without a review fails, and closes nothing", async () => {
    await job.run("drift.yml", { npx: reviewed("drift", 1) }, { vars });
    rmSync(join(job.folder, "review"), { recursive: true });
    expect(resultsOf(await job.run("drift.yml", { npx: "exit 1" }, { vars }))).toEqual({ drift: "failure" });
    expect(job.gh.read().issues.map(({ state }) => state)).toEqual(["open"]);
  });

  test("the doctor's findings are an issue, with their columns", async () => {
    const npx = "printf 'critical  site\\n          503\\n'; exit 1";
    expect(resultsOf(await job.run("doctor.yml", { npx }, { vars }))).toEqual({ doctor: "success" });
    expect(job.gh.read().issues).toMatchObject([
      { title: "Doctor: acme", body: "    critical  site\n              503\n", state: "open" },
    ]);
    await job.run("doctor.yml", { npx: "echo all is well" }, { vars });
    expect(job.gh.read().issues).toMatchObject([{ state: "closed" }]);
  });

  test("without an examination fails", async () => {
    expect(resultsOf(await job.run("doctor.yml", { npx: "exit 1" }, { vars }))).toEqual({
      doctor: "failure",
    });
    expect(job.gh.read().issues).toEqual([]);
  });
});
