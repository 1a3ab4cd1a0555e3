/**
 * Provides the engine: `pulumi` in exactly the version of the SDK that package.json pins.
 *
 * There are three sources, tried in this order: PATH, the official download, and a build of the same program
 * from its Go modules (which needs only a module proxy). Downloads and builds are kept in the user's cache,
 * so only the first checkout waits for them.
 */
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { onPath } from "./executables.ts";
import { buildEngine, findGo } from "./go-build.ts";
import { cache, engineVersion } from "./paths.ts";
import { reachable } from "./reach.ts";
import type { Terminal } from "./terminal.ts";

/** Source of the engine. "auto" takes the first one that works. */
export type EngineChoice = "auto" | "path" | "download" | "build";

/** An engine that is ready to run. */
export interface Engine {
  /** The executable. */
  file: string;
  /** Source of the engine, shown on the screen. */
  origin: "path" | "download" | "build";
}

const downloaded = join(cache, `pulumi-${engineVersion}-download`);
const built = join(cache, `pulumi-${engineVersion}`, "pulumi");

/**
 * Finds, downloads or builds the engine.
 * @throws Error that names every remedy when no source has the engine.
 */
export async function findEngine(choice: EngineChoice, terminal: Terminal): Promise<Engine> {
  const may = (way: EngineChoice) => choice === "auto" || choice === way;
  if (may("path")) {
    for (const file of onPath("pulumi")) {
      const version = await versionOf(file);
      if (version === engineVersion) return { file, origin: "path" };
      terminal.info(`engine: ${file} is ${version ?? "no pulumi"}, wanted is ${engineVersion}: passed over`);
    }
  }
  const download = join(downloaded, "bin", "pulumi");
  if (may("download") && existsSync(download)) return { file: download, origin: "download" };
  // A cached build is preferred to a new download.
  if (may("build") && existsSync(built)) return { file: built, origin: "build" };
  if (may("download") && (await downloadEngine(terminal))) return { file: download, origin: "download" };
  if (may("build")) {
    const go = await findGo();
    if (go !== undefined) {
      await buildEngine({ go, target: built, version: engineVersion, terminal });
      return { file: built, origin: "build" };
    }
  }
  throw new Error(`There is no pulumi ${engineVersion} here, and no way to get one (tried: ${choice}). One of these helps:
  put pulumi ${engineVersion} on PATH       https://www.pulumi.com/docs/install/versions/
  connect to the internet          then it is downloaded
  install Go 1.21 or newer         then it is built from Go modules, once, in about five minutes`);
}

/** The version that a `pulumi` reports, without the v. Undefined when it reports none. */
async function versionOf(file: string): Promise<string | undefined> {
  const run = await execa(file, ["version"], {
    env: { PULUMI_SKIP_UPDATE_CHECK: "true" },
    reject: false,
    timeout: 20_000,
  });
  return /^v(\d+\.\d+\.\d+\S*)$/.exec(run.stdout?.trim() ?? "")?.[1];
}

/** Downloads the official release into the cache. False when its site does not answer or the download fails. */
async function downloadEngine(terminal: Terminal): Promise<boolean> {
  if (!(await reachable("https://get.pulumi.com/"))) return false;
  const step = terminal.step(`engine: downloading pulumi ${engineVersion}`);
  const part = `${downloaded}.part-${process.pid}`;
  try {
    mkdirSync(part, { recursive: true });
    // Imported here because the import takes a second and is not needed once the engine is in the cache.
    const { PulumiCommand } = await import("@pulumi/pulumi/automation/index.js");
    // Without an argument, `install` takes the version of the SDK.
    await PulumiCommand.install({ root: part });
    // The rename comes last, so a folder with the final name is complete.
    rmSync(downloaded, { recursive: true, force: true });
    renameSync(part, downloaded);
    step.done(`engine: downloaded pulumi ${engineVersion}`);
    return true;
  } catch (error) {
    step.fail(`engine: the download failed: ${error instanceof Error ? error.message : error}`);
    return false;
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
}
