/**
 * The parts beside the engine: language host, provider plugins, flyctl. Each part is the official program
 * when one is available, else a stand-in from sandbox/stand-ins/.
 *
 * Official parts are searched for in this order: the folder named by MASTIFF_OFFICIAL (bin/ and
 * home/plugins/), the user's installation, an earlier download, a new download.
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

/** Which kind of a part is wanted. "auto": the official part when available, else the stand-in. */
export type Choice = "auto" | "official" | "stand-in";

/** The official parts in use. A stand-in replaces each part that is undefined here. */
export interface Parts {
  host: string | undefined;
  plugins: Partial<Record<PluginName, string>>;
  flyctl: string | undefined;
}

/** The wanted kind of each part. */
export interface Choices {
  host: Choice;
  plugins: Choice;
  flyctl: Choice;
}

/** Downloaded plugins have a PULUMI_HOME of their own, so that the user's installation stays unchanged. */
const pluginCache = join(cache, "pulumi-home");
const flyctlCache = join(cache, "flyctl");

/**
 * Chooses each part.
 * @throws Error when "official" is wanted and the official part is not available.
 */
export async function findParts(choices: Choices, engine: Engine, terminal: Terminal): Promise<Parts> {
  const [host, flyctl] = [findHost(choices.host, engine), await findFlyctl(choices.flyctl, terminal)];
  return { host, plugins: await findPlugins(choices.plugins, engine, terminal), flyctl };
}

/** A path in the folder that MASTIFF_OFFICIAL names. Undefined when the variable is not set. */
function official(...path: string[]): string | undefined {
  const folder = process.env.MASTIFF_OFFICIAL;
  return folder === undefined || folder === "" ? undefined : join(folder, ...path);
}

/** Never downloads: an official engine has its language host beside it. */
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

/** The official plugin's executable in exactly the version of its npm package. Undefined when it is not installed. */
function pluginFile(name: PluginName): string | undefined {
  const named = process.env.PULUMI_HOME;
  // In a shell that sourced .mastiff/env, PULUMI_HOME is a folder of this checkout.
  const users = named && !named.startsWith(scratch + sep) ? named : join(homedir(), ".pulumi");
  const folder = join("plugins", `resource-${name}-v${pluginVersions[name]}`);
  const homes = [official("home"), users, pluginCache].filter((home) => home !== undefined);
  return homes
    .filter((home) => !existsSync(join(home, `${folder}.partial`)))
    .map((home) => join(home, folder, `pulumi-resource-${name}`))
    .find(isExecutable);
}

/** Lets the engine download plugins into the project's cache, as it does at a first `pulumi up`. */
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

/** Runs Fly's own installer with the project's cache as its target. https://fly.io/docs/flyctl/install/ */
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
