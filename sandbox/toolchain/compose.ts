/**
 * Puts the chosen parts into folders as the engine expects them: one folder for PATH, and one PULUMI_HOME.
 *
 * The engine accepts a plugin without a warning in two places only (sdk/go/common/workspace/plugins.go,
 * getPluginInfoAndPath). The language host and `pulumi-resource-pulumi-nodejs` have to be beside the engine's
 * own executable, with symlinks resolved. All other plugins have to be in
 * PULUMI_HOME/plugins/<kind>-<name>-v<version>/. For a plugin that it finds on PATH alone, the engine prints
 * "using … from $PATH". So an engine that lacks one of the two neighbours gets a second name (a hard link) in
 * a folder that contains both.
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
 * Makes a folder with node, pulumi, its neighbours and flyctl, to be put first on PATH. The folder's name is
 * a digest of its parts, so that a running world keeps its folder when the parts change. Its path contains no
 * symlink, because the engine compares the path with the resolved path of its executable.
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

/**
 * Renames a finished folder to its final name. If another process has made the folder in the meantime, that
 * folder is used.
 */
function put(part: string, folder: string): void {
  try {
    renameSync(part, folder);
  } catch (error) {
    rmSync(part, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
}

/**
 * Whether the engine's own folder contains its neighbours. A script may start an engine in another folder, so
 * a script is assumed to have them.
 */
function isSelfContained(engine: string, parts: Parts): boolean {
  if (isScript(engine)) return true;
  const hasProvider = isExecutable(join(dirname(engine), dynamicProvider));
  return (
    hasProvider &&
    (parts.host === undefined || realpathSync(parts.host) === join(dirname(engine), languageHost))
  );
}

/** Whether a program is a script, by its first two bytes. */
export function isScript(file: string): boolean {
  const start = Buffer.alloc(2);
  const open = openSync(file, "r");
  readSync(open, start, 0, 2, 0);
  closeSync(open);
  return start.toString() === "#!";
}

/** Makes a hard link, or a copy when the cache is on another file system. */
export function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
    chmodSync(to, 0o755);
  }
}

/** Writes a program that runs one of the project's TypeScript files with the current node. */
function writeLauncher(file: string, script: string): void {
  writeFileSync(file, `#!/bin/sh\nexec ${quoted(process.execPath)} ${quoted(script)} "$@"\n`, {
    mode: 0o755,
  });
}

/** Quotes a text for sh. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/**
 * Makes `home` a PULUMI_HOME that contains these plugins. The plugins' folders are real folders, because the
 * engine skips symlinks there.
 */
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

/**
 * Makes a folder of official parts with bin/, in the form that MASTIFF_OFFICIAL expects, from wherever the
 * parts were found.
 */
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
