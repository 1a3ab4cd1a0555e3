import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { callOf } from "../../cli/call.ts";
import { actionlintVersion, findActionlint } from "../../sandbox/toolchain/actionlint.ts";
import { root } from "../../sandbox/toolchain/paths.ts";

interface Step {
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
  env?: Record<string, string>;
}
interface Job {
  permissions?: Record<string, string>;
  environment?: string;
  env?: Record<string, string>;
  steps: Step[];
}
interface Workflow {
  permissions?: Record<string, string>;
  jobs: Record<string, Job>;
}
interface Action {
  runs: { steps: Step[] };
}

const folder = join(root, ".github");
const read = (file: string) => readFileSync(join(folder, file), "utf8");
const workflows = readdirSync(join(folder, "workflows")).map((name) => `workflows/${name}`);
const actions = readdirSync(join(folder, "actions")).map((name) => `actions/${name}/action.yml`);
const stepsOf = (file: string): Step[] =>
  file.startsWith("actions/")
    ? (parse(read(file)) as Action).runs.steps
    : Object.values((parse(read(file)) as Workflow).jobs).flatMap(({ steps }) => steps);
const jobs = workflows.flatMap((file) =>
  Object.entries((parse(read(file)) as Workflow).jobs).map(([name, job]) => ({
    job: `${file} ${name}`,
    ...job,
  })),
);

/** Expects each call of `mastiff` in a text to name a command and options that there are. @returns how many there are */
async function expectUnderstood(text: string): Promise<number> {
  const lines = [...text.matchAll(/npx mastiff ([^|>&#`\n]*)/g)].map(([, words = ""]) => words.trim());
  for (const line of lines) {
    // Whichever stacks a person chose: the option for them is a variable of the step.
    const { asks } = await callOf(line.replace("$SELECTION", "--all").replaceAll('"', "").split(/\s+/));
    expect(asks, line).toBe("run");
  }
  return lines.length;
}

describe.each([...workflows, ...actions])("%s", (file) => {
  const steps = stepsOf(file);

  test("pins every action of others by commit, with its version beside it", () => {
    const lines = read(file).matchAll(/uses: (\S+)(.*)/g);
    for (const [, action = "", comment] of lines) {
      if (action.startsWith("./"))
        expect(actions).toContain(`${action.replace("./.github/", "")}/action.yml`);
      else {
        expect(action).toMatch(/^[\w-]+\/[\w./-]+@[0-9a-f]{40}$/);
        expect(comment).toMatch(/^ # v?\d+(\.\d+)+$/);
      }
    }
  });

  test("puts nothing into a shell line but what the shell itself quotes", () => {
    for (const { run = "" } of steps) expect(run).not.toContain("${{");
  });

  test("calls commands that there are, with options that they have", async () => {
    for (const { run = "" } of steps) await expectUnderstood(run);
  });
});

test.each([
  ["review.md", 6],
  ["fleet.md", 10],
])("what docs/%s has for GitLab, cron and a terminal is understood too", async (page, least) => {
  expect(await expectUnderstood(readFileSync(join(root, "docs", page), "utf8"))).toBeGreaterThan(least);
});

test.each(workflows)("%s gives its token nothing that a job does not name", (file) => {
  const { permissions } = parse(read(file)) as Workflow;
  expect(Object.values(permissions ?? { missing: "write" })).not.toContain("write");
});

test("a job may write what it is for, and no more", () => {
  const writes = jobs.map(({ job, permissions = {} }) => [
    job,
    Object.keys(permissions).filter((scope) => permissions[scope] === "write"),
  ]);
  expect(Object.fromEntries(writes.filter(([, scopes]) => (scopes?.length ?? 0) > 0))).toEqual({
    "workflows/preview.yml review": ["pull-requests"],
    "workflows/drift.yml drift": ["issues"],
    "workflows/doctor.yml doctor": ["issues"],
  });
});

test("the operator's secrets reach the step that needs them, in a job that waits for its environment", () => {
  for (const { job, environment, env = {}, steps } of jobs) {
    expect(JSON.stringify(env), job).not.toContain("secrets.");
    const withSecrets = steps.filter((step) => JSON.stringify(step).includes("secrets."));
    if (withSecrets.length > 0) expect(environment, job).toMatch(/^mastiff-(preview|up)$/);
    for (const { run } of withSecrets) expect(run, job).toMatch(/^(npx mastiff|pulumi up) /);
  }
});

test("nothing runs the code of a fork with secrets", () => {
  for (const file of workflows) expect(read(file)).not.toMatch(/pull_request_target|workflow_run/);
  expect(read("workflows/preview.yml")).toContain("head.repo.full_name == github.repository");
});

test("only what somebody has approved comes up, and every stack is held to the policies", () => {
  const ups = jobs.filter(({ steps }) => steps.some(({ run = "" }) => /\b(pulumi|fleet) up\b/.test(run)));
  expect(ups.map(({ job, environment }) => [job, environment])).toEqual([
    ["workflows/fleet.yml up", "mastiff-up"],
    ["workflows/up.yml up", "mastiff-up"],
  ]);
  for (const file of ["fleet", "preview", "up"])
    for (const { run = "" } of stepsOf(`workflows/${file}.yml`))
      if (/mastiff review|(pulumi|fleet) (up|preview)/.test(run))
        expect(run).toContain("--policy-pack policy");
});

test("no two workflows bring stacks up at the same time", () => {
  const { concurrency } = parse(read("workflows/up.yml")) as { concurrency: { group: string } };
  const fleet = parse(read("workflows/fleet.yml")) as { concurrency: { group: string } };
  expect(concurrency.group).toBe("up");
  expect(fleet.concurrency.group).toMatch(/^\$\{\{ inputs\.operation == 'up' && 'up' \|\| /);
});

test("the engine of the workflows is that of package.json", () => {
  const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
  };
  const [engine] = stepsOf("actions/mastiff/action.yml").filter(({ uses }) => uses?.startsWith("pulumi/"));
  expect(engine?.with).toEqual({ "pulumi-version": dependencies["@pulumi/pulumi"] });
});

test("what the workflows install has all that the policies need", () => {
  const [install] = stepsOf("actions/mastiff/action.yml").filter(({ run }) => run?.startsWith("npm ci"));
  expect(install?.run).toBe("npm ci --omit=dev");
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
    packages: Record<string, { dev?: boolean; dependencies?: Record<string, string>; workspaces?: string[] }>;
  };
  expect(packages[""]?.workspaces).toContain("policy");
  for (const name of Object.keys(packages.policy?.dependencies ?? {}))
    expect(packages[`node_modules/${name}`], name).not.toHaveProperty("dev");
});

test("actionlint finds nothing", async ({ skip }) => {
  const actionlint = await findActionlint();
  if (actionlint === undefined) return skip("there is no actionlint: npm run check builds it");
  const { status, stdout, stderr } = spawnSync(actionlint, { cwd: root, encoding: "utf8" });
  expect(stdout + stderr).toBe("");
  expect(status).toBe(0);
});

test("CI lints with the same actionlint", () => {
  expect(read("workflows/ci.yml")).toContain(`actionlint@v${actionlintVersion}\n`);
});
