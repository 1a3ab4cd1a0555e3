/** The toolchain's folders, and the versions that package.json pins. */
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Folder of the checkout. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * Folder for what this checkout generates: worlds, composed folders, compile cache. Ignored by git, and safe
 * to delete. MASTIFF_SCRATCH names another folder, and thereby a second set of worlds.
 */
export const scratch = process.env.MASTIFF_SCRATCH || join(root, ".mastiff");

/** Folder that all checkouts of this user share: engines and plugins, each under its version. */
export const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "mastiff");

const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  dependencies: Record<string, string>;
};

/** The version to which package.json pins a package. */
function pinned(name: string): string {
  const version = manifest.dependencies[name];
  if (version === undefined) throw new Error(`package.json pins no ${name}`);
  return version;
}

/** The engine must have exactly the version of its SDK. */
export const engineVersion = pinned("@pulumi/pulumi");

/** Versions of the provider plugins: those of their npm packages. */
export const pluginVersions: Readonly<Record<PluginName, string>> = {
  cloudflare: pinned("@pulumi/cloudflare"),
  command: pinned("@pulumi/command"),
  random: pinned("@pulumi/random"),
  tls: pinned("@pulumi/tls"),
};

/** A provider plugin that the program needs. */
export type PluginName = "cloudflare" | "command" | "random" | "tls";

/** All plugins, in the order in which the screen names them. */
export const pluginNames = ["cloudflare", "command", "random", "tls"] as const satisfies PluginName[];
