import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";

/** A provider plugin that an installed package asks for. */
export interface RequiredPackage {
  name: string;
  kind: "resource";
  /** With a leading `v`. */
  version: string;
  /** Where to download it; empty = the default place. */
  server: string;
}

interface Manifest {
  name?: string;
  version?: string;
  pulumi?: { resource?: boolean; name?: string; version?: string; server?: string };
}

/** Folders that hold no packages and may be large. */
const skipped = new Set([".git", ".pnpm-store"]);

/**
 * The plugins of the packages under a program's folder: each package.json below a node_modules with
 * `"pulumi": { "resource": true }`. Policy packs are left out: their plugins are not the program's.
 *
 * @see pulumi/pulumi: sdk/nodejs/cmd/pulumi-language-nodejs/main.go, getPackagesFromDir
 */
export async function requiredPackages(programDirectory: string): Promise<RequiredPackage[]> {
  const visited = new Set<string>();

  const walk = async (directory: string, inNodeModules: boolean): Promise<RequiredPackage[]> => {
    const path = resolve(directory);
    if (visited.has(path)) return [];
    visited.add(path);
    const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
    if (
      path !== resolve(programDirectory) &&
      entries.some(({ name }) => /^PulumiPolicy\.(ya?ml|json)$/.test(name))
    ) {
      return [];
    }
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    const below = inNodeModules || basename(path) === "node_modules";
    const found = await Promise.all(
      entries.map(async (entry) => {
        const current = join(path, entry.name);
        if (skipped.has(entry.name)) return [];
        if (entry.isDirectory()) return await walk(current, below);
        if (entry.isSymbolicLink()) {
          const target = await realpath(current).catch(() => undefined);
          if (target === undefined) return [];
          return (await stat(target)).isDirectory() ? await walk(target, below) : [];
        }
        return inNodeModules && entry.name === "package.json" ? await packageOf(current) : [];
      }),
    );
    return found.flat();
  };

  return await walk(programDirectory, false);
}

async function packageOf(path: string): Promise<RequiredPackage[]> {
  let manifest: Manifest | null;
  try {
    manifest = JSON.parse(await readFile(path, "utf8"));
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
