/**
 * The parts beside the engine: language host, provider plugins, flyctl. Each is the official program where it
 * can be had, else a stand-in from sandbox/stand-ins/.
 *
 * Official is, in this order: a folder named by MASTIFF_OFFICIAL (bin/ and home/plugins/), what the user has
 * installed, what an earlier run downloaded, a download.
 */
import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, sep } from "node:path";
import { execa } from "execa";
import type { Engine } from "./engine.ts";
import { isExecutable, onPath } from "./executables.ts";
import { cache, type PluginName, pluginNames, pluginVersions, scratch } from "./paths.ts";
import { reachable } from "./reach.ts";
import type { Terminal } from "./terminal.ts";

/** Which make of a part is wanted. "auto": official where it can be had, else the stand-in. */
export type Choice = "auto" | "official" | "stand-in";

/** The official parts that are used; what is undefined here is stood in for. */
export interface Parts {
  host: string | undefined;
  plugins: Partial<Record<PluginName, string>>;
  flyctl: string | undefined;
}

/** What is wanted of each part. */
export interface Choices {
  host: Choice;
  plugins: Choice;
  flyctl: Choice;
}

/** A PULUMI_HOME of our own for downloaded plugins: the user's own installation stays as it is. */
const pluginCache = join(cache, "pulumi-home");
const flyctlCache = join(cache, "flyctl");

/**
 * Chooses each part.
 * @throws Error when "official" is demanded of a part that is nowhere to be had.
 */
export async function findParts(choices: Choices, engine: Engine, terminal: Terminal): Promise<Parts> {
  const [host, flyctl] = [findHost(choices.host, engine), await findFlyctl(choices.flyctl, terminal)];
  return { host, plugins: await findPlugins(choices.plugins, engine, terminal), flyctl };
}

/** The folder of official parts that the environment names, if any. */
function official(...path: string[]): string | undefined {
  const folder = process.env.MASTIFF_OFFICIAL;
  return folder === undefined || folder === "" ? undefined : join(folder, ...path);
}

/** An official engine has its language host beside it, so there is nothing to download apart. */
function findHost(choice: Choice, engine: Engine): string | undefined {
  if (choice === "stand-in") return undefined;
  const name = "pulumi-language-nodejs";
  const places = [official("bin", name), join(dirname(engine.file), name), ...onPath(name)];
  const found = places.find((file) => file !== undefined && isExecutable(file));
  return found ?? missing(choice, "language host", `MASTIFF_OFFICIAL/bin/${name} or one beside pulumi`);
}

async function findFlyctl(choice: Choice, terminal: Terminal): Promise<string | undefined> {
  if (choice === "stand-in") return undefined;
  const downloaded = join(flyctlCache, "bin", "flyctl");
  const places = [official("bin", "flyctl"), ...onPath("flyctl"), ...onPath("fly"), downloaded];
  const found = places.find((file) => file !== undefined && isExecutable(file));
  if (found !== undefined) return found;
  if (await downloadFlyctl(terminal)) return downloaded;
  return missing(choice, "flyctl", "MASTIFF_OFFICIAL/bin/flyctl or one on PATH");
}

async function findPlugins(
  choice: Choice,
  engine: Engine,
  terminal: Terminal,
): Promise<Partial<Record<PluginName, string>>> {
  if (choice === "stand-in") return {};
  const here = pluginNames.filter((name) => pluginFile(name) === undefined);
  if (here.length > 0) await downloadPlugins(here, engine, terminal);
  const found = pluginNames.map((name) => {
    const wanted = `${name} ${pluginVersions[name]}`;
    return [name, pluginFile(name) ?? missing(choice, `plugin ${wanted}`, "PULUMI_HOME/plugins")] as const;
  });
  return Object.fromEntries(found.filter(([, file]) => file !== undefined));
}

/** The official plugin's executable, where one is installed in exactly the version of its npm package. */
function pluginFile(name: PluginName): string | undefined {
  const named = process.env.PULUMI_HOME;
  // In a shell that sourced .mastiff/env it is one of ours.
  const users = named && !named.startsWith(scratch + sep) ? named : join(homedir(), ".pulumi");
  const folder = join("plugins", `resource-${name}-v${pluginVersions[name]}`);
  const homes = [official("home"), users, pluginCache].filter((home) => home !== undefined);
  return homes
    .filter((home) => !existsSync(join(home, `${folder}.partial`)))
    .map((home) => join(home, folder, `pulumi-resource-${name}`))
    .find(isExecutable);
}

/** Lets the engine fetch plugins as it would at a first `pulumi up`, into our cache. */
async function downloadPlugins(names: PluginName[], engine: Engine, terminal: Terminal): Promise<void> {
  if (!(await reachable("https://get.pulumi.com/"))) return;
  for (const name of names) {
    const version = pluginVersions[name];
    const step = terminal.step(`plugins: downloading ${name} ${version}`);
    const run = await execa(engine.file, ["plugin", "install", "resource", name, `v${version}`], {
      env: { PULUMI_HOME: pluginCache, PULUMI_SKIP_UPDATE_CHECK: "true" },
      stdin: "ignore",
      reject: false,
    });
    if (run.exitCode === 0) step.done(`plugins: downloaded ${name} ${version}`);
    else step.fail(`plugins: the download of ${name} ${version} failed: ${lastLine(run.stderr)}`);
  }
}

/** Runs Fly's own installer with our cache as its target. https://fly.io/docs/flyctl/install/ */
async function downloadFlyctl(terminal: Terminal): Promise<boolean> {
  const installer = "https://fly.io/install.sh";
  if (!(await reachable(installer))) return false;
  const step = terminal.step("flyctl: downloading");
  mkdirSync(flyctlCache, { recursive: true });
  try {
    const script = await (await fetch(installer, { signal: AbortSignal.timeout(30_000) })).text();
    await execa("sh", ["-s"], {
      input: script,
      env: { FLYCTL_INSTALL: flyctlCache, FLY_CONFIG_DIR: join(flyctlCache, "config") },
      timeout: 300_000,
    });
    step.done("flyctl: downloaded");
    return true;
  } catch (error) {
    step.fail(`flyctl: the download failed: ${lastLine(error instanceof Error ? error.message : "")}`);
    return false;
  }
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}

function missing(choice: Choice, part: string, where: string): undefined {
  if (choice === "official") throw new Error(`the official ${part} is wanted and not to be had: no ${where}`);
  return undefined;
}
