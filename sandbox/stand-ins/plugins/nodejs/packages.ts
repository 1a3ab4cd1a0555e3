import { type Dirent, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";

/** A provider plugin that an installed package requires. */
export interface RequiredPackage {
  name: string;
  kind: "resource";
  /** With a leading `v`. */
  version: string;
  /** Address of the download. Empty: the default address. */
  server: string;
}

interface Manifest {
  name?: string;
  version?: string;
  pulumi?: { resource?: boolean; name?: string; version?: string; server?: string };
}

/** Folders without packages that may be large. */
const skipped = new Set([".git", ".pnpm-store"]);

/**
 * The plugins of the packages under a program's folder: each package.json below a node_modules with
 * `"pulumi": { "resource": true }`. Policy packs are left out, because their plugins do not belong to the
 * program.
 *
 * @see pulumi/pulumi: sdk/nodejs/cmd/pulumi-language-nodejs/main.go, getPackagesFromDir
 */
export function requiredPackages(programDirectory: string): RequiredPackage[] {
  const visited = new Set<string>();

  const walk = (directory: string | undefined, inNodeModules: boolean): RequiredPackage[] => {
    if (directory === undefined) return [];
    const path = resolve(directory);
    if (visited.has(path)) return [];
    visited.add(path);
    const entries = entriesOf(path);
    if (
      path !== resolve(programDirectory) &&
      entries.some(({ name }) => /^PulumiPolicy\.(ya?ml|json)$/.test(name))
    ) {
      return [];
    }
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    const below = inNodeModules || basename(path) === "node_modules";
    // In sequence: a folder that is reachable by several paths counts at its first path.
    const found: RequiredPackage[] = [];
    for (const entry of entries) {
      const current = join(path, entry.name);
      if (skipped.has(entry.name)) continue;
      if (entry.isDirectory()) found.push(...walk(current, below));
      else if (entry.isSymbolicLink()) found.push(...walk(targetFolder(current), below));
      else if (inNodeModules && entry.name === "package.json") found.push(...packageOf(current));
    }
    return found;
  };

  return walk(programDirectory, false);
}

function entriesOf(path: string): Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** The folder that a link leads to; undefined if it leads to none. */
function targetFolder(link: string): string | undefined {
  try {
    const target = realpathSync(link);
    return statSync(target).isDirectory() ? target : undefined;
  } catch {
    return undefined;
  }
}

function packageOf(path: string): RequiredPackage[] {
  let manifest: Manifest | null;
  try {
    manifest = JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return [];
  }
  if (manifest?.pulumi?.resource !== true) return [];
  const { pulumi } = manifest;
  const name =
    pulumi.name || (manifest.name?.startsWith("@pulumi/") ? manifest.name.slice("@pulumi/".length) : "");
  const version = pulumi.version || manifest.version || "";
  if (name === "" || version === "") return [];
  return [
    {
      name,
      kind: "resource",
      version: version.startsWith("v") ? version : `v${version}`,
      server: pulumi.server ?? "",
    },
  ];
}
