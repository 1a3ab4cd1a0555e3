/** A real stack on the real engine, in a folder of its own that is gone afterwards. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { root } from "../../sandbox/toolchain/paths.ts";
import {
  devPort,
  devStack,
  furnish,
  initStack,
  onStack,
  pulumi,
  stackFile,
  type Workplace,
} from "../../sandbox/toolchain/stack.ts";
import { controlOf } from "./control.ts";
import { type Diagnostic, readEvents, type StepTaken } from "./events.ts";
import type { TestWorld } from "./world.ts";

/** How a preview, up, refresh or destroy ended. */
export interface Outcome {
  exitCode: number;
  /** Everything that a person would have seen. */
  output: string;
  /** Every step but "same". */
  changes: StepTaken[];
  /** Errors and warnings, as the engine worded them. */
  diagnostics: Diagnostic[];
}

/** A resource in the exported state. */
export interface StateResource {
  urn: string;
  type: string;
  id?: string;
  inputs: Record<string, unknown>;
  outputs: Record<string, unknown>;
  protect?: boolean;
  parent?: string;
}

/** The engine's state as `pulumi stack export` gives it, as far as tests look. */
export interface ExportedStack {
  deployment: {
    resources?: StateResource[];
    /** What was under way when a run ended without its end. */
    pending_operations?: { type: string; resource: StateResource }[];
  };
}

/** A stack that a test works on. */
export interface TestStack extends AsyncDisposable {
  place: Workplace;
  /** Sets config; `secrets` are encrypted. An undefined value removes the key. */
  config(values: Record<string, string | undefined>, secrets?: Record<string, string>): Promise<void>;
  /** Runs `pulumi config` with these words, such as `set`, a key and a value. */
  configure(words: readonly string[]): Promise<void>;
  preview(...args: string[]): Promise<Outcome>;
  up(...args: string[]): Promise<Outcome>;
  refresh(...args: string[]): Promise<Outcome>;
  destroy(...args: string[]): Promise<Outcome>;
  outputs(): Promise<Record<string, unknown>>;
  /** The exported state; `--show-secrets` opens its secrets. */
  exported(...args: string[]): Promise<ExportedStack>;
  /** The resources of the exported state, secrets as the engine keeps them; `--show-secrets` opens them. */
  resources(...args: string[]): Promise<StateResource[]>;
  /** Removes the folder. What is in the clouds ends with its world. */
  end(): Promise<void>;
}

/** Which program, with which config. */
export interface StackOptions {
  /** Folder of the program. Default: the checkout, with the config of its dev stack, without backups and housekeeping. */
  program?: string;
  stack?: string;
  config?: Record<string, string>;
  secrets?: Record<string, string>;
  /** Where the state is. Default: a folder of its own. Another stack's lets a second checkout work on it. */
  backend?: string;
  /** A stack that is there already: the texts of its state and of its config, which `config` and `secrets` are not added to. */
  kept?: { state: string; config: string };
}

/** Makes a stack in the world. Its program's files are symlinks, its config and state are its own. */
export async function openStack(world: TestWorld, options: StackOptions = {}): Promise<TestStack> {
  const { program = root, stack = devStack, config = {}, secrets = {} } = options;
  const folder = mkdtempSync(join(world.folder, "stack-"));
  const project = join(folder, "project");
  layOut(program, project, world);
  const target = {
    url: world.url,
    plugins: world.clouds.plugins,
    home: join(folder, "home"),
    backend: options.backend ?? join(folder, "stacks"),
  };
  const place: Workplace = { toolchain: world.toolchain, target, project, stack };
  furnish(world.toolchain, target);
  if (options.kept === undefined) await initStack(place);
  else putBack(place, options.kept);

  let runs = 0;
  const operate = async (verb: string, args: string[]): Promise<Outcome> => {
    // A world that was started again serves its plugins on other ports.
    target.plugins = world.clouds.plugins;
    const events = join(folder, `events-${++runs}.json`);
    const run = await pulumi(
      place,
      [
        verb,
        ...onStack(place),
        "--non-interactive",
        "--color=never",
        "--diff",
        `--event-log=${events}`,
        ...args,
      ],
      { env: { PULUMI_DEBUG_COMMANDS: "true" } },
    );
    return { exitCode: run.exitCode, output: run.stdout + run.stderr, ...readEvents(events) };
  };
  const must = async (...args: string[]): Promise<string> => {
    const run = await pulumi(place, args);
    if (run.exitCode !== 0) throw new Error(`pulumi ${args.join(" ")} failed:\n${run.stdout}${run.stderr}`);
    return run.stdout;
  };
  const exported = async (...args: string[]) =>
    JSON.parse(await must("stack", "export", "--stack", stack, ...args)) as ExportedStack;
  const resources = async (...args: string[]) => (await exported(...args)).deployment.resources ?? [];
  const opened: TestStack = {
    place,
    async config(values, hidden = {}) {
      await made(world, values);
      const set = Object.entries(values).flatMap(([key, value]) =>
        value === undefined ? [] : ["--plaintext", `${key}=${value}`],
      );
      set.push(...Object.entries(hidden).flatMap(([key, value]) => ["--secret", `${key}=${value}`]));
      if (set.length > 0) await must("config", "set-all", "--stack", stack, ...set);
      const remove = Object.keys(values).filter((key) => values[key] === undefined);
      if (remove.length > 0) await must("config", "rm-all", "--stack", stack, ...remove);
    },
    async configure(words) {
      await must("config", ...words, "--stack", stack);
    },
    preview: (...args) => operate("preview", args),
    up: (...args) => operate("up", ["--yes", "--skip-preview", ...args]),
    refresh: (...args) => operate("refresh", ["--yes", "--skip-preview", ...args]),
    destroy: (...args) => operate("destroy", ["--yes", "--skip-preview", ...args]),
    outputs: async () =>
      JSON.parse(await must("stack", "output", "--stack", stack, "--json", "--show-secrets")) as Record<
        string,
        unknown
      >,
    exported,
    resources,
    async end() {
      rmSync(folder, { recursive: true, force: true });
    },
    async [Symbol.asyncDispose]() {
      await opened.end();
    },
  };
  await made(world, config);
  if (options.kept === undefined) await opened.config(config, secrets);
  return opened;
}

const modes = new WeakMap<TestWorld, Set<string>>();

/** Makes the operator's Cloudflare token anew, for what the stacks of a world do with their zones (README). */
async function made(world: TestWorld, config: Record<string, string | undefined>): Promise<void> {
  const zone = config["mastiff:zone"];
  const isBelow = zone !== undefined && zone !== config["mastiff:domain"];
  const mode = config["mastiff:zoneMode"] ?? (isBelow ? "shared" : "owned");
  const known = modes.get(world) ?? new Set(["owned"]);
  if (known.has(mode)) return;
  modes.set(world, known.add(mode));
  await controlOf(world.url)("PATCH", "dials", { cloudflare: { operatorModes: [...known] } });
}

function putBack(place: Workplace, { state, config }: { state: string; config: string }): void {
  const file = stackFile(place);
  mkdirSync(dirname(file), { recursive: true });
  // Without it the backend takes the folder for one of before there were projects.
  writeFileSync(join(place.target.backend, ".pulumi", "meta.yaml"), "version: 1\n");
  writeFileSync(file, state);
  writeFileSync(join(place.project, `Pulumi.${place.stack}.yaml`), config);
}

/**
 * Makes `project` a folder that looks like the program's: symlinks, so that modules keep their real paths, and a
 * config of its own, whose clouds are this world's.
 */
function layOut(program: string, project: string, world: TestWorld): void {
  if (installsMastiff(program)) {
    const modules = join(program, "node_modules");
    cpSync(program, project, { recursive: true, filter: (path) => path !== modules });
    if (existsSync(modules)) symlinkSync(modules, join(project, "node_modules"));
    else installInto(project);
    return;
  }
  mkdirSync(project);
  const own = new Set([".git", ".mastiff", "node_modules", "package.json"]);
  for (const entry of readdirSync(program)) {
    if (own.has(entry) || /^Pulumi\..+\.yaml$/.test(entry)) continue;
    symlinkSync(join(program, entry), join(project, entry));
  }
  if (installsMastiff(program)) {
    symlinkSync(join(program, "package.json"), join(project, "package.json"));
    installInto(project);
  } else
    for (const entry of ["node_modules", "package.json"])
      symlinkSync(join(root, entry), join(project, entry));
  const dev = join(program, `Pulumi.${devStack}.yaml`);
  if (!existsSync(dev)) return;
  const config = readFileSync(dev, "utf8")
    .replaceAll(`http://127.0.0.1:${devPort}`, world.url)
    // A test of backups or housekeeping says otherwise. All others neither wait for it nor look at what it makes.
    .replace(/^config:$/m, 'config:\n  mastiff:backup: "off"\n  mastiff:housekeeping: "off"');
  writeFileSync(join(project, `Pulumi.${devStack}.yaml`), config);
}

/** Whether the program is one of its own, which has this package among its dependencies. */
function installsMastiff(program: string): boolean {
  const file = join(program, "package.json");
  if (program === root || !existsSync(file)) return false;
  const { dependencies = {} } = JSON.parse(readFileSync(file, "utf8")) as { dependencies?: object };
  return "mastiff" in dependencies;
}

/** Gives a project every package of the checkout, and the checkout itself as `mastiff`. */
function installInto(project: string): void {
  const modules = join(project, "node_modules");
  mkdirSync(modules);
  for (const entry of readdirSync(join(root, "node_modules")))
    if (!entry.startsWith(".")) symlinkSync(join(root, "node_modules", entry), join(modules, entry));
  symlinkSync(root, join(modules, "mastiff"));
}
