/**
 * `pulumi` with all processes that it starts, which can be killed as a whole.
 *
 * Official plugins are children of the engine. The stand-ins are not, because an engine only attaches to
 * them. So each run gets a process of its own with the stand-ins, which ends with the engine. Drivers are
 * below both.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { execa } from "execa";
import { cleanEnvironment, environment, variables } from "../../sandbox/toolchain/environment.ts";
import { root } from "../../sandbox/toolchain/paths.ts";
import { onStack, type Workplace } from "../../sandbox/toolchain/stack.ts";
import { killTree } from "./process-tree.ts";

/** A command that changes a stack. */
export type Verb = "up" | "destroy" | "refresh";

/** Result of a run. */
export interface Ended {
  /** Undefined: the run was killed. */
  exitCode: number | undefined;
  output: string;
}

/** A run in progress. */
export interface Killable {
  ended: Promise<Ended>;
  /** Sends SIGKILL to all processes. Resolves when all of them have ended. */
  kill(): Promise<void>;
}

/** Starts `pulumi <verb>` on the stack without prompts. */
export async function start(place: Workplace, verb: Verb, ...args: string[]): Promise<Killable> {
  const plugins = await startPlugins(place);
  const target = { ...place.target, plugins: plugins?.ports ?? {} };
  const flags = ["--yes", "--skip-preview", "--non-interactive", "--color=never", ...args];
  const engine = execa(join(place.toolchain.bin, "pulumi"), [verb, ...onStack(place), ...flags], {
    cwd: place.project,
    env: environment(place.toolchain, target),
    extendEnv: false,
    stdin: "ignore",
    all: true,
    reject: false,
  });
  const roots = [engine.pid, plugins?.child.pid].filter((pid) => pid !== undefined);
  const ended = engine.then(async ({ exitCode, all }) => {
    plugins?.child.kill("SIGKILL");
    return { exitCode, output: all ?? "" };
  });
  return {
    ended,
    async kill() {
      await killTree(roots);
      await ended;
    },
  };
}

/** Starts the stand-ins that this toolchain needs in a process of their own. Undefined when it needs none. */
async function startPlugins({
  toolchain,
  target,
}: Workplace): Promise<{ child: ChildProcess; ports: Record<string, number> } | undefined> {
  const { host, plugins, flyctl } = toolchain.standIns;
  if (!host && plugins.length === 0) return undefined;
  // The stand-ins do not need plugin addresses in their own environment.
  const alone = { ...toolchain, standIns: { host: false, plugins: [], flyctl } };
  const child = spawn(
    process.execPath,
    ["--import", "./sandbox/toolchain/tether.ts", "sandbox/clouds/main.ts", "--no-clouds"],
    {
      cwd: root,
      env: { ...cleanEnvironment(toolchain), ...variables(alone, { ...target, plugins: {} }) },
      // The open stdin is the tether: the stand-ins end when this process ends.
      stdio: ["pipe", "pipe", "ignore"],
    },
  );
  const line = await new Promise<string>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", () => reject(new Error("the stand-in plugins ended at once")));
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).once("line", resolve);
  });
  return { child, ports: (JSON.parse(line) as { plugins: Record<string, number> }).plugins };
}
