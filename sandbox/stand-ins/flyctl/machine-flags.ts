/**
 * The machine config that the flags of `machine run` and `machine update` describe.
 *
 * Source: superfly/flyctl internal/command/machine/run.go (determineMachineConfig), internal/command/command_run.go.
 */
import { existsSync, readFileSync } from "node:fs";
import { isAbsolute } from "node:path";
import type { Data } from "./api/graphql.ts";
import type { MachineConfig, Mount } from "./api/machines.ts";
import { queries } from "./api/queries.ts";
import { splitCommand } from "./fly-toml/shlex.ts";
import { FlyError, messageOf, wrap } from "./go/errors.ts";
import { determineServices } from "./machine-ports.ts";
import type { Run } from "./run.ts";
import { guestOfFlags, parseSize } from "./sizes.ts";

/** The starting point. */
export interface FlagInput {
  start: MachineConfig;
  app: string;
  region: string;
  /** True for `machine update`: the command is a flag, not the arguments. */
  updating: boolean;
}

/** The config with the flags applied. */
export async function configOfFlags(run: Run, input: FlagInput): Promise<MachineConfig> {
  const config = { ...input.start };
  if (run.string("machine-config") !== "") mergeMachineConfig(config, run.string("machine-config"));
  config.guest = guestOfFlags(run, config.guest);
  const kernelArgs = run.list("kernel-arg");
  if (kernelArgs.length > 0) config.guest.kernel_args = kernelArgs;
  applyStorage(run, config);
  config.env = { ...config.env, ...pairs(run, "env") };
  if (run.string("schedule") !== "") config.schedule = run.string("schedule");
  applyCommand(run, config, input.updating);
  if (run.has("skip-dns-registration")) {
    config.dns = { ...config.dns, skip_registration: run.bool("skip-dns-registration") };
  }
  config.metadata = { ...config.metadata, ...pairs(run, "metadata") };
  config.services = determineServices(run, config.services ?? []);
  if (run.string("entrypoint") !== "") {
    config.init = { ...config.init, entrypoint: words(run.string("entrypoint"), "invalid entrypoint") };
  }
  applyRestart(run, config, input.updating);
  config.mounts = await mounts(run, input, config.mounts ?? []);
  applyServiceFlags(run, config.services);
  if (run.has("standby-for")) {
    config.standbys = run.list("standby-for");
    config.env.FLY_STANDBY_FOR = config.standbys.join(",");
  }
  config.files = mergeFiles(config.files ?? [], filesOfFlags(run));
  return config;
}

/** JSON in a file or as text. It replaces the values that it contains (containerconfig and config.ParseConfig). */
function mergeMachineConfig(config: MachineConfig, text: string): void {
  const json = existsSync(text) ? readFileSync(text, "utf8") : text;
  try {
    Object.assign(config, JSON.parse(json));
  } catch (error) {
    throw new FlyError(`invalid machine config ${text}: ${messageOf(error)}`);
  }
}

function applyStorage(run: Run, config: MachineConfig): void {
  if (run.has("rootfs-persist") || run.has("rootfs-size")) {
    throw new FlyError("--rootfs-persist and --rootfs-size are not served by the stand-in flyctl");
  }
  if (run.has("cachedrive-size"))
    throw new FlyError("--cachedrive-size is not served by the stand-in flyctl");
  if (!run.has("swap-size")) return;
  let size: number;
  try {
    size = parseSize(run.string("swap-size"), "MB");
  } catch (error) {
    throw wrap("invalid swap size", error);
  }
  if (size <= 0) throw new FlyError("--swap-size must be greater than zero");
  config.init = { ...config.init, swap_size_mb: size };
}

function pairs(run: Run, flag: string): Record<string, string> {
  const found = run.list(flag).map((pair) => {
    const at = pair.indexOf("=");
    if (at < 0) throw new FlyError(`invalid key/value pairs specified for flag ${flag}`);
    return [pair.slice(0, at), pair.slice(at + 1)] as const;
  });
  return Object.fromEntries(found);
}

function words(line: string, failed: string): string[] {
  try {
    return splitCommand(line);
  } catch (error) {
    throw wrap(failed, error);
  }
}

function applyCommand(run: Run, config: MachineConfig, updating: boolean): void {
  if (!updating) {
    if (run.args.length > 1) config.init = { ...config.init, cmd: run.args.slice(1) };
    return;
  }
  if (!run.has("command")) return;
  const line = run.string("command").trim();
  const { cmd: _, ...init } = config.init ?? {};
  config.init = line === "" ? init : { ...init, cmd: words(line, "invalid command") };
}

function applyRestart(run: Run, config: MachineConfig, updating: boolean): void {
  const policy = run.string("restart");
  switch (policy) {
    case "no":
    case "on-failure":
    case "always":
      config.restart = { policy };
      return;
    case "on-fail":
      run.warn("The 'on-fail' restart policy is deprecated. Use 'on-failure' instead.");
      config.restart = { policy: "on-failure" };
      return;
    case "":
      if (run.has("restart")) config.restart = undefined;
      else if (config.auto_destroy) config.restart = { policy: "no" };
      else if (!updating && config.schedule) config.restart = { policy: "on-failure" };
      return;
    default:
      throw new FlyError("invalid restart provided");
  }
}

async function mounts(run: Run, input: FlagInput, all: Mount[]): Promise<Mount[]> {
  const result = all.map((mount) => ({ ...mount }));
  let free: Map<string, string[]> | undefined;
  for (const text of run.list("volume")) {
    const [name = "", path] = text.split(":");
    if (path === undefined) throw new FlyError(`Can't infer volume and mount path from '${text}'`);
    let id = name;
    if (!name.startsWith("vol_")) {
      free ??= await unattached(run, input);
      const next = free.get(name)?.shift();
      if (next === undefined) throw new FlyError(`not enough unattached volumes for '${name}'`);
      id = next;
    }
    const known = result.find((mount) => mount.path === path);
    if (known !== undefined) known.volume = id;
    else result.push({ volume: id, path });
  }
  return result;
}

async function unattached(run: Run, { app, region }: FlagInput): Promise<Map<string, string[]>> {
  const code: string =
    region || ((await run.graphql.run(queries.getNearestRegion)).nearestRegion?.code ?? "");
  let volumes: Data[];
  try {
    const path = `/apps/${app}/volumes`;
    volumes = (await run.flaps.wrapped("failed to list volumes", "GET", path)) as unknown as Data[];
  } catch (error) {
    throw wrap("Error fetching application volumes", error);
  }
  const mine = volumes.filter(
    (one) => !one.attached_machine_id && !one.attached_alloc_id && one.region === code,
  );
  if (mine.length === 0) throw new FlyError(`No unattached volumes in region '${code}'`);
  const byName = new Map<string, string[]>();
  for (const one of mine) byName.set(one.name, [...(byName.get(one.name) ?? []), one.id]);
  return byName;
}

function applyServiceFlags(run: Run, services: Data[]): void {
  for (const service of services) {
    if (run.has("autostop")) service.autostop = autostop(run.string("autostop"));
    if (run.has("autostart")) service.autostart = run.bool("autostart");
  }
}

function autostop(text: string): boolean | string {
  if (/^(1|t|true|stop)$/i.test(text)) return true;
  if (/^(0|f|false|off)$/i.test(text)) return false;
  if (text === "suspend") return text;
  throw new FlyError(`invalid autostop value "${text}"`);
}

/** The files of `--file-local`, `--file-literal` and `--file-secret`. */
export function filesOfFlags(run: Run): Data[] {
  const files: Data[] = [];
  for (const kind of ["file-local", "file-literal", "file-secret"]) {
    for (const text of run.list(kind)) {
      try {
        files.push(fileOf(kind, text));
      } catch (error) {
        throw wrap(`failed to read ${kind}`, error);
      }
    }
  }
  return files;
}

function fileOf(kind: string, text: string): Data {
  const at = text.indexOf("=");
  if (at < 0) throw new FlyError(`invalid ${kind} argument ${text}`);
  const [path, value] = [text.slice(0, at), text.slice(at + 1)];
  if (!isAbsolute(path)) throw new FlyError(`guest path, ${path}, must be absolute`);
  if (value === "") return { guest_path: path };
  if (kind === "file-secret") return { guest_path: path, secret_name: value };
  if (kind === "file-literal") return { guest_path: path, raw_value: Buffer.from(value).toString("base64") };
  try {
    return { guest_path: path, raw_value: readFileSync(value).toString("base64") };
  } catch {
    throw new FlyError(`could not read file ${value}: open ${value}: no such file or directory`);
  }
}

/** Adds files. A file without content removes the file with that path (fly-go fly.go: MergeFiles). */
export function mergeFiles(all: Data[], more: Data[]): Data[] {
  const result = [...all];
  for (const file of more) {
    const at = result.findIndex((one) => one.guest_path === file.guest_path);
    const empty = file.raw_value === undefined && file.secret_name === undefined;
    if (at < 0) result.push(file);
    else result.splice(at, 1, ...(empty ? [] : [file]));
  }
  return result;
}
