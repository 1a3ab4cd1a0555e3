/** Where things are kept, and the versions that everything here is pinned to. */
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * What this checkout makes for itself: worlds, composed folders, compile cache. Ignored by git, safe to delete.
 * MASTIFF_SCRATCH names another folder, which is a second set of worlds.
 */
export const scratch = process.env.MASTIFF_SCRATCH || join(root, ".mastiff");

/** What all checkouts of this user share: engines and plugins, each under its version. */
export const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "mastiff");

const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  dependencies: Record<string, string>;
};

/** The version that package.json pins a package to. */
function pinned(name: string): string {
  const version = manifest.dependencies[name];
  if (version === undefined) throw new Error(`package.json pins no ${name}`);
  return version;
}

/** The engine goes with its SDK: the same version, to the digit. */
export const engineVersion = pinned("@pulumi/pulumi");

/** The provider plugins by name, each in the version of its npm package. */
export const pluginVersions: Readonly<Record<PluginName, string>> = {
  cloudflare: pinned("@pulumi/cloudflare"),
  command: pinned("@pulumi/command"),
  random: pinned("@pulumi/random"),
  tls: pinned("@pulumi/tls"),
};

/** A provider plugin that the program needs. */
export type PluginName = "cloudflare" | "command" | "random" | "tls";

/** All of them, in the order in which they are named on screen. */
export const pluginNames = ["cloudflare", "command", "random", "tls"] as const satisfies PluginName[];
