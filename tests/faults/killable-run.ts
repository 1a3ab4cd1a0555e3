/**
 * `pulumi` with all that it starts as one tree of processes, which can be killed as a whole.
 *
 * Official plugins are the engine's children. Our stand-ins are not: an engine only attaches to them, so each run
 * gets a process of its own with them, which dies with the engine, and the drivers below both.
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

/** How a run ended. */
export interface Ended {
  /** Undefined: it was killed. */
  exitCode: number | undefined;
  output: string;
}

/** A run under way. */
export interface Killable {
  ended: Promise<Ended>;
  /** SIGKILL to the whole tree; returns when it is gone. */
  kill(): Promise<void>;
}

/** Starts `pulumi <verb>` on the stack, with nobody there to answer questions. */
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

/** The stand-ins that this toolchain needs, in a process of their own; undefined when it needs none. */
async function startPlugins({
  toolchain,
  target,
}: Workplace): Promise<{ child: ChildProcess; ports: Record<string, number> } | undefined> {
  const { host, plugins, flyctl } = toolchain.standIns;
  if (!host && plugins.length === 0) return undefined;
  // The engine's plugins are started by nobody here: the stand-ins need no address of another.
  const alone = { ...toolchain, standIns: { host: false, plugins: [], flyctl } };
  const child = spawn(
    process.execPath,
    ["--import", "./sandbox/toolchain/tether.ts", "sandbox/clouds/main.ts", "--no-clouds"],
    {
      cwd: root,
      env: { ...cleanEnvironment(toolchain), ...variables(alone, { ...target, plugins: {} }) },
      // The open stdin is the tether: they end when this process does.
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
