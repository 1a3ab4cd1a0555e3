/**
 * Builds the engine from its Go modules. engine/go.mod pins the engine and all its dependencies, and go.sum
 * has their checksums. So the build is the released program.
 *
 * Measured from empty caches: 4 to 6 minutes on two cores, 2.1 GB of memory, a binary of 160 MB; from a warm
 * build cache a few seconds.
 */
import { mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { execa } from "execa";
import { isAlive } from "./alive.ts";
import { isExecutable, onPath } from "./executables.ts";
import { root } from "./paths.ts";
import type { Step, Terminal } from "./terminal.ts";

const engineFolder = join(root, "sandbox/toolchain/engine");
const program = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";

/** Since 1.21, a Go that is too old for go.mod downloads the version that go.mod names. go.dev/doc/toolchain */
const oldestMinor = 21;

/** Finds a usable `go`. Undefined when there is none. */
export async function findGo(): Promise<string | undefined> {
  for (const go of [...onPath("go"), "/usr/local/go/bin/go"]) {
    if (!isExecutable(go)) continue;
    const { stdout } = await execa(go, ["env", "GOVERSION"], { cwd: root, reject: false });
    const minor = /^go1\.(\d+)/.exec(stdout ?? "")?.[1];
    if (minor !== undefined && Number(minor) >= oldestMinor) return go;
  }
  return undefined;
}

/** What to build, with which Go, and where to put it. */
export interface Build {
  go: string;
  /** The file exists only when the build is complete. */
  target: string;
  /** Without the v. */
  version: string;
  terminal: Terminal;
}

/** Builds the engine. @throws Error with the compiler's last lines when the build fails. */
export async function buildEngine({ go, target, version, terminal }: Build): Promise<void> {
  const step = terminal.step(`engine: building pulumi ${version} from Go modules, about 5 minutes, once`);
  const part = `${target}.part-${process.pid}`;
  mkdirSync(dirname(target), { recursive: true });
  sweep(target);
  try {
    const total = await fetchModules(go, version, step);
    await compile(go, version, part, total, step);
    renameSync(part, target);
    step.done(`engine: built pulumi ${version}`);
  } catch (error) {
    step.fail(`engine: building pulumi ${version} failed`);
    throw error;
  } finally {
    rmSync(part, { force: true });
  }
}

/** Removes the files of killed builds. */
function sweep(target: string): void {
  for (const name of readdirSync(dirname(target))) {
    const pid = name.startsWith(`${basename(target)}.part-`) ? Number(name.split("-").at(-1)) : undefined;
    if (pid !== undefined && !isAlive(pid)) rmSync(join(dirname(target), name), { force: true });
  }
}

/** Downloads the engine's modules. Resolves to the number of its packages. */
async function fetchModules(go: string, version: string, step: Step): Promise<number> {
  let modules = 0;
  const list = await runGo(go, ["list", "-deps", program], (line) => {
    if (!line.startsWith("go: downloading ")) return;
    modules += 1;
    step.update(`engine: pulumi ${version} from Go modules, ${modules} modules fetched`);
  });
  return list.split("\n").filter((line) => line !== "").length;
}

async function compile(go: string, version: string, out: string, total: number, step: Step): Promise<void> {
  const began = Date.now();
  let compiled = 0;
  const args = ["build", "-v", "-o", out];
  args.push("-ldflags", `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${version}`, program);
  // `-v` names each package when it is compiled. Packages from the build cache are not named.
  await runGo(go, args, () => {
    compiled += 1;
    const seconds = Math.round((Date.now() - began) / 1000);
    step.update(`engine: pulumi ${version} from Go modules, ${compiled} of ${total} packages, ${seconds} s`);
  });
}

/** Runs go in the engine's module. Resolves to its stdout; each line of stderr goes to `onLine`. */
async function runGo(go: string, args: string[], onLine: (line: string) => void): Promise<string> {
  const child = execa(go, args, {
    cwd: engineFolder,
    // The user's workspace and vendor settings are for other modules.
    env: { GOWORK: "off", GOFLAGS: "-mod=readonly" },
    stdin: "ignore",
    reject: false,
  });
  const last: string[] = [];
  for await (const line of child.iterable({ from: "stderr" })) {
    onLine(line);
    last.push(line);
    if (last.length > 20) last.shift();
  }
  const { exitCode, signal, stdout } = await child;
  if (exitCode === 0) return stdout;
  const how = exitCode === undefined ? `was ended by ${signal}` : `exited with ${exitCode}`;
  throw new Error(`go ${args[0]} ${how}:\n${last.join("\n")}`);
}
