/** The real engine on small programs, with the official language host or ours. */

import { execFile } from "node:child_process";
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
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findEngine } from "../toolchain/engine.ts";
import { silentTerminal } from "../toolchain/terminal.ts";
import type { Json } from "./plugin-client.ts";
import type { OfficialParts, Side } from "./question.ts";
import { ourPlugins } from "./sides.ts";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** A project: its files by path. `Pulumi.yaml` is made when it is missing. */
export type Files = Record<string, string>;

/** A project in a folder of its own, with a backend and a stack `dev`. */
export interface Project {
  folder: string;
  /** Run `pulumi` in the project's folder; never throws. */
  pulumi(args: string[], more?: Running): Promise<Ran>;
}

export interface Running {
  env?: Record<string, string>;
  /** Folder below the project's to run in. */
  cwd?: string;
  signal?: AbortSignal;
}

export interface Ran {
  exitCode: number;
  stdout: string;
  stderr: string;
}

let engine: Promise<string> | undefined;

/** The engine that is asked: MASTIFF_PULUMI names it, else it is the toolchain's. */
export function enginePath(): Promise<string> {
  engine ??= process.env.MASTIFF_PULUMI
    ? Promise.resolve(process.env.MASTIFF_PULUMI)
    : findEngine("auto", silentTerminal).then(({ file }) => file);
  return engine;
}

/** Work on a project with one side's language host. Providers are the official ones on both sides. */
export async function withProject<Answer>(
  official: OfficialParts,
  side: Side,
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
    mkdirSync(join(folder, "stacks"));
    const env = await environment(official, side, folder);
    const file = await enginePath();
    const pulumi: Project["pulumi"] = (args, more = {}) =>
      new Promise((resolve) => {
        execFile(
          file,
          args,
          {
            cwd: join(project, more.cwd ?? "."),
            env: { ...env, ...more.env },
            maxBuffer: 1 << 28,
            killSignal: "SIGINT",
            ...(more.signal && { signal: more.signal }),
          },
          (error, stdout, stderr) =>
            resolve({
              exitCode: typeof error?.code === "number" ? error.code : error ? -1 : 0,
              stdout,
              stderr,
            }),
        );
      });
    const made = await pulumi(["stack", "init", "dev"]);
    if (made.exitCode !== 0) throw new Error(made.stderr);
    return await work({ folder, pulumi });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const plainFiles: Files = { "Pulumi.yaml": projectFile(), "package.json": `{ "type": "module" }` };

/** Pulumi.yaml of a project that Node runs as it is. */
export function projectFile(options = "typescript: false", main = "index.ts"): string {
  return `name: asked\nruntime:\n  name: nodejs\n  options:\n    ${options.replaceAll("\n", "\n    ")}\nmain: ${main}\n`;
}

async function environment(official: OfficialParts, side: Side, folder: string): Promise<NodeJS.ProcessEnv> {
  const foreign = /^(PULUMI|MASTIFF|NODE_OPTIONS)/;
  const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
  const path = [join(root, "node_modules/.bin"), process.env.PATH ?? ""];
  // The dynamic provider's plugin comes with the SDK.
  path.push(join(root, "node_modules/@pulumi/pulumi"));
  return {
    ...clean,
    PATH: [...(side === "official" ? [official.bin] : []), ...path].join(delimiter),
    PULUMI_HOME: official.home,
    PULUMI_BACKEND_URL: `file://${join(folder, "stacks")}`,
    PULUMI_CONFIG_PASSPHRASE: "conformance",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_DEBUG_COMMANDS: "true",
    ...(side === "ours" && { PULUMI_DEBUG_LANGUAGES: `nodejs:${(await ourPlugins()).ports.nodejs}` }),
  };
}

/**
 * What a preview, up, refresh or destroy showed: exit code, steps, lines.
 *
 * Left out: the warning that a host comes from PATH, and whether a program's line was on stdout or stderr, which
 * a host that the engine did not start cannot tell it.
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
  // Which of two streams is shown first is chance; numbered lines are of one stream, so their order counts.
  const numbered = lines.map(({ message }) => message.trim()).filter((message) => /^\d+ /.test(message));
  return {
    exitCode: ran.exitCode,
    steps: steps.sort(),
    shown: shown.map((text) => JSON.parse(text)),
    numbered,
  };
}

/** The outputs of the stack, secrets too. */
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

/** Without colours, folders, and addresses. */
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
