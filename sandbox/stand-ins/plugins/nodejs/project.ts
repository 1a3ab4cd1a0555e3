/** What the host knows of a project beside its programs: its tools, its dependencies, their installation. */

import { execFile, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { EngineProcess } from "../engine-process.ts";
import { findExecutable } from "./executable.ts";
import { type NodeOptions, readOptions } from "./options.ts";

export interface Project {
  programDirectory: string;
  options: Record<string, unknown>;
}

/** The package managers, those that are installed first, with the words that the engine's prompt shows. */
export function promptChoices({ environment }: EngineProcess): { name: string; label: string }[] {
  const managers = ["npm", "pnpm", "yarn", "bun"].map((name) => ({
    name,
    found: findExecutable(name, environment) !== undefined,
  }));
  managers.sort((a, b) => Number(b.found) - Number(a.found));
  return managers.map(({ name, found }) => ({ name, label: found ? name : `${name} [not found]` }));
}

/** Node and package manager of a project, as `pulumi about` shows them. */
export async function aboutProject(project: Project, engine: EngineProcess) {
  const manager = packageManager(optionsOf(project).packagemanager, project.programDirectory, engine);
  const node = findExecutable("node", engine.environment);
  if (node === undefined) throw new Error('could not find executable "node"');
  const ask = async (file: string, args: string[]) => {
    const options = { cwd: project.programDirectory, env: engine.environment };
    return (await promisify(execFile)(file, args, options).catch(() => ({ stdout: "" }))).stdout.trim();
  };
  const [version, managerVersion, typescript] = await Promise.all([
    ask(node, ["--version"]),
    ask(manager, ["--version"]),
    ask(node, ["-e", "console.log(require('typescript/package.json').version)"]),
  ]);
  const metadata: Record<string, string> = { packagemanager: manager, packagemanagerVersion: managerVersion };
  if (typescript !== "") metadata.typescriptVersion = typescript;
  return { executable: node, version, metadata };
}

function optionsOf(project: Project): NodeOptions {
  try {
    return readOptions(project.options);
  } catch (error) {
    throw new Error(`failed to parse options: ${error instanceof Error ? error.message : error}`);
  }
}

/**
 * The manager that the project asks for, or whose lock file it has; npm otherwise.
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

/**
 * Installed packages by the lock file of npm.
 *
 * @param transitive also those that the project does not name itself.
 * @throws Error when there is no package-lock.json in the folder or above it.
 */
export async function programDependencies(project: Project, transitive: boolean) {
  const start = project.programDirectory;
  optionsOf(project);
  const lock = searchUp(start, "package-lock.json");
  if (lock === undefined) {
    throw new Error(
      `failed to get node dependencies: no package-lock.json found (searching upwards from ${start})`,
    );
  }
  const { packages = {} } = JSON.parse(readFileSync(lock, "utf8")) as {
    packages?: Record<string, { version?: string; link?: boolean }>;
  };
  const installed = Object.entries(packages)
    .filter(([path, { version, link }]) => path !== "" && (version !== undefined || link === true))
    .map(([path, { version = "" }]) => ({ name: packageIn(path), version }));
  if (transitive) return installed;
  const manifest = JSON.parse(readFileSync(join(dirname(lock), "package.json"), "utf8")) as {
    dependencies?: Record<string, string>;
    devDependencies?: Record<string, string>;
  };
  const named = new Set(Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }));
  return installed.filter(({ name }) => named.delete(name));
}

/** `a/node_modules/@s/b` → `@s/b`. */
function packageIn(path: string): string {
  const last = path.split("node_modules/").at(-1) ?? "";
  return last.split("/", last.startsWith("@") ? 2 : 1).join("/");
}

function searchUp(from: string, name: string): string | undefined {
  for (let directory = from; ; directory = dirname(directory)) {
    if (existsSync(join(directory, name))) return join(directory, name);
    if (dirname(directory) === directory) return undefined;
  }
}

/** Run the package manager's install, passing its output on. */
export async function installDependencies(
  project: Project,
  engine: EngineProcess,
  send: (part: { stdout?: Buffer; stderr?: Buffer }) => void,
): Promise<void> {
  const options = optionsOf(project);
  const manager = packageManager(options.packagemanager, project.programDirectory, engine);
  send({ stdout: Buffer.from("Installing dependencies...\n\n") });
  checkManifests(project.programDirectory);
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

/**
 * The official host looks for the root of an npm workspace first, from the program's folder upwards.
 *
 * @throws Error in its words when a manifest on the way is no JSON; after the colon they are a JSON parser's own.
 */
function checkManifests(directory: string): void {
  const file = join(directory, "package.json");
  try {
    if (existsSync(file)) JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    const reason = (error as SyntaxError).message.replace(/^Unexpected end/, "unexpected end");
    const where = "failure while trying to find workspace root: failed to parse workspaces from";
    throw new Error(`${where} ${file}: ${reason}`);
  }
  if (dirname(directory) !== directory) checkManifests(dirname(directory));
}
