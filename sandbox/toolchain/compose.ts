/**
 * Puts the chosen parts into folders as the engine looks for them: one folder for PATH, one PULUMI_HOME.
 *
 * The engine takes a plugin without a warning in two places only (sdk/go/common/workspace/plugins.go,
 * getPluginInfoAndPath): beside its own executable, symlinks resolved, for the language host and
 * `pulumi-resource-pulumi-nodejs`; in PULUMI_HOME/plugins/<kind>-<name>-v<version>/ for all others. What it finds
 * on PATH alone it announces with "using … from $PATH". So an engine that lacks a neighbour gets a second name
 * (a hard link) in a folder that has them all.
 */
import { createHash } from "node:crypto";
import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { Engine } from "./engine.ts";
import { isExecutable } from "./executables.ts";
import type { Parts } from "./parts.ts";
import { pluginVersions, root, scratch } from "./paths.ts";

const dynamicProvider = "pulumi-resource-pulumi-nodejs";
const languageHost = "pulumi-language-nodejs";

/**
 * A folder with node, pulumi, its neighbours and flyctl, to be put first on PATH. Named after what is in it, so
 * that a world which runs already keeps its own when the parts change. Its path has no symlink in it: the engine
 * compares it with its executable's real one.
 */
export function composeBin(engine: Engine, parts: Parts): string {
  const real = realpathSync(engine.file);
  const { mtimeMs, size } = statSync(real);
  const identity = [real, mtimeMs, size, parts.host, parts.flyctl, process.execPath].join("\n");
  const bins = join(scratch, "bin");
  const folder = join(bins, createHash("sha256").update(identity).digest("hex").slice(0, 12));
  if (existsSync(folder)) return realpathSync(folder);

  const part = `${folder}.part-${process.pid}`;
  mkdirSync(part, { recursive: true });
  symlinkSync(process.execPath, join(part, "node"));
  if (isSelfContained(real, parts)) {
    symlinkSync(real, join(part, "pulumi"));
  } else {
    linkOrCopy(real, join(part, "pulumi"));
    symlinkSync(join(root, "node_modules/@pulumi/pulumi", dynamicProvider), join(part, dynamicProvider));
    if (parts.host !== undefined) symlinkSync(realpathSync(parts.host), join(part, languageHost));
  }
  if (parts.flyctl === undefined)
    writeLauncher(join(part, "flyctl"), join(root, "sandbox/stand-ins/flyctl/main.ts"));
  else symlinkSync(realpathSync(parts.flyctl), join(part, "flyctl"));
  put(part, folder);
  return realpathSync(folder);
}

/** Renames a finished folder to its final name; one that another process put there meanwhile is as good. */
function put(part: string, folder: string): void {
  try {
    renameSync(part, folder);
  } catch (error) {
    rmSync(part, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
}

/** Whether the engine stands among its own neighbours; a script that starts it elsewhere is taken at its word. */
function isSelfContained(engine: string, parts: Parts): boolean {
  if (isScript(engine)) return true;
  const hasProvider = isExecutable(join(dirname(engine), dynamicProvider));
  return (
    hasProvider &&
    (parts.host === undefined || realpathSync(parts.host) === join(dirname(engine), languageHost))
  );
}

function isScript(file: string): boolean {
  const start = Buffer.alloc(2);
  const open = openSync(file, "r");
  readSync(open, start, 0, 2, 0);
  closeSync(open);
  return start.toString() === "#!";
}

/** A second name for the same file; a copy where the cache is on another file system. */
function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
    chmodSync(to, 0o755);
  }
}

/** A program of that name which runs one of our TypeScript files with the node that runs now. */
function writeLauncher(file: string, script: string): void {
  writeFileSync(file, `#!/bin/sh\nexec ${quoted(process.execPath)} ${quoted(script)} "$@"\n`, {
    mode: 0o755,
  });
}

/** For sh. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Makes `home` a PULUMI_HOME that holds these plugins. Its folders are real ones: the engine skips symlinks there. */
export function composeHome(home: string, plugins: Parts["plugins"]): void {
  mkdirSync(join(home, "plugins"), { recursive: true });
  for (const [name, file] of Object.entries(plugins)) {
    const version = pluginVersions[name as keyof typeof pluginVersions];
    const folder = join(home, "plugins", `resource-${name}-v${version}`);
    if (existsSync(folder)) continue;
    mkdirSync(folder);
    symlinkSync(file, join(folder, `pulumi-resource-${name}`));
  }
}

/** A folder with bin/, as MASTIFF_OFFICIAL names one, that holds the official parts wherever they were found. */
export function composeOfficial(parts: Parts): string {
  const folder = join(scratch, "official");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, "bin"), { recursive: true });
  composeHome(join(folder, "home"), parts.plugins);
  const named = Object.entries(parts.plugins).map(
    ([name, file]) => [`pulumi-resource-${name}`, file] as const,
  );
  for (const [name, file] of [...named, [languageHost, parts.host], ["flyctl", parts.flyctl]] as const) {
    if (file !== undefined) symlinkSync(realpathSync(file), join(folder, "bin", name));
  }
  return folder;
}
