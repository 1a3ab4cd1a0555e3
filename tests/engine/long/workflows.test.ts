/**
 * The workflows of .github/workflows, run as jobs against the local clouds, with the real engine, policies, commands and
 * a state in a bucket. What is not real: `gh` keeps its issues and comments in a file, and these actions of others are
 * left out, because what they leave is there already: the checkout, Node with the packages, pulumi and flyctl (the
 * action ./.github/actions/mastiff), and the upload of the picture, which GitHub keeps.
 */
import { readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { environment } from "../../../sandbox/toolchain/environment.ts";
import { onPath } from "../../../sandbox/toolchain/executables.ts";
import { root } from "../../../sandbox/toolchain/paths.ts";
import { stackFile } from "../../../sandbox/toolchain/stack.ts";
import { bucketInGateway, findGateway, gatewayAdvice } from "../../real/bucket.ts";
import { type Gh, ghOnPath } from "../../support/gh.ts";
import { type Community, communityThatIsUp } from "../../support/golden.ts";
import { muchToLose } from "../../support/protected-community.ts";
import { hunt, type Secret, secretsOf } from "../../support/secret-hunt.ts";
import { type JobsEnd, type Runner, runWorkflow } from "../../support/workflow-job.ts";
import { machineOf, recordOf } from "../drift/change.ts";

const gateway = findGateway();
let community: Community;
let bucket: Awaited<ReturnType<typeof bucketInGateway>>;
let gh: Gh;
let runner: Runner;
let secrets: Secret[];

beforeEach(({ skip }) => {
  if (gateway === undefined) skip(gatewayAdvice);
  if (onPath("jq").length === 0) skip("there is no jq on PATH");
  if (community.world.toolchain.standIns.host) skip("policies need the official language host");
});
beforeAll(async () => {
  if (gateway === undefined) return;
  community = await communityThatIsUp(() => ({ config: muchToLose }));
  const { world, stack } = community;
  secrets = await secretsOf(stack);
  gh = ghOnPath();
  bucket = await bucketInGateway(gateway, join(world.folder, "gateway"), "states");
  await bucket.write(".pulumi/meta.yaml", "version: 1\n");
  await bucket.write(".pulumi/stacks/mastiff/dev.json", readFileSync(stackFile(stack.place)));
  const {
    PULUMI_BACKEND_URL: _,
    PULUMI_CONFIG_PASSPHRASE = "",
    CLOUDFLARE_API_TOKEN = "",
    FLY_API_TOKEN = "",
    SENDGRID_API_KEY = "",
    ...machine
  } = environment(world.toolchain, stack.place.target);
  const ofEnvironment = {
    PULUMI_CONFIG_PASSPHRASE,
    CLOUDFLARE_API_TOKEN,
    FLY_API_TOKEN,
    SENDGRID_API_KEY,
    STATE_ACCESS_KEY_ID: bucket.accessKeyId,
    STATE_SECRET_ACCESS_KEY: bucket.secretAccessKey,
  };
  runner = {
    checkout: stack.place.project,
    env: { ...machine, PATH: [gh.folder, join(root, "node_modules/.bin"), machine.PATH].join(delimiter) },
    github: {
      token: "token-of-the-job",
      repository: "dogs/mastiff",
      run_id: "1",
      event: { pull_request: { number: 7, head: { repo: { full_name: "dogs/mastiff" } } } },
    },
    vars: {
      MASTIFF_STACKS: '["dev"]',
      PULUMI_BACKEND_URL: `s3://states?endpoint=http://${new URL(bucket.url).host}&s3ForcePathStyle=true`,
      STATE_REGION: bucket.region,
    },
    secrets: { "mastiff-preview": ofEnvironment, "mastiff-up": ofEnvironment },
    actions: {
      "actions/checkout": () => {},
      "actions/upload-artifact": () => {},
      "./.github/actions/mastiff": () => {},
    },
  };
});
afterAll(async () => {
  gh?.[Symbol.dispose]();
  await bucket?.stop();
  await community?.[Symbol.asyncDispose]();
});

/** Runs a workflow. Expects no secret in what its jobs printed, and in what it left at GitHub. */
async function run(file: string, inputs: Record<string, string> = {}) {
  const ended = await runWorkflow(file, { ...runner, inputs });
  const jobs = Object.values(ended).flatMap((one) => one.jobs);
  const output = jobs
    .flatMap(({ steps }) => steps.map(({ name, output: said }) => `${name}:\n${said}`))
    .join("\n");
  const places = [
    { name: "the logs", text: output },
    { name: "GitHub", text: JSON.stringify(gh.read()) + jobs.map(({ summary }) => summary).join("") },
  ];
  const given = Object.entries(runner.secrets?.["mastiff-up"] ?? {}).map(([name, value]) => ({
    name,
    value,
  }));
  const hidden = given.filter(({ name }) => name !== "STATE_ACCESS_KEY_ID");
  expect(hunt([...secrets, ...hidden], places)).toEqual([]);
  return { ended, output };
}

const results = (ended: Record<string, JobsEnd>) =>
  Object.fromEntries(Object.entries(ended).map(([name, { result }]) => [name, result]));

test("a night finds what other hands have changed, and what is wrong", async () => {
  await community.world.meddle((state) => {
    machineOf(state, "mastiff-party-streaming", "streaming").state = "stopped";
    recordOf(state, "A", "mastiff.party").content = "192.0.2.1";
  });
  const drift = await run("drift.yml");
  expect(results(drift.ended), drift.output).toEqual({ drift: "success" });
  const doctor = await run("doctor.yml");
  expect(results(doctor.ended), doctor.output).toEqual({ doctor: "success" });
  const { issues } = gh.read();
  expect(issues).toMatchObject([
    { title: "Drift: dev", state: "open" },
    { title: "Doctor: dev", state: "open" },
  ]);
  expect(issues[0]?.body).toMatch(/^<!-- mastiff review dev -->\n/);
  expect(issues[0]?.body).toContain("### Drift");
  expect(issues[1]?.body).toMatch(/^ {4}.*critical/m);
});

test("a pull request is refused by the policies, and its next push is reviewed in the same comment", async () => {
  const refused = await run("preview.yml");
  expect(results(refused.ended), refused.output).toEqual({ review: "failure" });
  expect(gh.read().comments).toHaveLength(1);
  expect(gh.read().comments[0]?.body).toContain("backups-on");

  await community.stack.config({ "mastiff:backup": "{}" });
  const reviewed = await run("preview.yml");
  expect(results(reviewed.ended), reviewed.output).toEqual({ review: "success" });
  const [comment, ...more] = gh.read().comments;
  expect(more).toEqual([]);
  expect(comment?.body).toMatch(/^<!-- mastiff review dev -->\n/);
  expect(comment?.body).toContain("backups");
  expect(comment?.body).not.toContain("backups-on");
});

test("a merge is reviewed once more and brought up, and the next night has nothing to report", async () => {
  const merge = await run("up.yml");
  expect(results(merge.ended), merge.output).toEqual({ review: "success", up: "success" });
  expect(merge.ended.review?.jobs[0]?.summary).toMatch(/^<!-- mastiff review dev -->\n/);
  await run("drift.yml");
  const doctor = await run("doctor.yml");
  expect(gh.read().issues, doctor.output).toMatchObject([{ state: "closed" }, { state: "closed" }]);
});

test("a fleet is previewed, brought up and examined by the stacks of a tag", async () => {
  await community.stack.config({ "mastiff:tags": '["eu"]', "mastiff:env": '{"DEFAULT_LOCALE":"de"}' });
  const up = await run("fleet.yml", { operation: "up", tag: "eu", jobs: "20" });
  expect(results(up.ended), up.output).toEqual({ matrix: "success", look: "success", up: "success" });
  expect(up.ended.up?.jobs.map(({ matrix }) => matrix)).toEqual([{ stacks: "dev" }]);
  for (const name of ["look", "up"])
    expect(up.ended[name]?.jobs[0]?.summary).toMatch(/^ {4}dev +done +\d+ updated/m);

  const doctor = await run("fleet.yml", { operation: "doctor", tag: "", jobs: "1" });
  expect(results(doctor.ended), doctor.output).toEqual({ matrix: "success", look: "success", up: "skipped" });
  const none = await run("fleet.yml", { operation: "preview", tag: "uk", jobs: "20" });
  expect(results(none.ended)).toEqual({ matrix: "failure", look: "skipped", up: "skipped" });
  expect(none.output).toContain('--tag is "uk": no stack has it in mastiff:tags.');
});
