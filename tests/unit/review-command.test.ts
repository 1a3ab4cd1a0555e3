import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { event, type Preview, said, updated } from "../support/engine-events.ts";
import { runMastiff } from "../support/mastiff.ts";
import { type ScriptedPulumi, scriptedPulumi, stackAnswers } from "../support/scripted-pulumi.ts";

let pulumi: ScriptedPulumi | undefined;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "review-"));
});
afterEach(() => {
  pulumi?.[Symbol.dispose]();
  pulumi = undefined;
  rmSync(folder, { recursive: true, force: true });
});

const state = { deployment: { resources: [{ urn: "u::acme", type: "mastiff:index:Community" }] } };
const spec = { app: "acme", image: "m:v4.7.4", groups: { web: { count: 1 } }, database: null };
const change = updated("release", "web-machines-release", spec, { ...spec, image: "m:v4.7.5" });
const drift = updated("release", "web-machines-release", spec, spec, {
  DRIFT: [undefined, JSON.stringify({ differences: ["machine 1 (web) is stopped"] })],
});
const failed = updated("mirror", "mirror-machine", spec, spec, {
  DRIFT: [
    undefined,
    JSON.stringify({ differences: ["the last mirror failed with exit code 1 (2026-11-29 03:00 UTC)"] }),
  ],
});

/** `mastiff review` on a stack whose preview has these events. */
function review(events: Preview, args: string[] = [], { exitCode = 0, config = {}, env = {} } = {}) {
  const log = join(folder, "events");
  writeFileSync(log, events.map((one) => `${JSON.stringify(one)}\n`).join(""));
  const script = [
    '[ "$PULUMI_DEBUG_COMMANDS" = true ] || { echo "error: unknown flag: --event-log"; exit 1; }',
    `for word in "$@"; do case "$word" in --event-log=*) cp "${log}" "\${word#--event-log=}";; esac; done`,
    `echo "error: as the engine says it"; exit ${exitCode}`,
  ].join("; ");
  pulumi = scriptedPulumi({
    ...stackAnswers("acme", config),
    "preview --non-interactive": { script },
    "stack export": JSON.stringify(state),
  });
  const flyctl = () => {
    throw new Error("the engine looks at the clouds");
  };
  return runMastiff(["review", ...args], { pulumi, flyctl, env, temporaryFolder: folder });
}

test("the report is on stdout, and the log of the engine is gone", async () => {
  const { code, stdout, stderr } = await review([event, ...change]);
  expect(stdout).toContain("| the only web machine | everybody: the site does not answer | about a minute |");
  expect(stdout).toMatch(/\| \*\*mastiff\.party, fixed\*\* \| – \| 28\.63 \|/);
  expect([code, stderr]).toEqual([0, "previewing acme, which changes nothing\n"]);
  expect(readdirSync(folder)).toEqual(["events"]);
  const calls = pulumi?.calls() ?? [];
  expect(calls.find((line) => line.startsWith("preview"))).toMatch(/--refresh --stack acme --color=never$/);
  expect(calls.join("\n")).not.toMatch(/show-secrets|\bup\b|refresh --yes/);
});

test("as JSON, and as files beside it", async () => {
  const out = join(folder, "out");
  const { stdout } = await review([event, ...change], ["--json", "--out", out, "-s", "acme"]);
  expect(JSON.parse(stdout)).toMatchObject({ stack: "acme", verdict: "change", refused: [] });
  expect(readdirSync(out).sort()).toEqual(["review.json", "review.md", "review.svg"]);
  expect(readFileSync(join(out, "review.json"), "utf8")).toBe(stdout);
  expect(readFileSync(join(out, "review.md"), "utf8")).toMatch(/^<!-- mastiff review acme -->\n/);
});

test("a faster review leaves the refresh out, and policies go to the engine", async () => {
  await review([event], ["--no-refresh", "--policy-pack", "policy"]);
  const preview = pulumi?.calls().find((line) => line.startsWith("preview"));
  expect(preview).not.toContain("--refresh");
  expect(preview).toContain("--policy-pack policy");
});

test.each([
  ["refused", [event, ...said("error", "no")], 1, [0, 1]],
  ["failed", [event, ...failed], 0, [0, 1]],
  ["drift", [event, ...drift], 0, [0, 1]],
  ["change", [event, ...change], 0, [0, 0]],
  ["nothing", [event], 0, [0, 0]],
] as const)("the exit code for %s follows --fail-on", async (verdict, events, exitCode, [, onDrift]) => {
  const run = (failOn: string) => review([...events], ["--fail-on", failOn], { exitCode });
  expect((await run("refused")).code).toBe(verdict === "refused" ? 1 : 0);
  expect((await run("drift")).code).toBe(onDrift);
  expect((await run("change")).code).toBe(verdict === "nothing" ? 0 : 1);
});

test("a refused config has a report too, without the cost afterwards", async () => {
  const words = 'mastiff:domain is "https://acme.social": a host name has no scheme.';
  const { code, stdout } = await review([event, ...said("error", words)], [], {
    exitCode: 255,
    config: { "mastiff:domain": "https://acme.social" },
  });
  expect(stdout).toContain(words);
  expect(stdout).not.toContain("### Cost");
  expect(code).toBe(1);
});

test("a token that an error quotes is not in the report", async () => {
  const words = "GET https://rex:hunter2@example.org: token my-cloudflare-token is not valid";
  const { stdout } = await review([event, ...said("error", words)], ["--json"], {
    exitCode: 255,
    env: { CLOUDFLARE_API_TOKEN: "my-cloudflare-token" },
  });
  const { refused } = JSON.parse(stdout) as { refused: { words: string }[] };
  expect(refused[0]?.words).toBe("GET https://rex:[secret]@example.org: token [secret] is not valid");
});

test("a preview that did not begin is an error, in pulumi's own words", async () => {
  const { code, stdout, stderr } = await review([], [], { exitCode: 255 });
  expect(stderr).toContain("error: as the engine says it");
  expect([code, stdout]).toEqual([1, ""]);
});

test("--fail-on takes a verdict", async () => {
  const { code, stderr } = await runMastiff(["review", "--fail-on", "warning"], {
    pulumi: undefined,
    flyctl: () => {
      throw new Error("nothing runs");
    },
  });
  expect(code).toBe(2);
  expect(stderr).toContain('--fail-on is "warning": that is not a verdict.');
});
