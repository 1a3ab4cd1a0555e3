/** The API bodies of new and changed machines. Source: superfly/flyctl deploy/machines_launchinput.go. */
import type { Data } from "../api/graphql.ts";
import { configOf, type Guest, groupOf, type Machine, type MachineConfig } from "../api/machines.ts";
import { version } from "../cli/grammar.ts";
import { defaultProcess } from "../fly-toml/groups.ts";
import { machineConfig, releaseMachineConfig } from "../fly-toml/machine-config.ts";
import { FlyError } from "../go/errors.ts";
import { conform } from "../go/json.ts";
import { presets } from "../sizes.ts";
import { type Deployment, popVolume } from "./deployment.ts";

/** The input of a machine's launch or update. */
export interface LaunchInput {
  config: MachineConfig;
  region: string;
  skipLaunch: boolean;
  /** True: the machine cannot be updated in place. It is destroyed and created again. */
  replace: boolean;
}

/** The body of the API call. */
export function launchBody(deployment: Deployment, input: LaunchInput, leaseTtl = 0): unknown {
  return conform("LaunchMachineInput", {
    config: input.config,
    region: input.region,
    skip_launch: input.skipLaunch,
    min_secrets_version: deployment.run.folder.minSecretsVersion(deployment.appName) ?? null,
    lease_ttl: leaseTtl,
  });
}

/** A machine with its current config under a new release. Its secrets and metadata change. */
export function inputForRestart(deployment: Deployment, machine: Machine): LaunchInput {
  const config = structuredClone(configOf(machine));
  setRelease(deployment, config);
  return { config, region: machine.region, skipLaunch: skipsLaunch(machine, config), replace: false };
}

/** A new machine of a group. */
export function inputForLaunch(deployment: Deployment, group: string, standbyFor: string[]): LaunchInput {
  const config = machineConfig(deployment.config, group);
  config.guest ??= { ...deployment.guest };
  config.image = deployment.image;
  setRelease(deployment, config);
  const region: string = deployment.config.sections.primary_region ?? "";
  const [mount] = config.mounts ?? [];
  if (mount !== undefined) {
    const volume = popVolume(deployment, mount.name ?? "", region);
    if (volume === undefined) {
      throw new FlyError(
        `New machine in group '${groupIn(config)}' needs an unattached volume named '${mount.name ?? ""}' in region '${region}'`,
      );
    }
    mount.volume = volume.id;
  }
  if (standbyFor.length > 0) {
    config.standbys = standbyFor;
    config.env = { ...config.env, FLY_STANDBY_FOR: standbyFor.join(",") };
  }
  return { config, region, skipLaunch: (config.standbys ?? []).length > 0, replace: false };
}

/** An existing machine under the new config. */
export function inputForUpdate(deployment: Deployment, machine: Machine): LaunchInput {
  const before = configOf(machine);
  const config = machineConfig(deployment.config, groupOf(machine), before);
  config.image = deployment.image;
  setRelease(deployment, config);
  const replace = applyMounts(deployment, machine, config) || machine.host_status !== "ok";
  // A standby whose group now has services is no longer a standby.
  if ((config.services ?? []).length > 0 && (config.standbys ?? []).length > 0) {
    delete config.standbys;
    delete config.env?.FLY_STANDBY_FOR;
  }
  return { config, region: machine.region, skipLaunch: skipsLaunch(machine, config), replace };
}

/**
 * Keeps a mounted volume. Returns true if the machine must be replaced: another volume name, a new mount, or
 * a removed mount.
 */
function applyMounts(deployment: Deployment, machine: Machine, config: MachineConfig): boolean {
  const [wanted] = config.mounts ?? [];
  const [mounted] = configOf(machine).mounts ?? [];
  if (mounted === undefined && wanted === undefined) return false;
  if (wanted === undefined) return true;
  const limits = {
    extend_threshold_percent: wanted.extend_threshold_percent ?? 0,
    add_size_gb: wanted.add_size_gb ?? 0,
    size_gb_limit: wanted.size_gb_limit ?? 0,
  };
  if (mounted !== undefined && (!mounted.name || mounted.name === wanted.name)) {
    if (mounted.name && mounted.path !== wanted.path) {
      deployment.run.caution(
        `Updating the mount path for volume ${mounted.volume ?? ""} on machine ${machine.id} from ${mounted.path ?? ""} to ${wanted.path ?? ""} due to fly.toml [mounts] destination value\n`,
      );
      wanted.volume = mounted.volume ?? "";
    } else {
      config.mounts = [{ ...mounted, ...limits }];
    }
    return false;
  }
  if (mounted !== undefined) {
    deployment.run.caution(
      `Machine ${machine.id} has volume '${mounted.name ?? ""}' attached but fly.toml have a different name: '${wanted.name ?? ""}'\n`,
    );
  }
  const volume = popVolume(deployment, wanted.name ?? "", machine.region);
  if (volume === undefined) {
    throw new FlyError(
      `machine in group '${groupIn(config)}' needs an unattached volume named '${wanted.name ?? ""}' in region '${machine.region}'`,
    );
  }
  wanted.volume = volume.id;
  return true;
}

/** The machine for the release_command. */
export function inputForReleaseCommand(deployment: Deployment): LaunchInput {
  const config = releaseMachineConfig(deployment.config);
  config.image = deployment.image;
  config.guest ??= releaseCommandGuest(deployment);
  setRelease(deployment, config);
  const region = deployment.config.sections.primary_region ?? "";
  return { config, region, skipLaunch: true, replace: false };
}

/** The largest machine of the default group, else `--vm-*`, else shared-cpu-2x. */
function releaseCommandGuest(deployment: Deployment): Guest {
  const small = presets["shared-cpu-1x"];
  const asked = deployment.guest;
  const differs =
    asked !== undefined &&
    (asked.cpu_kind !== small?.cpu_kind ||
      asked.cpus !== small?.cpus ||
      asked.memory_mb !== small?.memory_mb);
  let guest: Guest = (differs ? asked : presets["shared-cpu-2x"]) ?? {};
  const group = defaultProcess(deployment.config);
  let most = 0;
  for (const { machine } of deployment.machines) {
    const memory = machine.config?.guest?.memory_mb ?? 0;
    if (groupOf(machine) !== group || memory <= most) continue;
    most = memory;
    guest = machine.config?.guest ?? guest;
  }
  return structuredClone(guest);
}

function setRelease(deployment: Deployment, config: MachineConfig): void {
  const metadata: Record<string, string> = {
    ...config.metadata,
    fly_release_id: deployment.releaseId,
    fly_release_version: String(deployment.releaseVersion),
    fly_flyctl_version: version,
  };
  metadata.fly_platform_version ??= "v2";
  metadata.fly_process_group ??= "app";
  if ((deployment.app as Data).app_role === "postgres_cluster") metadata["fly-managed-postgres"] = "true";
  else delete metadata["fly-managed-postgres"];
  config.metadata = metadata;
}

function groupIn(config: MachineConfig): string {
  return config.metadata?.fly_process_group ?? "";
}

/** An update does not start a machine that is not running. A standby never starts by itself. */
function skipsLaunch(machine: Machine, _config: MachineConfig): boolean {
  return !["started", "starting", "failed"].includes(machine.state);
}
