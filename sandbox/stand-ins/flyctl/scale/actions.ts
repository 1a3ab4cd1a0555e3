/** The planned changes of `scale count`. Source: internal/command/scale/machine_defaults.go. */
import type { Data } from "../api/graphql.ts";
import { type Guest, groupOf, type Machine, type MachineConfig } from "../api/machines.ts";
import { defaultProcess, processNames } from "../fly-toml/groups.ts";
import type { AppConfig } from "../fly-toml/load.ts";
import { machineConfig } from "../fly-toml/machine-config.ts";
import { conform } from "../go/json.ts";
import { convergeGroupCounts, type GroupCount } from "./plan.ts";

/** A change of one group in one region. */
export interface Action {
  group: string;
  region: string;
  delta: number;
  machines: Machine[];
  config: MachineConfig;
  /** Free volumes for the new machines. */
  volumes: Data[];
  newVolume: Data | undefined;
}

/** Existing data for new machines. */
export interface Defaults {
  config: AppConfig;
  release: Data;
  machines: Machine[];
  fallback: Guest;
  volumes: Data[];
  /** Free volumes, used in turn; none with --with-new-volumes. */
  free: Data[];
  snapshot: string;
}

/** Groups with machines come first. A group that already has the wanted number gets no action. */
export function planActions(
  wanted: Map<string, GroupCount>,
  regions: string[],
  most: number,
  defaults: Defaults,
): Action[] {
  const of = (group: string) => defaults.machines.filter((machine) => groupOf(machine) === group);
  const groups = [...wanted.keys()].sort((a, b) => Number(of(b).length > 0) - Number(of(a).length > 0));
  return groups.flatMap((group) => {
    const machines = of(group);
    const count = wanted.get(group) as GroupCount;
    const expected = Math.max(0, count.relative === 0 ? count.absolute : machines.length + count.relative);
    const current = new Map<string, number>();
    for (const { region } of machines) current.set(region, (current.get(region) ?? 0) + 1);
    const changes = convergeGroupCounts(expected, current, regions, most);
    const config = machines.length > 0 ? copyOf(machines) : newConfig(group, defaults);
    return [...changes].map(([region, delta]): Action => {
      const there = machines.filter((machine) => machine.region === region);
      return {
        group,
        region,
        delta,
        machines: there,
        config: structuredClone(config),
        volumes: takeVolumes(config, region, delta, defaults),
        newVolume: volumeRequest(config, region, delta, there.length, defaults.snapshot),
      };
    });
  });
}

/**
 * The config of the group's first machine, without its standby settings: two standbys for the same machine
 * are of no use.
 */
function copyOf(machines: Machine[]): MachineConfig {
  const { standbys: _, ...config } = structuredClone(machines[0]?.config ?? {});
  delete config.env?.FLY_STANDBY_FOR;
  return config;
}

function newConfig(group: string, defaults: Defaults): MachineConfig {
  const config = machineConfig(defaults.config, group);
  const sizes = new Map<string, Guest>();
  for (const machine of defaults.machines) {
    if (machine.config?.guest) sizes.set(groupOf(machine), machine.config.guest);
  }
  const nearest = [defaultProcess(defaults.config), ...processNames(defaults.config)]
    .map((name) => sizes.get(name))
    .find((guest) => guest !== undefined);
  config.guest ??= sizes.get(group) ?? nearest ?? defaults.fallback;
  config.image = defaults.release.imageRef ?? "";
  config.mounts = (config.mounts ?? []).map((mount) => {
    const same = defaults.volumes.filter((volume) => volume.name === mount.name);
    const size_gb = same.length > 0 ? Math.max(0, ...same.map((volume) => volume.size_gb)) : 1;
    return { ...mount, size_gb, encrypted: true };
  });
  config.metadata = {
    ...config.metadata,
    fly_release_id: defaults.release.id ?? "",
    fly_release_version: `${defaults.release.version ?? 0}`,
  };
  return config;
}

function takeVolumes(config: MachineConfig, region: string, delta: number, defaults: Defaults): Data[] {
  const [mount] = config.mounts ?? [];
  if (delta <= 0 || mount === undefined) return [];
  const fitting = defaults.free.filter((one) => one.name === mount.name && one.region === region);
  const taken = fitting.slice(0, delta);
  defaults.free = defaults.free.filter((one) => !taken.includes(one));
  return taken;
}

function volumeRequest(
  config: MachineConfig,
  region: string,
  delta: number,
  present: number,
  snapshot: string,
): Data | undefined {
  const [mount] = config.mounts ?? [];
  if (mount === undefined || delta <= 0) return undefined;
  return {
    name: mount.name ?? "",
    region,
    size_gb: mount.size_gb ?? 0,
    encrypted: mount.encrypted ?? false,
    require_unique_zone: present + delta > 1,
    unique_zone_app_wide: null,
    snapshot_retention: null,
    auto_backup_enabled: null,
    fstype: null,
    snapshot_id: snapshot || null,
    source_volume_id: null,
    compute: conform("*MachineGuest", config.guest),
    compute_image: config.image ?? "",
  };
}
