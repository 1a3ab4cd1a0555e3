/** The installation of a project's dependencies (`pulumi install`). */

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { EngineProcess } from "../engine-process.ts";
import { findExecutable } from "./executable.ts";
import { type NodeOptions, readOptions } from "./options.ts";

interface Project {
  programDirectory: string;
  options: Record<string, unknown>;
}

function optionsOf(project: Project): NodeOptions {
  try {
    return readOptions(project.options);
  } catch (error) {
    throw new Error(`failed to parse options: ${error instanceof Error ? error.message : error}`);
  }
}

/**
 * The package manager that the project asks for, or else the one of its lock file, or else npm.
 *
 * @throws Error when it is not installed.
 */
function packageManager(
  wanted: NodeOptions["packagemanager"],
  directory: string,
  engine: EngineProcess,
): string {
  const locks = { "yarn.lock": "yarn", "pnpm-lock.yaml": "pnpm", "bun.lock": "bun", "bun.lockb": "bun" };
  const byLock = Object.entries(locks).find(([lock]) => existsSync(join(directory, lock)))?.[1];
  const preferred = wanted === "auto" ? byLock : wanted;
  if (preferred !== undefined && findExecutable(preferred, engine.environment) !== undefined)
    return preferred;
  if (wanted !== "auto" && wanted !== "npm") {
    throw new Error(
      `could not resolve packagemanager: Could not find \`${wanted}\` executable.\n` +
        `Install ${wanted} and make sure it is in your PATH.`,
    );
  }
  return "npm";
}

/** Runs the package manager's install and passes its output on. */
export async function installDependencies(
  project: Project,
  engine: EngineProcess,
  send: (part: { stdout?: Buffer; stderr?: Buffer }) => void,
): Promise<void> {
  const options = optionsOf(project);
  const manager = packageManager(options.packagemanager, project.programDirectory, engine);
  send({ stdout: Buffer.from("Installing dependencies...\n\n") });
  const args = ["install", "--loglevel=error", ...(options.production ? ["--production"] : [])];
  const child = spawn(manager, args, {
    cwd: project.programDirectory,
    env: engine.environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stdout.on("data", (stdout: Buffer) => send({ stdout }));
  child.stderr.on("data", (stderr: Buffer) => send({ stderr }));
  await new Promise<void>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => (code === 0 ? resolve() : reject(new Error(`exit status ${code ?? -1}`))));
  });
  send({ stdout: Buffer.from("Finished installing dependencies\n\n") });
}
