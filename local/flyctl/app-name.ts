/**
 * Which app a command is about: `-a`, else FLY_APP, else the `app` of fly.toml.
 *
 * Source: superfly/flyctl internal/command/command.go (RequireAppName, LoadAppConfigIfPresent).
 */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { type AppConfig, loadConfig } from "./fly-toml/load.ts";
import { FlyError, wrap } from "./go/errors.ts";
import type { Run } from "./run.ts";

/** The app's name, or the error that none is given. */
export function requireAppName(run: Run): string {
  const config = loadConfigIfPresent(run);
  const name = run.string("app") || run.env.FLY_APP || config?.appName || "";
  if (name !== "") return name;
  throw new FlyError(
    "the config for your app is missing an app name, add an app field to the fly.toml file or specify with the -a flag",
  );
}

/** The fly.toml of `-c` or of the working directory; a broken one is an error even where `-a` names the app. */
export function loadConfigIfPresent(run: Run): AppConfig | undefined {
  const given = run.string("config");
  const folder = run.line.path === "deploy" && run.args[0] ? run.args[0] : process.cwd();
  const paths = given
    ? [given, join(given, "fly.toml")]
    : ["fly.toml", "fly.json", "fly.yaml"].map((name) => join(folder, name));
  for (const path of paths) {
    if (!existsSync(path) || (path !== given && statSync(path).isDirectory())) continue;
    if (statSync(path).isDirectory()) {
      if (existsSync(join(path, "fly.toml"))) continue;
      throw new FlyError(`failed loading app config from ${path}: read ${path}: is a directory`);
    }
    try {
      return loadConfig(path);
    } catch (error) {
      throw wrap(`failed loading app config from ${path}`, error);
    }
  }
  if (!given) return undefined;
  const also = join(given, "fly.toml");
  throw new FlyError(`config file not found at specified path: ${given} (also tried: ${also})`);
}
