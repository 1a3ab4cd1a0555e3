import * as argv from "../call/argv.ts";
import { FlyctlFailure } from "../call/errors.ts";
import type { Fly } from "../call/flyctl.ts";
import type { Size } from "../spec.ts";

/** A machine in `machine list --json`: the fields that the driver reads. The JSON omits zero and false. */
export interface Machine {
  id: string;
  name: string;
  state: string;
  region: string;
  created_at?: string;
  updated_at?: string;
  image_ref?: { registry?: string; repository?: string; tag?: string; digest?: string };
  config?: MachineConfig;
  events?: MachineEvent[];
  checks?: { name: string; status: string; output?: string }[];
}

export interface MachineConfig {
  image?: string;
  env?: Record<string, string>;
  metadata?: Record<string, string>;
  guest?: { cpu_kind?: string; cpus?: number; memory_mb?: number };
  init?: { cmd?: string[] };
  /** How often Fly starts the machine by itself. */
  schedule?: string;
  services?: MachineService[];
  mounts?: { volume?: string; path?: string; name?: string }[];
  auto_destroy?: boolean;
}

export interface MachineService {
  protocol?: string;
  internal_port?: number;
  ports?: { port?: number; handlers?: string[]; force_https?: boolean }[];
  checks?: { type?: string; path?: string; method?: string }[];
}

export interface MachineEvent {
  type: string;
  status?: string;
  timestamp?: number;
  request?: {
    exit_event?: { exit_code?: number; oom_killed?: boolean; requested_stop?: boolean; signal?: number };
  };
}

/** All machines of the app, one-offs too. */
export async function machinesOf(fly: Fly, app: string): Promise<Machine[]> {
  return fly.json<Machine[]>(argv.machineList(app), { app });
}

/** All machines of the app; undefined when there is no such app. */
export async function machinesIn(fly: Fly, app: string): Promise<Machine[] | undefined> {
  try {
    return await machinesOf(fly, app);
  } catch (error) {
    if (error instanceof FlyctlFailure && error.reason === "absent") return undefined;
    throw error;
  }
}

/**
 * Waits for a machine that is known to exist: a list may lag behind a launch.
 *
 * @param limitMs how long to wait. Default half a minute.
 * @returns undefined when the machine is not listed by then
 */
export function awaitListed(
  fly: Fly,
  app: string,
  isIt: (machine: Machine) => boolean,
  limitMs = 30_000,
): Promise<Machine | undefined> {
  return fly.repeat(async () => (await machinesOf(fly, app)).find(isIt), {
    limitMs,
    waitMs: (attempt) => Math.min(125 * 2 ** attempt, 4000),
  });
}

/** Groups of machines that flyctl makes for one command: a release command, `fly console`, a test before a deploy. */
const passingGroups = ["fly_app_release_command", "fly_app_console", "fly_app_test_machine_command"];

/**
 * The process group of a machine that a deploy made; undefined for one-offs and for machines run by hand.
 * flyctl itself tells them apart by this metadata (fly-go: machine_types.go, IsFlyAppsPlatform).
 */
export function groupOf(machine: Machine): string | undefined {
  const { fly_platform_version: platform, fly_process_group: group = "" } = machine.config?.metadata ?? {};
  return platform !== "v2" || group === "" || passingGroups.includes(group) ? undefined : group;
}

/** True for a machine that is being or has been removed. */
export function isGone(machine: Machine): boolean {
  return machine.state === "destroyed" || machine.state === "destroying";
}

/** True while the machine does its work, or is about to. */
export function isRunning(machine: Machine): boolean {
  return !isGone(machine) && !["stopped", "suspended", "failed"].includes(machine.state);
}

/** How a machine's program ended. */
export interface Exit {
  /** Milliseconds since 1970. */
  at: number;
  exitCode: number;
  oomKilled: boolean;
  /** Somebody stopped the machine. The exit code may be 0 then. */
  wasStopped: boolean;
}

/** The machine's newest exit, whatever the machine does now; undefined: its events tell of none. */
export function lastExitOf({ events = [] }: Machine): Exit | undefined {
  const newest = events
    .filter(({ type }) => type === "exit")
    .sort((a, b) => (b.timestamp ?? 0) - (a.timestamp ?? 0))[0];
  if (newest === undefined) return undefined;
  // The JSON omits zero and false.
  const { exit_code = 0, oom_killed = false, requested_stop = false } = newest.request?.exit_event ?? {};
  return {
    at: newest.timestamp ?? 0,
    exitCode: exit_code,
    oomKilled: oom_killed,
    wasStopped: requested_stop,
  };
}

/** True when the machine has started and all its checks pass. */
export function isHealthy(machine: Machine): boolean {
  return machine.state === "started" && (machine.checks ?? []).every((check) => check.status === "passing");
}

/** The machine's actual size. */
export function sizeOf(machine: Machine): Size {
  const guest = machine.config?.guest ?? {};
  return {
    cpuKind: guest.cpu_kind === "performance" ? "performance" : "shared",
    cpus: guest.cpus ?? 1,
    memoryMb: guest.memory_mb ?? 256,
  };
}

/** Differences between the actual and the wanted size, in words. */
export function sizeDifferences(is: Size, wanted: Size): string[] {
  const differences: string[] = [];
  if (is.memoryMb !== wanted.memoryMb)
    differences.push(`memory is ${is.memoryMb} MB, should be ${wanted.memoryMb} MB`);
  if (is.cpus !== wanted.cpus || is.cpuKind !== wanted.cpuKind)
    differences.push(`it has ${is.cpus} ${is.cpuKind} CPUs, should have ${wanted.cpus} ${wanted.cpuKind}`);
  return differences;
}

/** The smallest shared machine that may have this much memory: Fly allows at most 2 GB per shared CPU. */
export function sharedSize(memoryMb: number): Size {
  const cpus = [1, 2, 4, 6, 8].find((count) => count * 2048 >= memoryMb) ?? 8;
  return { cpuKind: "shared", cpus, memoryMb: Math.min(memoryMb, cpus * 2048) };
}

/** The parts of an image reference. Missing parts get Docker's defaults. */
export function parseImage(image: string): {
  name: string;
  tag: string | undefined;
  digest: string | undefined;
} {
  const [reference = "", digest] = image.split("@");
  const slash = reference.lastIndexOf("/");
  const colon = reference.indexOf(":", slash + 1);
  let name = colon < 0 ? reference : reference.slice(0, colon);
  const tag = colon < 0 ? (digest === undefined ? "latest" : undefined) : reference.slice(colon + 1);
  const first = name.split("/")[0] ?? "";
  if (!name.includes("/")) name = `docker.io/library/${name}`;
  else if (!/[.:]|^localhost$/.test(first)) name = `docker.io/${name}`;
  return { name: name.replace(/^(?:registry-1|index)\.docker\.io\//, "docker.io/"), tag, digest };
}

/**
 * The machine's image by its tag. flyctl pins a tag to its digest, and a registry is only sure to resolve the
 * tag without the digest.
 */
export function imageOf(machine: Machine): string {
  const pinned = machine.config?.image ?? "";
  return parseImage(pinned).tag === undefined ? pinned : (pinned.split("@")[0] ?? pinned);
}

/** True when the machine runs this image. A tag that was resolved to a digest still counts as that tag. */
export function runsImage(machine: Machine, image: string): boolean {
  const wanted = parseImage(image);
  const runs = parseImage(machine.config?.image ?? "");
  const digest = runs.digest ?? machine.image_ref?.digest;
  if (wanted.digest !== undefined) return wanted.digest === digest;
  return runs.name === wanted.name && (runs.tag ?? machine.image_ref?.tag) === wanted.tag;
}
