/**
 * Provides everything that a `pulumi preview` needs on this machine: finds, downloads or builds each part, or
 * uses its stand-in.
 */
import { composeBin } from "./compose.ts";
import { type Engine, type EngineChoice, findEngine } from "./engine.ts";
import { type Choice, type Choices, findParts, type Parts } from "./parts.ts";
import { engineVersion, type PluginName, pluginNames, pluginVersions } from "./paths.ts";
import { openTerminal, type Terminal } from "./terminal.ts";

/** Wanted parts. The default for each comes from the environment, else it is "auto". */
export interface ToolchainOptions extends Partial<Choices> {
  /** MASTIFF_ENGINE: auto, path, download or build. */
  engine?: EngineChoice;
  /** Where progress is shown. Default: this process's terminal. */
  terminal?: Terminal;
}

/** A toolchain that is ready to use. */
export interface Toolchain {
  engine: Engine;
  parts: Parts;
  /** The folder to be put first on PATH: node, pulumi with its neighbours, flyctl. */
  bin: string;
  /** The parts that stand-ins replace, by the engine's names. */
  standIns: { host: boolean; plugins: PluginName[]; flyctl: boolean };
  /** One line per part: its name and source. */
  describe: string[];
}

/**
 * Prepares the toolchain. Takes milliseconds when all parts are present, and about five minutes when the
 * engine has to be built.
 *
 * Environment: MASTIFF_ENGINE (auto, path, download, build), MASTIFF_HOST, MASTIFF_PLUGINS and MASTIFF_FLYCTL
 * (auto, official, stand-in), MASTIFF_OFFICIAL (a folder of official parts: bin/, home/plugins/).
 *
 * @throws Error when a part is not available; the message names remedies.
 */
export async function toolchain(options: ToolchainOptions = {}): Promise<Toolchain> {
  const terminal = options.terminal ?? openTerminal();
  const engine = await findEngine(options.engine ?? engineFromEnvironment(), terminal);
  const choices: Choices = {
    host: options.host ?? fromEnvironment("MASTIFF_HOST"),
    plugins: options.plugins ?? fromEnvironment("MASTIFF_PLUGINS"),
    flyctl: options.flyctl ?? fromEnvironment("MASTIFF_FLYCTL"),
  };
  const parts = await findParts(choices, engine, terminal);
  const standIns = {
    host: parts.host === undefined,
    plugins: pluginNames.filter((name) => parts.plugins[name] === undefined),
    flyctl: parts.flyctl === undefined,
  };
  return { engine, parts, bin: composeBin(engine, parts), standIns, describe: describe(engine, parts) };
}

function fromEnvironment(name: string): Choice {
  return oneOf(name, ["auto", "official", "stand-in"]);
}

function engineFromEnvironment(): EngineChoice {
  return oneOf("MASTIFF_ENGINE", ["auto", "path", "download", "build"]);
}

/** A variable's value, checked against the legal values. Default: the first of them. */
function oneOf<T extends string>(name: string, legal: [T, ...T[]]): T {
  const value = process.env[name] || legal[0];
  const found = legal.find((one) => one === value);
  if (found === undefined) throw new Error(`${name} is "${value}": it is one of ${legal.join(", ")}`);
  return found;
}

function describe(engine: Engine, parts: Parts): string[] {
  const origins = { path: "found on PATH", download: "official download", build: "built from Go modules" };
  const make = (file: string | undefined) => (file === undefined ? "stand-in" : `official, ${file}`);
  const plugins = (wanted: boolean) =>
    pluginNames
      .filter((name) => (parts.plugins[name] !== undefined) === wanted)
      .map((name) => `${name} ${pluginVersions[name]}`)
      .join(", ");
  const [official, standIns] = [plugins(true), plugins(false)];
  return [
    `engine         pulumi ${engineVersion}, ${origins[engine.origin]}, ${engine.file}`,
    `language host  ${make(parts.host)}`,
    ...(official === "" ? [] : [`plugins        official: ${official}`]),
    ...(standIns === "" ? [] : [`plugins        stand-in: ${standIns}`]),
    `flyctl         ${make(parts.flyctl)}`,
  ];
}
