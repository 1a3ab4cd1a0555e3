/** Runs small programs on the real engine, with the official language host or the stand-in. */

import { execFile } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { closeAtEnd } from "./endings.ts";
import type { Json } from "./plugin-client.ts";
import type { OfficialParts } from "./question.ts";
import { quiet } from "./quiet.ts";
import { ourPort, type StandIn } from "./sides.ts";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** A project's files by path. Default for `Pulumi.yaml` and `package.json`: a plain project. */
export type Files = Record<string, string>;

/** A project in a folder of its own, with a backend and a stack `dev`. */
export interface Project {
  folder: string;
  /** Runs `pulumi` in the project's folder. Never throws. */
  pulumi(args: string[], more?: Running): Promise<Ran>;
}

export interface Running {
  env?: Record<string, string>;
  /** Working directory, relative to the project's folder. */
  cwd?: string;
  signal?: AbortSignal;
}

export interface Ran {
  exitCode: number;
  stdout: string;
  stderr: string;
}

type Host = "official" | StandIn;

/** Makes a project, and runs `work` on it with one language host. Providers are the official ones on both sides. */
export async function withProject<Answer>(
  official: OfficialParts,
  host: Host,
  files: Files,
  work: (project: Project) => Promise<Answer>,
): Promise<Answer> {
  const folder = mkdtempSync(join(tmpdir(), "conformance-"));
  const project = join(folder, "project");
  try {
    for (const [path, content] of Object.entries({ ...plainFiles, ...files })) {
      mkdirSync(dirname(join(project, path)), { recursive: true });
      writeFileSync(join(project, path), content);
    }
    if (files["node_modules/none"] === undefined)
      symlinkSync(join(root, "node_modules"), join(project, "node_modules"));
    const fresh = await freshStack(official);
    cpSync(join(fresh, "stacks"), join(folder, "stacks"), { recursive: true });
    cpSync(join(fresh, "project/Pulumi.dev.yaml"), join(project, "Pulumi.dev.yaml"));
    const file = await official.engine();
    const env = await environment(official, host, folder);
    return await work({
      folder,
      pulumi: (args, more = {}) => run(file, args, join(project, more.cwd ?? "."), env, more),
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

let fresh: Promise<string> | undefined;

/**
 * A folder with a fresh stack `dev`. It is made once and copied, because starting the engine takes longer
 * than most questions.
 */
function freshStack(official: OfficialParts): Promise<string> {
  fresh ??= (async () => {
    const folder = mkdtempSync(join(tmpdir(), "conformance-fresh-"));
    closeAtEnd(() => rmSync(folder, { recursive: true, force: true }));
    const project = join(folder, "project");
    mkdirSync(project);
    mkdirSync(join(folder, "stacks"));
    writeFileSync(join(project, "Pulumi.yaml"), projectFile());
    const env = await environment(official, "official", folder);
    const made = await run(await official.engine(), ["stack", "init", "dev"], project, env);
    if (made.exitCode !== 0) throw new Error(made.stderr);
    return folder;
  })();
  return fresh;
}

function run(
  file: string,
  args: string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
  more: Running = {},
): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(
      file,
      args,
      {
        cwd,
        env: { ...env, ...more.env },
        maxBuffer: 1 << 28,
        killSignal: "SIGINT",
        ...(more.signal && { signal: more.signal }),
      },
      (error, stdout, stderr) => {
        const exitCode = typeof error?.code === "number" ? error.code : error ? -1 : 0;
        resolve({ exitCode, stdout, stderr });
      },
    );
  });
}

const plainFiles: Files = { "Pulumi.yaml": projectFile(), "package.json": `{ "type": "module" }` };

/** Pulumi.yaml of a project that Node runs without compiling. */
export function projectFile(options = "typescript: false", main = "index.ts"): string {
  return `name: asked\nruntime:\n  name: nodejs\n  options:\n    ${options.replaceAll("\n", "\n    ")}\nmain: ${main}\n`;
}

async function environment(official: OfficialParts, host: Host, folder: string): Promise<NodeJS.ProcessEnv> {
  const foreign = /^(PULUMI|MASTIFF|NODE_OPTIONS)/;
  const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
  const path = [join(root, "node_modules/.bin"), process.env.PATH ?? ""];
  // The SDK contains the dynamic provider's plugin.
  path.push(join(root, "node_modules/@pulumi/pulumi"));
  return {
    ...clean,
    PATH: [...(host === "official" ? [official.bin] : []), ...path].join(delimiter),
    PULUMI_HOME: official.home,
    PULUMI_BACKEND_URL: `file://${join(folder, "stacks")}`,
    PULUMI_CONFIG_PASSPHRASE: "conformance",
    ...quiet,
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_DEBUG_COMMANDS: "true",
    ...(host !== "official" && { PULUMI_DEBUG_LANGUAGES: `nodejs:${await ourPort(host)}` }),
  };
}

/**
 * Runs a preview, up, refresh or destroy. The result has the exit code, the steps, and the lines shown.
 *
 * Two things are left out. One is the warning that a host comes from PATH. The other is whether a program's
 * line was on stdout or stderr, because a host that the engine did not start cannot tell the engine.
 */
export async function operate(
  project: Project,
  verb: string,
  args: string[] = [],
  more: Running = {},
): Promise<Json> {
  const log = join(project.folder, `events-${verb}.json`);
  rmSync(log, { force: true });
  const consent = verb === "preview" ? [] : ["--yes", "--skip-preview"];
  const ran = await project.pulumi(
    [verb, "--stack", "dev", "--non-interactive", "--color=never", `--event-log=${log}`, ...consent, ...args],
    more,
  );
  const events = existsSync(log) ? readFileSync(log, "utf8").split("\n").filter(Boolean).map(parse) : [];
  const steps = events.flatMap(({ resourcePreEvent: step }) =>
    step === undefined || step.metadata.op === "same" || step.metadata.type.startsWith("pulumi:providers:")
      ? []
      : [`${step.metadata.op} ${step.metadata.type} ${step.metadata.urn.split("::").at(-1)}`],
  );
  const lines = events.flatMap(({ diagnosticEvent: line }) =>
    line === undefined || line.severity === "debug" || line.message.includes("from $PATH")
      ? []
      : [{ urn: line.urn ?? "", severity: line.severity.replace("info#err", "info"), message: line.message }],
  );
  const shown = lines.map((line) => JSON.stringify(tidied(line, project))).sort();
  // The order between two streams is random. Numbered lines are from one stream, so their order counts.
  const numbered = lines.map(({ message }) => message.trim()).filter((message) => /^\d+ /.test(message));
  return {
    exitCode: ran.exitCode,
    steps: steps.sort(),
    shown: shown.map((text) => JSON.parse(text)),
    numbered,
  };
}

/** The stack's outputs, including secrets. */
export async function outputs(project: Project): Promise<Json> {
  const ran = await project.pulumi(["stack", "output", "--stack", "dev", "--json", "--show-secrets"]);
  return ran.exitCode === 0 ? JSON.parse(ran.stdout) : ran.stderr;
}

interface EngineEvent {
  resourcePreEvent?: { metadata: { op: string; type: string; urn: string } };
  diagnosticEvent?: { urn?: string; severity: string; message: string };
}

function parse(line: string): EngineEvent {
  return JSON.parse(line) as EngineEvent;
}

/** Removes colours, and replaces folders, addresses and other values that differ from run to run. */
function tidied(value: Json, project: Project): Json {
  return JSON.parse(
    JSON.stringify(value)
      .replaceAll(/<\{%[^%]*%\}>/g, "")
      .replaceAll(project.folder, "{folder}")
      .replaceAll(/\d+ promises? (?:was|were) still active/g, "promises still active")
      .replaceAll(/\(node:\d+\)/g, "(node)")
      .replaceAll(/127\.0\.0\.1:\d+/g, "{address}"),
  );
}
