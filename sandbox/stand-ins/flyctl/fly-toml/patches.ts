/** Replaces old spellings of fly.toml by current ones. Source: superfly/flyctl internal/appconfig/patches.go. */
import type { Data } from "../api/graphql.ts";
import { formatDuration } from "../go/duration.ts";
import { FlyError } from "../go/errors.ts";
import { isObject } from "../go/json.ts";

const second = 1e9;
const millisecond = 1e6;

/** Patches the sections in place and returns them. */
export function patchAll(config: Data): Data {
  if (config.env !== undefined) config.env = patchEnv(config.env);
  if (config.services !== undefined) {
    const services = listOfMaps(config.services, "services").map(patchService);
    config.services = services.filter((service) => Object.keys(service).length > 0);
  }
  patchProcesses(config);
  patchExperimental(config);
  patchChecks(config);
  config.vm = joined(config, ["compute", "computes", "vm"], "compute");
  for (const vm of config.vm) if (vm.memory !== undefined) vm.memory = text(vm.memory);
  config.mounts = joined(config, ["mount", "mounts"], "mounts");
  for (const mount of config.mounts) {
    if (mount.initial_size !== undefined) mount.initial_size = text(mount.initial_size);
  }
  config.metrics = joined(config, ["metric", "metrics"], "mounts");
  if (config.kill_timeout !== undefined) config.kill_timeout = duration(config.kill_timeout, second);
  patchBuild(config);
  return config;
}

/** All values become text. */
function patchEnv(raw: unknown): Record<string, string> {
  if (Array.isArray(raw)) return Object.assign({}, ...raw.map(patchEnv));
  if (!isObject(raw)) throw new FlyError(`Do not know how to process 'env' section of type: ${goType(raw)}`);
  return Object.fromEntries(Object.entries(raw).map(([name, value]) => [name, text(value)]));
}

function patchProcesses(config: Data): void {
  const raw = config.processes;
  if (raw === undefined || isObject(raw)) return;
  if (!Array.isArray(raw)) throw new FlyError(`Unknown processes type: ${goType(raw)}`);
  const named = raw.filter(isObject).filter((item) => item.name !== undefined);
  const processes = named.map((item) => [
    text(item.name),
    item.command === undefined ? "" : text(item.command),
  ]);
  if (processes.length > 0) config.processes = Object.fromEntries(processes);
  else delete config.processes;
}

function patchBuild(config: Data): void {
  const build = config.build;
  if (build === undefined) return;
  if (!isObject(build)) throw new FlyError(`Build section of unknown type: ${goType(build)}`);
  if (build.build_target !== undefined) {
    build["build-target"] = build.build_target;
    delete build.build_target;
  }
  if (Object.keys(build).length === 0) delete config.build;
}

function patchExperimental(config: Data): void {
  const section = config.experimental;
  if (section === undefined) return;
  if (!isObject(section)) throw new FlyError(`Experimental section of unknown type: ${goType(section)}`);
  for (const key of ["cmd", "entrypoint", "exec"]) {
    const value = section[key];
    if (typeof value === "string") section[key] = [value];
  }
  if (section.kill_timeout !== undefined && config.kill_timeout === undefined) {
    config.kill_timeout = duration(section.kill_timeout, second);
  }
  const metrics: Data = {};
  for (const key of ["port", "path"]) {
    if (section[`metrics_${key}`] !== undefined) metrics[key] = section[`metrics_${key}`];
  }
  if (config.metrics === undefined && Object.keys(metrics).length > 0) config.metrics = metrics;
  if (Object.keys(section).length === 0) delete config.experimental;
}

function patchChecks(config: Data): void {
  const raw = config.checks;
  if (raw === undefined) return;
  let checks: Data;
  if (isObject(raw)) {
    checks = raw;
  } else if (Array.isArray(raw)) {
    checks = Object.fromEntries(
      raw.map((check) => {
        if (!isObject(check)) throw new FlyError(`check item of unknown type: ${goType(check)}`);
        if (typeof check.name !== "string") throw new FlyError("check item name not a string");
        return [check.name, check];
      }),
    );
  } else {
    throw new FlyError(`'checks' section of unknown type: ${goType(raw)}`);
  }
  for (const check of Object.values(checks)) {
    if (!isObject(check)) throw new FlyError(`'checks' section of unknown type: ${goType(check)}`);
    patchCheck(check);
  }
  if (Object.keys(checks).length === 0) delete config.checks;
  else config.checks = checks;
}

function patchService(service: Data): Data {
  const concurrency = service.concurrency;
  if (typeof concurrency === "string") {
    const [soft, hard] = concurrency.split(",");
    if (hard === undefined) throw new FlyError(`Unknown value '${concurrency}' for concurrency limits`);
    service.concurrency = { type: "requests", hard_limit: Number(hard), soft_limit: Number(soft) };
  } else if (concurrency !== undefined && !isObject(concurrency)) {
    throw new FlyError(`Unknown type for service concurrency: ${goType(concurrency)}`);
  }
  if (service.ports !== undefined) {
    service.ports = listOfMaps(service.ports, "ports");
    for (const port of service.ports) if (port.port !== undefined) port.port = integer(port.port);
  }
  for (const kind of ["tcp_checks", "http_checks"]) {
    if (service[kind] === undefined) continue;
    const checks = listOfMaps(service[kind], kind).map(patchCheck);
    if (checks.length > 0) service[kind] = checks;
    else delete service[kind];
  }
  if (service.internal_port !== undefined) service.internal_port = integer(service.internal_port);
  return service;
}

function patchCheck(check: Data): Data {
  for (const key of ["interval", "timeout", "grace_period"]) {
    if (check[key] !== undefined) check[key] = duration(check[key], millisecond);
  }
  const headers = check.headers;
  if (headers === undefined) return check;
  const patched = patchHeaders(headers);
  if (Object.keys(patched).length > 0) check.headers = patched;
  else delete check.headers;
  return check;
}

function patchHeaders(raw: unknown): Record<string, string> {
  if (isObject(raw))
    return Object.fromEntries(Object.entries(raw).map(([name, value]) => [name, text(value)]));
  if (!Array.isArray(raw)) throw new FlyError(`Unsupported headers format: ${JSON.stringify(raw)}`);
  return Object.fromEntries(
    raw.map((item) => {
      if (!isObject(item) || item.name === undefined) {
        throw new FlyError(`Unsupported headers format ${JSON.stringify(item)}`);
      }
      return [text(item.name), item.value === undefined ? "" : text(item.value)];
    }),
  );
}

function joined(config: Data, keys: string[], what: string): Data[] {
  const all: Data[] = [];
  for (const key of keys) {
    if (config[key] === undefined) continue;
    all.push(...listOfMaps(config[key], what));
    delete config[key];
  }
  return all;
}

function listOfMaps(raw: unknown, what: string): Data[] {
  const wrong = (reason: string) => new FlyError(`Error processing ${what}: ${reason}`);
  if (isObject(raw)) return [raw as Data];
  if (!Array.isArray(raw)) throw wrong(`Unknown type '${goType(raw)}'`);
  return raw.map((item) => {
    if (!isObject(item))
      throw wrong(`Can not cast '${item}' of type '%!t(${goType(item)}=${item})' as map[string]any`);
    return item as Data;
  });
}

/** A plain number counts in units of `unit` nanoseconds. */
function duration(value: unknown, unit: number): string | undefined {
  if (typeof value === "string") return value === "" ? undefined : value;
  if (typeof value === "number" || typeof value === "bigint")
    return formatDuration(Math.trunc(Number(value)) * unit);
  return undefined;
}

function integer(value: unknown): number {
  if (typeof value === "number" || typeof value === "bigint") return Math.trunc(Number(value));
  if (typeof value === "string" && /^[+-]?\d+$/.test(value)) return Number(value);
  if (typeof value !== "string") throw new FlyError(`Unknown type for cast: ${goType(value)}`);
  const reason = `strconv.Atoi: parsing ${JSON.stringify(value)}: invalid syntax`;
  throw new FlyError(`Can not convert '${value}' to integer: ${reason}`);
}

function text(value: unknown): string {
  return typeof value === "string" ? value : String(value);
}

/** Go's name for the type of a value from TOML. */
function goType(value: unknown): string {
  if (Array.isArray(value)) return "[]interface {}";
  if (isObject(value)) return "map[string]interface {}";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "number") return Number.isInteger(value) ? "int64" : "float64";
  return typeof value;
}
