/**
 * One run of a program: `node <sdk>/cmd/run` with the engine's addresses, the configuration and the program.
 *
 * @see pulumi/pulumi: sdk/nodejs/cmd/pulumi-language-nodejs/main.go (Run, execRuntime, constructArguments)
 */

import { execFile, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { promisify } from "node:util";
import type { EngineLog } from "../engine-log.ts";
import type { EngineProcess } from "../engine-process.ts";
import { findExecutable } from "./executable.ts";
import type { NodeOptions } from "./options.ts";

export interface RunRequest {
  project: string;
  stack: string;
  organization: string;
  rootDirectory: string;
  programDirectory: string;
  /** Relative to the program's folder. `.`: the file that its package.json names. */
  entryPoint: string;
  dryRun: boolean;
  parallel: number;
  /** Address at which the program registers its resources. */
  monitorAddress: string;
  /** By `namespace:name`. */
  config: Record<string, string>;
  configSecretKeys: string[];
  /** Arguments of the program. */
  args: string[];
}

/** The end of a run. `error` is for the engine to show. `bail`: the program has shown its error itself. */
export interface RunAnswer {
  error: string;
  bail: boolean;
}

/** Exit code of a program that has already told the user what to do (sdk/nodejs/cmd/run). */
const shownToUser = 32;
/** Time between the interrupt of a process and its kill. */
const graceMs = 5000;

/** Streams of a program on the engine's screen. Lines of one stream belong together. */
const streams = { stdout: 1, stderr: 2 };

/** Runs a program to its end. An abort interrupts it, and kills it a little later. */
export async function runProgram(
  request: RunRequest,
  options: NodeOptions,
  engine: EngineProcess,
  log: EngineLog,
  cancelled: AbortSignal,
): Promise<RunAnswer> {
  const node = findExecutable("node", engine.environment);
  if (node === undefined) {
    return failed('could not find node on the $PATH: exec: "node": executable file not found in $PATH');
  }
  const entry = engine.environment.PULUMI_LANGUAGE_NODEJS_RUN_PATH || "@pulumi/pulumi/cmd/run";
  let runPath: string;
  try {
    runPath = await locate(entry, request.programDirectory, node, engine.environment);
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error));
  }
  return await execute(node, [...options.nodeargs, ...programArguments(request, runPath, log.address)], {
    directory: request.programDirectory,
    environment: { ...engine.environment, ...programEnvironment(request, options) },
    log,
    cancelled,
  });
}

/** The file of a module, as the program itself would resolve it. */
async function locate(
  module: string,
  directory: string,
  node: string,
  env: Record<string, string>,
): Promise<string> {
  const script =
    `try { console.log(require.resolve(${JSON.stringify(module)})); } catch (error) {` +
    ` if (error.code === "MODULE_NOT_FOUND") { console.error("It looks like the Pulumi SDK has not been installed. Have you run pulumi install?") }` +
    ` else { console.error(error.message); } process.exit(1); }`;
  try {
    return (await promisify(execFile)(node, ["-e", script], { cwd: directory, env })).stdout.trim();
  } catch (error) {
    throw new Error((error as { stderr?: string }).stderr || String(error));
  }
}

function programArguments(request: RunRequest, runPath: string, engineAddress: string): string[] {
  const option = (name: string, value: string) => (value === "" ? [] : [`--${name}`, value]);
  return [
    runPath,
    ...option("monitor", request.monitorAddress),
    ...option("engine", engineAddress),
    ...option("organization", request.organization),
    ...option("project", request.project),
    ...option("root-directory", request.rootDirectory),
    ...option("stack", request.stack),
    ...option("pwd", request.programDirectory),
    ...(request.dryRun ? ["--dry-run"] : []),
    ...option("parallel", String(request.parallel)),
    request.entryPoint,
    ...request.args,
  ];
}

function programEnvironment(request: RunRequest, options: NodeOptions): Record<string, string> {
  // Sorted and with `:config:`, as the official host writes it for old SDKs.
  const config = Object.fromEntries(
    Object.entries(request.config)
      .map(([key, value]) => [key.replace(":", ":config:"), value] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  return {
    PULUMI_CONFIG: JSON.stringify(config),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.configSecretKeys),
    ...(options.typescript ? { PULUMI_NODEJS_TYPESCRIPT: "true" } : {}),
    ...(options.tsconfig === "" ? {} : { PULUMI_NODEJS_TSCONFIG_PATH: options.tsconfig }),
  };
}

interface Surroundings {
  directory: string;
  environment: Record<string, string>;
  log: EngineLog;
  cancelled: AbortSignal;
}

async function execute(node: string, args: string[], around: Surroundings): Promise<RunAnswer> {
  const child = spawn(node, args, {
    cwd: around.directory,
    env: around.environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let killing: NodeJS.Timeout | undefined;
  const interrupt = () => {
    child.kill("SIGINT");
    killing = setTimeout(() => child.kill("SIGKILL"), graceMs);
  };
  around.cancelled.addEventListener("abort", interrupt, { once: true });
  if (around.cancelled.aborted) interrupt();

  let outOfMemory = false;
  const shown = [
    show(child.stdout, (line) => around.log.send("info", line, { stream: streams.stdout })),
    show(child.stderr, (line) => {
      outOfMemory ||=
        /<--- Last few GCs --->|Check failed: needs_context && current_scope_ == closure_scope_/.test(line);
      around.log.send("info", line, { stream: streams.stderr });
    }),
  ];
  const ended = await new Promise<{ code: number | null } | { problem: Error }>((resolve) => {
    child.on("error", (problem) => resolve({ problem }));
    child.on("exit", (code) => resolve({ code }));
  });
  clearTimeout(killing);
  around.cancelled.removeEventListener("abort", interrupt);
  if ("problem" in ended) {
    return failed(`Problem executing program (could not run language executor): ${ended.problem.message}`);
  }
  await Promise.all(shown);
  await around.log.drained();
  if (ended.code === 0) return { error: "", bail: false };
  if (ended.code === shownToUser) return { error: "", bail: true };
  // Go's exec reports -1 for a process that was ended by a signal.
  const message = `Program exited with non-zero exit code: ${ended.code ?? -1}`;
  return failed(outOfMemory ? `${message}. ${memoryAdvice}` : message);
}

const memoryAdvice =
  "Detected a possible out of memory error. Consider increasing the memory available to the nodejs process by " +
  "setting the `nodeargs` runtime option in Pulumi.yaml to `nodeargs: --max-old-space-size=<size>` where `<size>` " +
  "is the maximum memory in megabytes that can be allocated to nodejs. See " +
  "https://www.pulumi.com/docs/concepts/projects/project-file/#runtime-options";

/** Passes lines on as the engine does for a plugin's output: with their line ends, without blank lines. */
async function show(stream: Readable, send: (line: string) => void): Promise<void> {
  let rest = "";
  for await (const text of stream.setEncoding("utf8")) {
    const lines = `${rest}${text}`.split(/(?<=\n)/);
    rest = lines.at(-1)?.endsWith("\n") ? "" : (lines.pop() ?? "");
    for (const line of lines) if (line.trim() !== "") send(line);
  }
  if (rest.trim() !== "") send(rest);
}

function failed(error: string): RunAnswer {
  return { error, bail: false };
}
