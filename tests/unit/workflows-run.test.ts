/** The jobs of the workflows, step by step, with an `npx` and a `pulumi` that the test plays, and a `gh` that keeps what it is given. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { onPath } from "../../sandbox/toolchain/executables.ts";
import { root } from "../../sandbox/toolchain/paths.ts";
import { type Gh, ghOnPath } from "../support/gh.ts";
import { type JobsEnd, type Runner, runWorkflow } from "../support/workflow-job.ts";

/** `gh --jq` is played by jq. */
const needsJq = ({ skip }: { skip(note: string): void }) => {
  if (onPath("jq").length === 0) skip("there is no jq on PATH");
};

let folder: string;
let gh: Gh;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "job-"));
  mkdirSync(join(folder, "bin"));
  mkdirSync(join(folder, "checkout"));
  symlinkSync(join(root, ".github"), join(folder, "checkout/.github"));
  gh = ghOnPath();
});
afterEach(() => {
  gh[Symbol.dispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a workflow. `programs` are played by lines of a shell; each call is written down. */
async function run(file: string, programs: Record<string, string>, runner: Partial<Runner> = {}) {
  for (const [name, script] of Object.entries(programs)) {
    const lines = ["#!/bin/sh", `echo "${name} $*" >> '${folder}/calls'`, script];
    writeFileSync(join(folder, "bin", name), `${lines.join("\n")}\n`, { mode: 0o755 });
  }
  return runWorkflow(file, {
    checkout: join(folder, "checkout"),
    env: { PATH: [join(folder, "bin"), gh.folder, process.env.PATH].join(delimiter), HOME: folder },
    github: {
      token: "token-of-the-job",
      repository: "dogs/mastiff",
      run_id: "1",
      event: { pull_request: { number: 7, head: { repo: { full_name: "dogs/mastiff" } } } },
    },
    vars: { MASTIFF_STACKS: '["acme", "cats"]' },
    secrets: { "mastiff-preview": { FLY_API_TOKEN: "looks" }, "mastiff-up": { FLY_API_TOKEN: "acts" } },
    actions: {
      "actions/checkout": () => {},
      "actions/upload-artifact": () => {},
      "./.github/actions/mastiff": () => {},
    },
    ...runner,
  });
}

const calls = () =>
  existsSync(join(folder, "calls")) ? readFileSync(join(folder, "calls"), "utf8").trimEnd().split("\n") : [];
const results = (ended: Record<string, JobsEnd>) =>
  Object.fromEntries(Object.entries(ended).map(([name, { result }]) => [name, result]));

/** Writes a review as `mastiff review --out review` does. */
const reviewed = (words: string, exitCode: number) =>
  `mkdir -p review && printf '<!-- mastiff review %s -->\\n${words}\\n' "$STACK" > review/review.md; exit ${exitCode}`;

describe.each(["preview", "up", "drift", "doctor"])("%s.yml", (name) => {
  test("does nothing until MASTIFF_STACKS is set", async () => {
    const ended = await run(`${name}.yml`, { npx: "exit 1", pulumi: "exit 1" }, { vars: {} });
    expect(new Set(Object.values(results(ended)))).toEqual(new Set(["skipped"]));
    expect(calls()).toEqual([]);
  });
});

describe("a pull request", () => {
  beforeEach(needsJq);

  test("gets one comment for each stack, which the next push brings up to date", async () => {
    expect(results(await run("preview.yml", { npx: reviewed("the first push", 0) }))).toEqual({
      review: "success",
    });
    const person = { id: 1, user: { type: "User" as const }, body: "<!-- mastiff review acme -->\nquoted" };
    gh.write({ issues: [], comments: [person, ...gh.read().comments] });
    await run("preview.yml", { npx: reviewed("the second push", 0) });
    expect(gh.read().comments).toEqual([
      person,
      { id: 100, user: { type: "Bot" }, body: "<!-- mastiff review acme -->\nthe second push\n" },
      { id: 101, user: { type: "Bot" }, body: "<!-- mastiff review cats -->\nthe second push\n" },
    ]);
    expect(calls()[0]).toBe("npx mastiff review -s acme --policy-pack policy --out review");
  });

  test("whose change is refused fails, and its reviewers read why", async () => {
    const { review } = await run("preview.yml", { npx: reviewed("refused", 1) });
    expect(review?.result).toBe("failure");
    expect(gh.read().comments.map(({ body }) => body.split("\n")[1])).toEqual(["refused", "refused"]);
  });

  test("that no preview came about for fails, and is told nothing old", async () => {
    const { review } = await run("preview.yml", { npx: "exit 1" });
    expect([review?.result, gh.read().comments]).toEqual(["failure", []]);
  });

  test("from a fork is left alone", async () => {
    const event = { pull_request: { number: 7, head: { repo: { full_name: "stranger/mastiff" } } } };
    const ended = await run(
      "preview.yml",
      { npx: "exit 1" },
      { github: { repository: "dogs/mastiff", event } },
    );
    expect([results(ended), calls()]).toEqual([{ review: "skipped" }, []]);
  });
});

describe("a night", () => {
  beforeEach(needsJq);

  const vars = { MASTIFF_STACKS: '["acme"]' };

  test("with drift opens an issue, the next keeps it up to date, and one without drift closes it", async () => {
    const night = (words: string, exitCode: number) =>
      run("drift.yml", { npx: reviewed(words, exitCode) }, { vars });
    expect(results(await night("a record leads elsewhere", 1))).toEqual({ drift: "success" });
    await night("two records lead elsewhere", 1);
    const issue = {
      number: 1,
      title: "Drift: acme",
      body: "<!-- mastiff review acme -->\ntwo records lead elsewhere\n",
      state: "open",
      said: [] as string[],
    };
    expect(gh.read().issues).toEqual([issue]);
    await night("nothing", 0);
    expect(gh.read().issues).toEqual([
      { ...issue, state: "closed", said: ["The last run found nothing any more."] },
    ]);
    await night("again", 1);
    expect(gh.read().issues.map(({ state }) => state)).toEqual(["closed", "open"]);
  });

  test("without a review fails, and closes nothing", async () => {
    await run("drift.yml", { npx: reviewed("drift", 1) }, { vars });
    rmSync(join(folder, "checkout/review"), { recursive: true });
    expect(results(await run("drift.yml", { npx: "exit 1" }, { vars }))).toEqual({ drift: "failure" });
    expect(gh.read().issues.map(({ state }) => state)).toEqual(["open"]);
  });

  test("the doctor's findings are an issue, with their columns", async () => {
    const npx = "printf 'critical  site\\n          503\\n'; exit 1";
    expect(results(await run("doctor.yml", { npx }, { vars }))).toEqual({ doctor: "success" });
    expect(gh.read().issues).toMatchObject([
      { title: "Doctor: acme", body: "    critical  site\n              503\n", state: "open" },
    ]);
    await run("doctor.yml", { npx: "echo all is well" }, { vars });
    expect(gh.read().issues).toMatchObject([{ state: "closed" }]);
  });

  test("without an examination fails", async () => {
    expect(results(await run("doctor.yml", { npx: "exit 1" }, { vars }))).toEqual({ doctor: "failure" });
    expect(gh.read().issues).toEqual([]);
  });
});

describe("a merge", () => {
  const pulumi = 'echo "token: $FLY_API_TOKEN"';

  test("is reviewed into the summary, and brings up each stack with the tokens that may", async () => {
    const ended = await run("up.yml", { npx: 'echo "review of $STACK"', pulumi });
    expect(results(ended)).toEqual({ review: "success", up: "success" });
    expect(ended.review?.jobs.map(({ summary }) => summary)).toEqual([
      "review of acme\n",
      "review of cats\n",
    ]);
    expect(ended.up?.jobs.map(({ steps }) => steps[0]?.output)).toEqual(["token: acts", "token: acts"]);
    expect(calls().at(-1)).toBe(
      "pulumi up --stack cats --yes --refresh --non-interactive --policy-pack policy",
    );
  });

  test("of which one review refuses brings nothing up, and the others are reviewed", async () => {
    const ended = await run("up.yml", { npx: '[ "$STACK" = cats ]', pulumi });
    expect(results(ended)).toEqual({ review: "failure", up: "skipped" });
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
    const ended = await run("fleet.yml", { npx }, chosen("up"));
    expect(results(ended)).toEqual({ matrix: "success", look: "success", up: "success" });
    expect(ended.up?.jobs.map(({ matrix, summary }) => [matrix.stacks, summary])).toEqual([
      ["acme,cats", "    up of acme,cats by acts\n"],
      ["dogs", "    up of dogs by acts\n"],
    ]);
    expect(calls()).toEqual([
      "npx mastiff fleet matrix --all --size 2",
      "npx mastiff fleet preview --stacks acme,cats --policy-pack policy",
      "npx mastiff fleet preview --stacks dogs --policy-pack policy",
      "npx mastiff fleet up --stacks acme,cats --policy-pack policy",
      "npx mastiff fleet up --stacks dogs --policy-pack policy",
    ]);
  });

  test.each(["preview", "drift", "doctor"])("is looked at by %s, and nothing comes up", async (operation) => {
    const ended = await run("fleet.yml", { npx }, chosen(operation, "eu"));
    expect(results(ended)).toEqual({ matrix: "success", look: "success", up: "skipped" });
    expect(calls()[0]).toBe("npx mastiff fleet matrix --tag=eu --size 2");
    expect(calls().slice(1)).toEqual(
      ["acme,cats", "dogs"].map((stacks) => expect.stringContaining(`fleet ${operation} --stacks ${stacks}`)),
    );
  });

  test("of which one preview is refused does not come up, and all tables are kept", async () => {
    const env = { PATH: [join(folder, "bin"), process.env.PATH].join(delimiter), REFUSED: "dogs" };
    const ended = await run("fleet.yml", { npx }, { ...chosen("up"), env });
    expect(results(ended)).toEqual({ matrix: "success", look: "failure", up: "skipped" });
    expect(ended.look?.jobs.map(({ result, summary }) => [result, summary])).toEqual([
      ["success", "    stack  result\n"],
      ["failure", "    stack  result\n"],
    ]);
  });

  test("whose stacks are not known is not looked at", async () => {
    const ended = await run(
      "fleet.yml",
      { npx: "echo 'no stack has this tag' >&2; exit 2" },
      chosen("up", "uk"),
    );
    expect(results(ended)).toEqual({ matrix: "failure", look: "skipped", up: "skipped" });
  });
});
