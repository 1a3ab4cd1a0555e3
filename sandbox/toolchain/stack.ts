/** Runs `pulumi` on one stack of the local clouds. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { composeHome } from "./compose.ts";
import { environment, type Target } from "./environment.ts";
import { root } from "./paths.ts";
import type { Toolchain } from "./toolchain.ts";

/** The repository's stack, and the port that its config names. */
export const devStack = "dev";
export const devPort = 4640;

/** The program, one of its stacks, and the place of the stack's state. */
export interface Workplace {
  toolchain: Toolchain;
  target: Target;
  /** Folder of Pulumi.yaml. */
  project: string;
  stack: string;
  /** The stack's config file. Default: Pulumi.<stack>.yaml beside Pulumi.yaml. */
  configFile?: string;
}

export interface Run {
  exitCode: number;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  /** Lets `pulumi` draw on this process's terminal, and captures nothing. Default false. */
  shown?: boolean;
  /** Variables in addition to the workplace's environment. */
  env?: Record<string, string>;
  /** Interrupts `pulumi`: SIGINT, then SIGKILL after ten seconds. */
  signal?: AbortSignal;
}

/** Makes the target's folders: the backend, and PULUMI_HOME with the official plugins. */
export function furnish(toolchain: Toolchain, target: Target): void {
  mkdirSync(target.backend, { recursive: true });
  composeHome(target.home, toolchain.parts.plugins);
}

/** Runs `pulumi` with these arguments. A failure does not throw: see `exitCode`. */
export async function pulumi(place: Workplace, args: string[], options: RunOptions = {}): Promise<Run> {
  const { toolchain, target, project } = place;
  const run = await execa(join(toolchain.bin, "pulumi"), args, {
    cwd: project,
    env: { ...environment(toolchain, target), ...options.env },
    extendEnv: false,
    // The engine draws its tree only when stdin is a terminal too.
    stdin: options.shown && process.stdin.isTTY ? "inherit" : "ignore",
    stdout: options.shown ? "inherit" : "pipe",
    stderr: options.shown ? "inherit" : "pipe",
    reject: false,
    forceKillAfterDelay: 10_000,
    killSignal: "SIGINT",
    ...(options.signal && { cancelSignal: options.signal }),
  });
  return { exitCode: run.exitCode ?? 130, stdout: run.stdout ?? "", stderr: run.stderr ?? "" };
}

/** Arguments that select the workplace's stack in preview, up, refresh and destroy. */
export function onStack(place: Workplace): string[] {
  return ["--stack", place.stack, ...(place.configFile ? ["--config-file", place.configFile] : [])];
}

/**
 * Config of the repository's stack for clouds on `port`. Undefined when the config names that port already,
 * else the path of a copy in `folder` with the port replaced.
 */
export function devConfig(port: number, folder: string): string | undefined {
  if (port === devPort) return undefined;
  const file = join(folder, `Pulumi.${devStack}.yaml`);
  const config = readFileSync(join(root, `Pulumi.${devStack}.yaml`), "utf8");
  writeFileSync(file, config.replaceAll(`127.0.0.1:${devPort}`, `127.0.0.1:${port}`));
  return file;
}

/** The file in which the backend keeps the stack's state. */
export function stackFile(place: Workplace): string {
  const { name } = projectOf(place.project);
  return join(place.target.backend, ".pulumi", "stacks", name, `${place.stack}.json`);
}

/** Makes the stack in its backend, unless it exists. @throws Error with pulumi's stderr. */
export async function initStack(place: Workplace): Promise<void> {
  if (existsSync(stackFile(place))) return;
  const run = await pulumi(place, ["stack", "init", place.stack]);
  if (run.exitCode !== 0) throw new Error(`pulumi stack init ${place.stack} failed:\n${run.stderr}`);
}

function projectOf(folder: string): { name: string } {
  const name = /^name:\s*(\S+)/m.exec(readFileSync(join(folder, "Pulumi.yaml"), "utf8"))?.[1];
  if (name === undefined) throw new Error(`${folder}/Pulumi.yaml has no name`);
  return { name };
}
