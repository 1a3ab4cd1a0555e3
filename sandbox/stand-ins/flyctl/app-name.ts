/**
 * The app of a command: `-a`, else FLY_APP, else the `app` of fly.toml.
 *
 * Source: superfly/flyctl internal/command/command.go (RequireAppName, LoadAppConfigIfPresent).
 */
import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { type AppConfig, loadConfig } from "./fly-toml/load.ts";
import { FlyError, wrap } from "./go/errors.ts";
import { type Run, warnLabel } from "./run.ts";

/**
 * The app's name.
 *
 * @throws FlyError if none is given.
 */
export function requireAppName(run: Run): string {
  const config = loadConfigIfPresent(run);
  const name = run.string("app") || run.env.FLY_APP || config?.appName || "";
  if (name !== "") return name;
  throw new FlyError(
    "the config for your app is missing an app name, add an app field to the fly.toml file or specify with the -a flag",
  );
}

const loaded = new WeakMap<Run, AppConfig | undefined>();

/** The fly.toml of `-c` or of the working directory. A broken file is an error even if `-a` names the app. */
export function loadConfigIfPresent(run: Run): AppConfig | undefined {
  if (!loaded.has(run)) loaded.set(run, load(run));
  return loaded.get(run);
}

function load(run: Run): AppConfig | undefined {
  const given = run.string("config");
  const folder = run.line.path === "deploy" && run.args[0] ? run.args[0] : run.shell.cwd;
  const paths = given
    ? [given, join(given, "fly.toml")]
    : ["fly.toml", "fly.json", "fly.yaml"].map((name) => join(folder, name));
  for (const path of paths) {
    const file = resolve(run.shell.cwd, path);
    if (!existsSync(file)) continue;
    try {
      // A folder is not accepted, even if it contains a config file.
      if (statSync(file).isDirectory()) throw new FlyError(`read ${path}: is a directory`);
      const config = loadConfig(path, run.shell.cwd);
      if (config.error !== undefined) {
        run.warn(`${warnLabel} WARNING the config file at '${path}' is not valid: ${config.error.message}`);
      }
      return config;
    } catch (error) {
      throw wrap(`failed loading app config from ${path}`, error);
    }
  }
  if (!given) return undefined;
  const also = join(given, "fly.toml");
  throw new FlyError(`config file not found at specified path: ${given} (also tried: ${also})`);
}
