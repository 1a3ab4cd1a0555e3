/** `config validate`, `config show`, `config save`. Source: superfly/flyctl internal/command/config. */
import { existsSync, statSync, writeFileSync } from "node:fs";
import { extname, join, relative, resolve } from "node:path";
import { loadConfigIfPresent, requireAppName } from "../app-name.ts";
import { type AppConfig, loadConfig, loadPatched } from "../fly-toml/load.ts";
import { remoteConfig } from "../fly-toml/remote.ts";
import { strictFindings } from "../fly-toml/strict.ts";
import { validate } from "../fly-toml/validate.ts";
import { asJson, asToml } from "../fly-toml/write.ts";
import { FlyError, NonInteractive, wrap } from "../go/errors.ts";
import type { Command, Run } from "../run.ts";
import { requireSession } from "../session.ts";

async function validateFile(run: Run): Promise<void> {
  requireSession(run);
  const appName = requireAppName(run);
  const config = loadConfigIfPresent(run) ?? (await remoteConfig(run, appName));
  const strict = run.bool("strict");
  const patched = strict ? readPatched(config, run.shell.cwd) : {};
  if (config.error !== undefined) throw config.error;
  const verdict = validate(config);
  run.print(verdict.text);
  let error = verdict.valid ? undefined : "App configuration is not valid";
  const findings = strict ? strictFindings(patched) : "";
  if (findings !== "") {
    run.print(`\nStrict validation found unrecognised sections or keys:\n${findings}\n\n`);
    error ??= "strict validation failed";
  }
  if (error !== undefined) throw new FlyError(error);
}

function readPatched(config: AppConfig, cwd: string) {
  try {
    return loadPatched(config.path, cwd);
  } catch (error) {
    throw wrap("failed to load config for strict validation", error);
  }
}

async function show(run: Run): Promise<void> {
  requireSession(run);
  const appName = requireAppName(run);
  const local = loadConfigIfPresent(run);
  if (run.bool("local") && local === undefined) throw new FlyError("No local fly.toml found");
  const config = run.bool("local") && local !== undefined ? local : await remoteConfig(run, appName);
  if (run.bool("yaml")) throw new FlyError("YAML is not served by the stand-in flyctl");
  run.out(run.bool("toml") ? asToml(config, new Date()) : asJson(config));
}

async function save(run: Run): Promise<void> {
  requireSession(run);
  const appName = requireAppName(run);
  const config = await remoteConfig(run, appName);
  if (run.bool("yaml")) throw new FlyError("YAML is not served by the stand-in flyctl");
  let path = resolve(run.string("config") || ".");
  if (existsSync(path) && statSync(path).isDirectory()) path = join(path, "fly.toml");
  if (run.bool("json")) path = `${path.slice(0, path.length - extname(path).length)}.json`;
  if (existsSync(path) && !run.bool("yes")) throw new NonInteractive();
  const before = existsSync(path) ? loadConfig(path, run.shell.cwd).sections.build : undefined;
  if (before !== undefined) config.sections.build = before;
  writeFileSync(path, run.bool("json") ? asJson(config) : asToml(config, new Date()));
  run.print(`Wrote config file ${relative(run.shell.cwd, path)}`);
}

export const commands: Record<string, Command> = {
  "config validate": validateFile,
  "config show": show,
  "config save": save,
};
