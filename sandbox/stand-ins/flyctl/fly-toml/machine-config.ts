/**
 * The machine configs that a deployment derives from fly.toml: for one group, and for the release_command.
 *
 * Source: superfly/flyctl internal/appconfig/machines.go, service.go, toplevelcheck.go.
 */
import { readFileSync } from "node:fs";
import type { Data } from "../api/graphql.ts";
import type { Guest, MachineConfig, Mount } from "../api/machines.ts";
import { releaseCommandGroup } from "../api/machines.ts";
import { version } from "../cli/grammar.ts";
import { FlyError, messageOf, wrap } from "../go/errors.ts";
import { mergeFiles } from "../machine-flags.ts";
import { parseSize, withSize } from "../sizes.ts";
import { defaultProcess, flatten } from "./groups.ts";
import type { AppConfig } from "./load.ts";
import { splitCommand } from "./shlex.ts";

/** Metadata of every machine of a deployment. */
export function deployMetadata(group: string): Record<string, string> {
  return { fly_flyctl_version: version, fly_platform_version: "v2", fly_process_group: group };
}

/** The config of a group's machines. Values that fly.toml does not set come from `source`, the existing machine. */
export function machineConfig(config: AppConfig, group: string, source?: MachineConfig): MachineConfig {
  return update(flatten(config, group), structuredClone(source ?? {}));
}

function update(config: AppConfig, machine: MachineConfig): MachineConfig {
  const group = defaultProcess(config);
  const sections = config.sections;
  const experimental: Data = sections.experimental ?? {};
  machine.metrics = firstMetrics(sections.metrics);
  machine.init = {
    ...machine.init,
    exec: experimental.exec,
    entrypoint: experimental.entrypoint,
    cmd: commandOf(sections, group) ?? experimental.cmd,
    swap_size_mb: sections.swap_size_mb,
  };
  machine.metadata = { ...machine.metadata, ...deployMetadata(group) };
  machine.services = allServices(sections).map(toMachineService);
  machine.checks = topLevelChecks(sections, group);
  machine.env = {
    ...sections.env,
    FLY_PROCESS_GROUP: group,
    ...(sections.primary_region && { PRIMARY_REGION: sections.primary_region }),
  };
  machine.statics = (sections.statics as Data[] | undefined)?.map((item) => ({ ...item })) ?? [];
  machine.mounts = ((sections.mounts ?? []) as Data[]).map(toMount);
  machine.stop_config = stopConfig(sections);
  machine.files = machineFiles(config);
  const vm = (sections.vm as Data[] | undefined)?.[0];
  if (vm !== undefined) machine.guest = guestOf(vm, sections.host_dedication_id);
  machine.restart = undefined;
  for (const restart of (sections.restart ?? []) as Data[]) {
    machine.restart = { policy: restartPolicy(restart.policy), max_retries: restart.retries };
  }
  return machine;
}

function commandOf(sections: Data, group: string): string[] | undefined {
  const line: string = sections.processes?.[group] ?? "";
  if (line === "") return undefined;
  try {
    return splitCommand(line);
  } catch (error) {
    throw wrap(`could not parse command for ${group} process group`, error);
  }
}

function firstMetrics(metrics: Data[] | undefined): Data | undefined {
  const [first] = metrics ?? [];
  if (first === undefined) return undefined;
  const { processes: _, ...rest } = first;
  return rest;
}

/** [http_service] as a service, then [[services]]. */
export function allServices(sections: Data): Data[] {
  const http = sections.http_service as Data | undefined;
  return [...(http === undefined ? [] : [httpToService(http)]), ...((sections.services ?? []) as Data[])];
}

function httpToService(http: Data): Data {
  const options = http.http_options;
  return {
    protocol: "tcp",
    internal_port: http.internal_port,
    concurrency: http.concurrency,
    processes: http.processes,
    http_checks: http.checks,
    machine_checks: http.machine_checks,
    ports: [
      { port: 80, handlers: ["http"], force_https: http.force_https, http_options: options },
      { port: 443, handlers: ["http", "tls"], http_options: options, tls_options: http.tls_options },
    ],
    auto_stop_machines: http.auto_stop_machines,
    auto_start_machines: http.auto_start_machines,
    min_machines_running: http.min_machines_running,
  };
}

function toMachineService(service: Data): Data {
  const tcp = ((service.tcp_checks ?? []) as Data[]).map((check) => ({ ...check, type: "tcp" }));
  const http = ((service.http_checks ?? []) as Data[]).map((check) => ({
    ...check,
    type: "http",
    headers: headerList(check.headers),
  }));
  return {
    protocol: service.protocol,
    internal_port: service.internal_port,
    autostop: service.auto_stop_machines,
    autostart: service.auto_start_machines,
    min_machines_running: service.min_machines_running,
    ports: service.ports,
    checks: [...tcp, ...http],
    concurrency: service.concurrency,
  };
}

function headerList(headers: Record<string, string> | undefined): Data[] {
  return Object.entries(headers ?? {}).map(([name, value]) => ({ name, values: [value] }));
}

function topLevelChecks(sections: Data, group: string): Record<string, Data> {
  const checks: Record<string, Data> = {};
  for (const [name, check] of Object.entries((sections.checks ?? {}) as Record<string, Data>)) {
    const converted = toMachineCheck(check);
    if (converted.port === undefined && sections.http_service === undefined) {
      throw new FlyError(
        `Check '${name}' for process group '${group}' has no port set and the group has no http_service to take it from`,
      );
    }
    converted.port ??= sections.http_service?.internal_port;
    checks[name] = converted;
  }
  return checks;
}

/** A check of [checks] in the form of the machine config. */
export function toMachineCheck(check: Data): Data {
  if (check.type !== "http" && check.type !== "tcp") {
    throw new FlyError("Missing or invalid check type, must be 'http' or 'tcp'");
  }
  const { processes: _, headers, ...rest } = check;
  return {
    ...rest,
    ...(check.method !== undefined && { method: String(check.method).toUpperCase() }),
    headers: headerList(headers),
  };
}

function toMount(mount: Data): Mount {
  return {
    path: mount.destination,
    name: mount.source,
    extend_threshold_percent: mount.auto_extend_size_threshold,
    add_size_gb: sizeOrNone(mount.auto_extend_size_increment),
    size_gb_limit: sizeOrNone(mount.auto_extend_size_limit),
  };
}

function sizeOrNone(text: string | undefined): number {
  return text === undefined ? 0 : parseSize(text, "GB");
}

function stopConfig(sections: Data): { timeout?: string; signal?: string } | undefined {
  const { kill_signal: signal, kill_timeout: timeout } = sections;
  return signal === undefined && timeout === undefined ? undefined : { timeout, signal };
}

/** [[files]] with their content in base64, then the files of the flags. */
function machineFiles(config: AppConfig): Data[] {
  const own = ((config.sections.files ?? []) as Data[]).map((file) => {
    if (file.local_path) return { guest_path: file.guest_path, raw_value: readBase64(file.local_path) };
    if (file.secret_name) return { guest_path: file.guest_path, secret_name: file.secret_name };
    const raw = Buffer.from(file.raw_value ?? "").toString("base64");
    return { guest_path: file.guest_path, ...(file.raw_value && { raw_value: raw }) };
  });
  return mergeFiles(own, config.files ?? []);
}

function readBase64(path: string): string {
  try {
    return readFileSync(path).toString("base64");
  } catch (error) {
    const reason = messageOf(error).includes("ENOENT")
      ? `open ${path}: no such file or directory`
      : messageOf(error);
    throw new FlyError(`could not read file ${path}: ${reason}`);
  }
}

/** The size of a [[vm]]. */
export function guestOf(vm: Data, hostDedicationId?: string): Guest {
  const guest = withSize({}, vm.size || "shared-cpu-1x");
  if (hostDedicationId) guest.host_dedication_id = hostDedicationId;
  if (vm.memory) {
    guest.memory_mb = parseSize(vm.memory, "MB");
    if (guest.memory_mb === 0) throw new FlyError("memory cannot be zero");
  }
  const { size: _, memory: __, processes: ___, ...own } = vm;
  return { ...guest, ...own };
}

/** A restart policy of fly.toml in the form of the machine config. */
export function restartPolicy(policy: string): string {
  const policies: Record<string, string> = { always: "always", "on-failure": "on-failure", never: "no" };
  const found = policies[policy ?? ""];
  if (found === undefined) throw new FlyError(`invalid restart policy: ${policy ?? ""}`);
  return found;
}

/** The config of the machine for the release_command. */
export function releaseMachineConfig(config: AppConfig): MachineConfig {
  const sections = config.sections;
  const deploy: Data = sections.deploy ?? {};
  const vm = deploy.release_command_vm as Data | undefined;
  return {
    env: {
      ...sections.env,
      RELEASE_COMMAND: "1",
      FLY_PROCESS_GROUP: releaseCommandGroup,
      ...(sections.primary_region && { PRIMARY_REGION: sections.primary_region }),
    },
    init: {
      entrypoint: sections.experimental?.entrypoint,
      cmd: splitCommand(deploy.release_command ?? ""),
      swap_size_mb: sections.swap_size_mb,
    },
    ...(vm && { guest: guestOf(vm, sections.host_dedication_id) }),
    metadata: deployMetadata(releaseCommandGroup),
    files: machineFiles(config),
    auto_destroy: true,
    restart: { policy: "no" },
    dns: { skip_registration: true },
    stop_config: stopConfig(sections),
  };
}
