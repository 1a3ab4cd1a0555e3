/**
 * Machines as the API returns them, and flyctl's lists of them.
 *
 * Source: superfly/fly-go machine_types.go, flaps/flaps_machines.go.
 */
import { wrap } from "../go/errors.ts";
import type { Run } from "../run.ts";
import { hasStatus, retry } from "./flaps.ts";
import type { Data } from "./graphql.ts";

/** Size of a machine. */
export interface Guest {
  cpu_kind?: string;
  cpus?: number;
  memory_mb?: number;
  max_memory_mb?: number;
  gpu_kind?: string;
  gpus?: number;
  host_dedication_id?: string;
  persist_rootfs?: string;
  kernel_args?: string[];
}

/** A mounted volume. */
export interface Mount {
  encrypted?: boolean;
  path?: string;
  size_gb?: number;
  volume?: string;
  name?: string;
  extend_threshold_percent?: number;
  add_size_gb?: number;
  size_gb_limit?: number;
}

/** The config of a machine. Parts that flyctl only passes on have no type. */
export interface MachineConfig {
  env?: Record<string, string>;
  init?: {
    exec?: string[];
    entrypoint?: string[];
    cmd?: string[];
    tty?: boolean;
    swap_size_mb?: number;
    kernel_args?: string[];
  };
  guest?: Guest | undefined;
  metadata?: Record<string, string>;
  mounts?: Mount[];
  services?: Data[];
  metrics?: Data | undefined;
  checks?: Record<string, Data>;
  statics?: Data[];
  image?: string;
  files?: Data[];
  schedule?: string;
  auto_destroy?: boolean;
  restart?: { policy?: string; max_retries?: number } | undefined;
  dns?: Data | undefined;
  processes?: Data[];
  standbys?: string[];
  stop_config?: { timeout?: string; signal?: string } | undefined;
  [other: string]: unknown;
}

/** An event of a machine. Lists of events begin with the newest. */
export interface MachineEvent {
  type?: string;
  status?: string;
  source?: string;
  timestamp?: number;
  request?: {
    exit_event?: { exit_code?: number; [other: string]: unknown };
    MonitorEvent?: { exit_event?: { exit_code?: number } };
    restart_count?: number;
  };
}

/** A machine. */
export interface Machine {
  id: string;
  name?: string;
  state: string;
  region: string;
  image_ref?: {
    registry?: string;
    repository?: string;
    tag?: string;
    digest?: string;
    labels?: Record<string, string>;
  };
  instance_id?: string;
  version?: string;
  private_ip?: string;
  created_at?: string;
  updated_at?: string;
  config?: MachineConfig;
  incomplete_config?: MachineConfig;
  events?: MachineEvent[];
  checks?: { name?: string; status?: string; output?: string; updated_at?: string }[];
  nonce?: string;
  host_status?: string;
  cordoned?: boolean;
}

export const releaseCommandGroup = "fly_app_release_command";
const consoleGroup = "fly_app_console";

/** The config. While the host is unreachable, the incomplete config. */
export function configOf(machine: Machine): MachineConfig {
  return machine.config ?? machine.incomplete_config ?? {};
}

/** One entry of a machine's metadata; "" if it is missing. */
export function metadataOf(machine: Machine, key: string): string {
  return configOf(machine).metadata?.[key] ?? "";
}

/** Process group of a machine; "" if it belongs to none. */
export function groupOf(machine: Machine): string {
  return metadataOf(machine, "fly_process_group") || metadataOf(machine, "process_group");
}

/** Whether a deployment ("Fly Launch") created the machine, not `machine run`. */
function isAppsV2(machine: Machine): boolean {
  return metadataOf(machine, "fly_platform_version") === "v2";
}

/** Whether the machine is neither destroyed nor being destroyed. */
export function isActive(machine: Machine): boolean {
  return machine.state !== "destroyed" && machine.state !== "destroying";
}

/** Whether the machine was created for a release_command. */
export function isReleaseCommand(machine: Machine): boolean {
  return (
    groupOf(machine) === releaseCommandGroup || metadataOf(machine, "process_group") === "release_command"
  );
}

/** Repository, tag and fly.version of an image. */
export function imageWithVersion(machine: Machine): string {
  const ref = `${machine.image_ref?.repository ?? ""}:${machine.image_ref?.tag ?? ""}`;
  const version = imageVersion(machine);
  return version === "" ? ref : `${ref} (${version})`;
}

/** The label fly.version of a machine's image. */
function imageVersion(machine: Machine): string {
  return machine.image_ref?.labels?.["fly.version"] ?? "";
}

/** The machines of Fly Launch and, separately, the machine of the release_command. */
export async function listMachines(
  run: Run,
  app: string,
): Promise<{ machines: Machine[]; releaseCommand: Machine | undefined }> {
  let all: Machine[];
  try {
    all = await retry(
      async () => (await run.flaps.send("GET", `/apps/${app}/machines`)) as unknown as Machine[],
      (error) => hasStatus(error, 404),
      { first: 500, most: 60_000, total: 5000 },
    );
  } catch (error) {
    throw wrap("failed to list VMs even after retries", error);
  }
  const launched = withoutCompatChecks(all).filter((machine) => isAppsV2(machine) && isActive(machine));
  return {
    machines: launched.filter((m) => !isReleaseCommand(m) && groupOf(m) !== consoleGroup),
    releaseCommand: launched.filter(isReleaseCommand).at(-1),
  };
}

/** Machines of any origin that exist, without consoles and release commands. */
export async function listActive(run: Run, app: string): Promise<Machine[]> {
  const all = await run.flaps.wrapped("failed to list active VMs", "GET", `/apps/${app}/machines`);
  return withoutCompatChecks(all as unknown as Machine[]).filter((machine) => {
    const isConsole = isAppsV2(machine) && groupOf(machine) === consoleGroup;
    return isActive(machine) && !isReleaseCommand(machine) && !isConsole;
  });
}

/**
 * Like {@link listActive}, without machines whose config is unknown, and with another text before a failure
 * (internal/machine/query.go).
 */
export async function listConfigured(run: Run, app: string): Promise<Machine[]> {
  const isConsole = (machine: Machine) => isAppsV2(machine) && groupOf(machine) === consoleGroup;
  return (await listAll(run, app)).filter(
    (machine) => machine.config && isActive(machine) && !isReleaseCommand(machine) && !isConsole(machine),
  );
}

/** All machines that the API returns. */
export async function listAll(run: Run, app: string): Promise<Machine[]> {
  const all = await run.flaps.wrapped("failed to list VMs", "GET", `/apps/${app}/machines`);
  return withoutCompatChecks(all as unknown as Machine[]);
}

/** One machine. */
export async function getMachine(run: Run, app: string, id: string): Promise<Machine> {
  const one = await run.flaps.wrapped(`failed to get VM ${id}`, "GET", `/apps/${app}/machines/${id}`);
  return withoutCompatChecks([one as unknown as Machine])[0] as Machine;
}

/** Removes the checks that the API adds for old clients. */
function withoutCompatChecks(machines: Machine[]): Machine[] {
  for (const machine of machines) {
    if (machine.checks === undefined || machine.checks === null) continue;
    machine.checks = machine.checks.filter((check) => !check.name?.startsWith("bg_deployments_compat"));
  }
  return machines;
}

/** Parameters of a wait for a state. */
export interface Wait {
  states: string[];
  /** One request waits for at most a minute. */
  timeoutMs?: number;
  instanceId?: string | undefined;
}

/** Waits on the server until a machine is in one of the states. */
export async function waitFor(run: Run, app: string, id: string, wait: Wait): Promise<void> {
  const seconds = Math.trunc(Math.max(1000, Math.min(wait.timeoutMs ?? 60_000, 60_000)) / 1000);
  const query = [
    ...wait.states.map((state) => `state=${encodeURIComponent(state)}`),
    `timeout=${seconds}`,
    ...(wait.instanceId ? [`version=${wait.instanceId}`] : []),
  ].join("&");
  const text = `failed to wait for VM ${id} in [${wait.states.join(" ")}] state`;
  await run.flaps.order(text, "GET", `/apps/${app}/machines/${id}/wait?${query}`);
}
