/**
 * Runs a job of a workflow as a runner of GitHub Actions does: its expressions by GitHub's own library, its `run:` steps
 * in the shell that the runner starts, with the variables of workflow, job and step. Actions of the repository are run
 * too. A test says what each action of others would leave behind.
 */
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { data, Evaluator, Lexer, Parser } from "@actions/expressions";
import { truthy } from "@actions/expressions/result";
import { execa } from "execa";
import { parse } from "yaml";
import { root } from "../../sandbox/toolchain/paths.ts";

/** Where jobs run, and what GitHub knows. */
export interface Runner {
  /** Folder of the checkout. */
  checkout: string;
  /** Variables of the machine. */
  env: Record<string, string>;
  github: Record<string, unknown>;
  vars?: Record<string, string>;
  /** Secrets by the environment that a job names. One that is not set is empty, as at GitHub. */
  secrets?: Record<string, Record<string, string>>;
  /** What a person chose who ran the workflow by hand. */
  inputs?: Record<string, string>;
  /** What actions leave behind, by name without the version: `actions/checkout`. */
  actions: Record<string, (inputs: Record<string, string>) => void>;
}

/** How one job of a matrix ended. */
export interface JobEnd {
  /** Its entry in the matrix. */
  matrix: Record<string, string>;
  result: "success" | "failure";
  outputs: Record<string, string>;
  /** Steps that ran, in order. */
  steps: StepEnd[];
  /** What it wrote into the summary of the run. */
  summary: string;
}

export interface StepEnd {
  name: string;
  /** Before `continue-on-error`. */
  outcome: "success" | "failure";
  exitCode: number;
  /** Both streams. */
  output: string;
}

/** How all jobs of a name ended. Skipped: the condition of the job does not hold. */
export interface JobsEnd {
  result: "success" | "failure" | "skipped";
  outputs: Record<string, string>;
  jobs: JobEnd[];
}

interface Step {
  name?: string;
  id?: string;
  if?: string;
  uses?: string;
  run?: string;
  shell?: string;
  env?: Record<string, string>;
  with?: Record<string, unknown>;
  "continue-on-error"?: boolean;
}

interface Job {
  if?: string;
  needs?: string | string[];
  environment?: string;
  env?: Record<string, string>;
  outputs?: Record<string, string>;
  strategy?: { matrix: string | Record<string, unknown> };
  steps: Step[];
}

type Contexts = Record<string, unknown>;
/** Whether a step before this one has failed, which decides about those after it. */
interface Progress {
  failed: boolean;
}

/** @returns how each job of the workflow ended, by its name; jobs run one after the other. */
export async function runWorkflow(file: string, runner: Runner): Promise<Record<string, JobsEnd>> {
  const text = readFileSync(join(root, ".github/workflows", file), "utf8");
  const { jobs } = parse(text) as { jobs: Record<string, Job> };
  const ended: Record<string, JobsEnd> = {};
  for (const [name, job] of Object.entries(jobs)) {
    const before = [job.needs ?? []].flat();
    const late = before.find((other) => ended[other] === undefined);
    if (late !== undefined) throw new Error(`${file}: ${name} stands before ${late}, which it needs`);
    const needs = Object.fromEntries(before.map((other) => [other, ended[other]]));
    ended[name] = await runJobs(job, runner, needs);
  }
  return ended;
}

async function runJobs(job: Job, runner: Runner, needs: Record<string, unknown>): Promise<JobsEnd> {
  const { github, vars = {}, inputs = {} } = runner;
  const contexts: Contexts = { github, vars, inputs, needs };
  const went = Object.values(needs).every((one) => (one as JobsEnd).result === "success");
  if (!went || !holds(job.if ?? "success()", contexts, { failed: false }, runner.checkout))
    return { result: "skipped", outputs: {}, jobs: [] };
  const jobs: JobEnd[] = [];
  for (const matrix of entriesOf(job, contexts))
    jobs.push(await runJob(job, { ...contexts, matrix }, runner));
  return {
    result: jobs.every(({ result }) => result === "success") ? "success" : "failure",
    outputs: Object.assign({}, ...jobs.map(({ outputs }) => outputs)),
    jobs,
  };
}

/** The entries of a matrix with `include`, or with one list of values. */
function entriesOf({ strategy }: Job, contexts: Contexts): Record<string, string>[] {
  if (strategy === undefined) return [{}];
  const matrix = filledIn(strategy.matrix, contexts) as Record<string, unknown>;
  const { include, ...lists } = matrix;
  const [list, ...more] = Object.entries(lists);
  if (Array.isArray(include) && list === undefined) return include;
  if (list === undefined || more.length > 0 || include !== undefined)
    throw new Error(`a matrix that this runner does not know: ${JSON.stringify(matrix)}`);
  return (list[1] as string[]).map((value) => ({ [list[0]]: value }));
}

async function runJob(job: Job, contexts: Contexts, runner: Runner): Promise<JobEnd> {
  const files = mkdtempSync(join(runner.checkout, ".job-"));
  try {
    const steps: StepEnd[] = [];
    const secrets = runner.secrets?.[job.environment ?? ""] ?? {};
    const known = { ...contexts, secrets, steps: {}, env: textsOf(job.env, contexts) };
    const progress: Progress = { failed: false };
    await runSteps(job.steps, known, { runner, files, progress, ended: steps });
    const summary = join(files, "summary");
    return {
      matrix: (contexts.matrix ?? {}) as Record<string, string>,
      result: progress.failed ? "failure" : "success",
      outputs: textsOf(job.outputs, known),
      steps,
      summary: existsSync(summary) ? readFileSync(summary, "utf8") : "",
    };
  } finally {
    rmSync(files, { recursive: true, force: true });
  }
}

interface Surroundings {
  runner: Runner;
  /** Folder of the files by which steps speak with the runner. */
  files: string;
  progress: Progress;
  ended: StepEnd[];
}

async function runSteps(steps: readonly Step[], contexts: Contexts, around: Surroundings): Promise<void> {
  const { runner, progress, ended } = around;
  for (const step of steps) {
    if (!holds(step.if ?? "success()", contexts, progress, runner.checkout)) continue;
    const own = { ...contexts, env: { ...(contexts.env as object), ...textsOf(step.env, contexts) } };
    if (step.uses !== undefined) {
      await useAction(step.uses, textsOf(step.with, own), own, around);
      continue;
    }
    const end = await runStep(step, own, around);
    ended.push(end);
    const isForgiven = step["continue-on-error"] === true;
    if (end.outcome === "failure" && !isForgiven) progress.failed = true;
    if (step.id !== undefined)
      Object.assign(contexts.steps as object, {
        [step.id]: {
          outcome: end.outcome,
          conclusion: isForgiven ? "success" : end.outcome,
          outputs: outputsIn(join(around.files, "output")),
        },
      });
  }
}

/** An action of the repository is run, unless the runner's own stands for it. */
async function useAction(
  uses: string,
  inputs: Record<string, string>,
  contexts: Contexts,
  around: Surroundings,
): Promise<void> {
  const name = uses.replace(/@.*/, "");
  const leave = around.runner.actions[name];
  if (leave !== undefined) return leave(inputs);
  if (!name.startsWith("./")) throw new Error(`what does ${name} leave behind? The test has to say it`);
  const action = parse(readFileSync(join(around.runner.checkout, name, "action.yml"), "utf8")) as {
    runs: { steps: Step[] };
  };
  // A step of an action sees its inputs, and neither the secrets nor the steps of the workflow.
  const { github, env } = contexts;
  await runSteps(action.runs.steps, { github, env, inputs, steps: {} }, around);
}

async function runStep(
  { name, run = "", shell }: Step,
  contexts: Contexts,
  around: Surroundings,
): Promise<StepEnd> {
  const { runner, files } = around;
  const script = join(files, "step.sh");
  writeFileSync(script, text(run, contexts));
  writeFileSync(join(files, "output"), "");
  // https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell
  const bash = shell === "bash" ? ["--noprofile", "--norc", "-eo", "pipefail"] : ["-e"];
  const ended = await execa("bash", [...bash, script], {
    cwd: runner.checkout,
    env: {
      ...runner.env,
      ...(contexts.env as Record<string, string>),
      CI: "true",
      GITHUB_ACTIONS: "true",
      GITHUB_OUTPUT: join(files, "output"),
      GITHUB_STEP_SUMMARY: join(files, "summary"),
    },
    extendEnv: false,
    stdin: "ignore",
    all: true,
    reject: false,
  });
  return {
    name: name ?? run,
    outcome: ended.exitCode === 0 ? "success" : "failure",
    exitCode: ended.exitCode ?? -1,
    output: ended.all ?? "",
  };
}

/** `name=value`, a line each. */
function outputsIn(file: string): Record<string, string> {
  const lines = readFileSync(file, "utf8").split("\n").filter(Boolean);
  return Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2)));
}

/** Whether the condition of a job or a step holds. One without a function of the status asks for success too. */
function holds(condition: string, contexts: Contexts, { failed }: Progress, checkout: string): boolean {
  const expression = condition.replace(/^\$\{\{(.*)\}\}$/s, "$1");
  const asksForStatus = /\b(success|failure|always|cancelled)\(/.test(expression);
  if (failed && !asksForStatus) return false;
  const answers: Record<string, boolean> = {
    success: !failed,
    failure: failed,
    always: true,
    cancelled: false,
  };
  const functions = new Map(
    Object.entries(answers).map(([name, answer]) => [
      name,
      { name, minArgs: 0, maxArgs: 0, call: () => new data.BooleanData(answer) },
    ]),
  );
  const hash = (pattern: { coerceString(): string }) =>
    new data.StringData(globSync(pattern.coerceString(), { cwd: checkout }).length > 0 ? "some" : "");
  // biome-ignore lint/suspicious/noExplicitAny: the library names this type nowhere.
  functions.set("hashfiles", { name: "hashFiles", minArgs: 1, maxArgs: 1, call: hash } as any);
  return truthy(evaluated(expression, contexts, functions));
}

type Functions = NonNullable<ConstructorParameters<typeof Evaluator>[2]>;

function evaluated(
  expression: string,
  contexts: Contexts,
  functions: Functions = new Map(),
): data.ExpressionData {
  const { tokens } = new Lexer(expression.trim()).lex();
  const parsed = new Parser(tokens, Object.keys(contexts), [...functions.values()]).parse();
  const known = JSON.parse(JSON.stringify(contexts), data.reviver) as data.Dictionary;
  return new Evaluator(parsed, known, functions).evaluate();
}

const expressions = /\$\{\{(.*?)\}\}/gs;

/** A text with the values of its expressions. */
function text(template: unknown, contexts: Contexts): string {
  return String(template).replace(expressions, (_, inner: string) =>
    evaluated(inner, contexts).coerceString(),
  );
}

function textsOf(templates: Record<string, unknown> | undefined, contexts: Contexts): Record<string, string> {
  const entries = Object.entries(templates ?? {}).map(([name, one]) => [name, text(one, contexts)]);
  return Object.fromEntries(entries);
}

/** A value whose parts may be expressions, each the whole of its text. */
function filledIn(template: unknown, contexts: Contexts): unknown {
  if (typeof template === "string") {
    const [, inner] = /^\$\{\{(.*)\}\}$/s.exec(template.trim()) ?? [];
    return inner === undefined
      ? template
      : JSON.parse(JSON.stringify(evaluated(inner, contexts), data.replacer));
  }
  if (Array.isArray(template)) return template.map((one) => filledIn(one, contexts));
  if (typeof template !== "object" || template === null) return template;
  return Object.fromEntries(Object.entries(template).map(([key, one]) => [key, filledIn(one, contexts)]));
}
