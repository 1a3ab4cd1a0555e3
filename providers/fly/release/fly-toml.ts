import { createHash } from "node:crypto";
import { parse, stringify } from "smol-toml";
import type { Size } from "../spec.ts";
import type { Machine, MachineService } from "../things/machines.ts";

/** What the driver reads from a rendered fly.toml, to compare machines with it. */
export interface FlyToml {
  env: Record<string, string>;
  /** Size by process group. A group without `[[vm]]` is absent, and its size is not compared. */
  sizes: Record<string, Size>;
  /** Command by process group, as text. */
  processes: Record<string, string>;
  services: { groups: string[]; internalPort: number; checkPaths: string[]; publicPorts: number[] }[];
  /** The text that Fly gets: the file with the release's stamp added to its environment. */
  stamped: string;
  /** Hashes of the text and of the secrets digest. The second is empty when the digest is not known. */
  stamp: string;
}

/** Name of the variable in each machine's config that says which declaration the machine was made from. */
export const stampName = "MASTIFF_RELEASE";

/** Whether two stamps are equal. Only the first hashes are compared when the second of `other` is empty. */
export function isSameStamp(one: string | undefined, other: string): boolean {
  const [a, b] = [(one ?? "").split("-"), other.split("-")];
  return a[0] === b[0] && (a[1] === b[1] || b[1] === "");
}

interface Table {
  [key: string]: unknown;
}

/**
 * @param text the rendered file
 * @param secretsDigest any text that changes when a secret does, since only a release brings a secret to the
 * machines; undefined when it is not known, as in `observe`
 */
export function readFlyToml(text: string, secretsDigest: string | undefined): FlyToml {
  const file = parse(text) as Table;
  const hash = (part: string) => createHash("sha256").update(part).digest("hex").slice(0, 16);
  const stamp = `${hash(text)}-${secretsDigest === undefined ? "" : hash(secretsDigest)}`;
  const env = Object.fromEntries(
    Object.entries((file.env ?? {}) as Table).map(([name, value]) => [name, String(value)]),
  );
  const processes = (file.processes ?? { app: "" }) as Record<string, string>;
  const groups = Object.keys(processes);
  const service = (table: Table) => ({
    groups: (table.processes as string[] | undefined) ?? groups,
    internalPort: Number(table.internal_port),
    checkPaths: [...((table.checks ?? []) as Table[]), ...((table.http_checks ?? []) as Table[])].map(
      (check) => String(check.path ?? ""),
    ),
  });
  const http = file.http_service as Table | undefined;
  return {
    env,
    processes,
    sizes: sizesIn((file.vm ?? []) as Table[], groups),
    services: [
      ...(http === undefined ? [] : [{ ...service(http), publicPorts: [80, 443] }]),
      ...((file.services ?? []) as Table[]).map((one) => ({
        ...service(one),
        publicPorts: ((one.ports ?? []) as Table[]).map((port) => Number(port.port)),
      })),
    ],
    stamped: stringify({ ...file, env: { ...((file.env ?? {}) as Table), [stampName]: stamp } }),
    stamp,
  };
}

function sizesIn(vms: readonly Table[], groups: readonly string[]): Record<string, Size> {
  const sizes: Record<string, Size> = {};
  for (const vm of vms) {
    const preset = /^(shared|performance)-(?:cpu-)?(\d+)x$/.exec(String(vm.size ?? "shared-cpu-1x"));
    const cpuKind = (vm.cpu_kind ?? preset?.[1] ?? "shared") as Size["cpuKind"];
    const cpus = Number(vm.cpus ?? preset?.[2] ?? 1);
    const memoryMb = megabytes(vm.memory ?? vm.memory_mb) ?? cpus * (cpuKind === "shared" ? 256 : 2048);
    for (const group of (vm.processes as string[] | undefined) ?? groups)
      sizes[group] = { cpuKind, cpus, memoryMb };
  }
  return sizes;
}

/** "1gb", "512mb", 512, "512": megabytes when there is no unit, as in flyctl. */
function megabytes(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  const match = /^(\d+)\s*(gb|mb)?$/i.exec(String(value).trim());
  if (match === null) return undefined;
  return Number(match[1]) * (match[2]?.toLowerCase() === "gb" ? 1024 : 1);
}

/** Set by flyctl in every machine's environment, whatever the file says. */
const setByFly = new Set(["FLY_PROCESS_GROUP", "PRIMARY_REGION", "FLY_STANDBY_FOR", stampName]);

/** How a machine's environment differs from the wanted one, in words. */
export function variableDifferences(machine: Machine, wanted: Readonly<Record<string, string>>): string[] {
  const texts: string[] = [];
  const live = machine.config?.env ?? {};
  for (const name of [...new Set([...Object.keys(live), ...Object.keys(wanted)])].sort()) {
    if (setByFly.has(name) || live[name] === wanted[name]) continue;
    if (live[name] === undefined) texts.push(`variable ${name} is missing`);
    else if (wanted[name] === undefined) texts.push(`variable ${name} was set by somebody else`);
    else texts.push(`variable ${name} is ${quote(live[name])}, should be ${quote(wanted[name])}`);
  }
  return texts;
}

/** How a machine's environment and services differ from the file's, in words. */
export function tomlDifferences(machine: Machine, group: string, toml: FlyToml): string[] {
  const texts = variableDifferences(machine, toml.env);
  const wanted = toml.services
    .filter((one) => one.groups.includes(group))
    .map(describeWanted)
    .sort();
  const is = (machine.config?.services ?? []).map(describeLive).sort();
  for (const one of wanted) if (!is.includes(one)) texts.push(`service ${one} is missing`);
  for (const one of is) if (!wanted.includes(one)) texts.push(`service ${one} was added by somebody else`);
  return texts;
}

function quote(text: string): string {
  return text.length > 40 ? `"${text.slice(0, 37)}…"` : `"${text}"`;
}

/** The parts of a service that a visitor would notice: its ports, and the paths of its health checks. */
function describeWanted(one: FlyToml["services"][number]): string {
  return describe(one.internalPort, one.publicPorts, one.checkPaths);
}

function describeLive(one: MachineService): string {
  return describe(
    one.internal_port ?? 0,
    (one.ports ?? []).map((port) => port.port ?? 0),
    (one.checks ?? []).map((check) => check.path ?? ""),
  );
}

function describe(internal: number, ports: readonly number[], paths: readonly string[]): string {
  const checked = paths.filter((path) => path !== "").sort();
  return `${[...ports].sort((a, b) => a - b).join("/")} → ${internal}${checked.length > 0 ? ` (${checked.join(", ")})` : ""}`;
}
