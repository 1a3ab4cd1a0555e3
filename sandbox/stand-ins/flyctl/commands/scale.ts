/** `scale show|vm|memory`; `scale count` has its own file. Source: superfly/flyctl internal/command/scale. */
import { type Guest, groupOf, listConfigured, listMachines, type Machine } from "../api/machines.ts";
import { loadConfigIfPresent, requireAppName } from "../app-name.ts";
import { computeFor, defaultProcess, formatProcessNames } from "../fly-toml/groups.ts";
import { remoteConfig } from "../fly-toml/remote.ts";
import { FlyError } from "../go/errors.ts";
import { table } from "../go/table.ts";
import { withLeases } from "../leases.ts";
import { updateOne } from "../machine-update.ts";
import type { Command, Run } from "../run.ts";
import { scaleCount } from "../scale/count.ts";
import { requireSession } from "../session.ts";
import { parseSize, sizeOf, withSize } from "../sizes.ts";

async function show(run: Run): Promise<void> {
  requireSession(run);
  const app = requireAppName(run);
  const machines = (await listMachines(run, app)).machines.filter((machine) => machine.config);
  const groups = [...new Set(machines.map(groupOf))].sort();
  const rows = groups.flatMap((group) => {
    const mine = machines.filter((machine) => groupOf(machine) === group);
    // Each machine may have its own size. flyctl prints the size of the first.
    const guest = mine[0]?.config?.guest;
    return guest ? [{ group, guest, regions: countRegions(mine), count: mine.length }] : [];
  });
  if (run.bool("json")) {
    const shown = rows.map(({ group, guest, regions, count }) => ({
      Process: group,
      Count: count,
      CPUKind: guest.cpu_kind ?? "",
      CPUs: guest.cpus ?? 0,
      Memory: guest.memory_mb ?? 0,
      Regions: Object.fromEntries(regions),
    }));
    run.json(shown);
    return;
  }
  run.print(`VM Resources for app: ${app}\n`);
  const cells = rows.map(({ group, guest, regions, count }) => [
    group,
    `${count}`,
    guest.cpu_kind ?? "",
    `${guest.cpus ?? 0}`,
    `${guest.memory_mb ?? 0} MB`,
    regions
      .map(([region, number]) => (number > 1 ? `${region}(${number})` : region))
      .sort()
      .join(","),
  ]);
  run.out(table("Groups", cells, "Name", "Count", "Kind", "CPUs", "Memory", "Regions"));
}

function countRegions(machines: Machine[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const { region } of machines) counts.set(region, (counts.get(region) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
}

async function vm(run: Run): Promise<void> {
  requireSession(run);
  const app = requireAppName(run);
  await scaleVertically(run, app, run.args[0] ?? "", run.int("vm-memory"));
}

async function memory(run: Run): Promise<void> {
  requireSession(run);
  const app = requireAppName(run);
  await scaleVertically(run, app, "", parseSize(run.args[0] ?? "", "MB"));
}

async function scaleVertically(run: Run, app: string, size: string, memoryMb: number): Promise<void> {
  const asked = run.string("process-group");
  if (size !== "") withSize({}, size);
  const group = asked || (await onlyGroup(run, app));
  const machines = (await listConfigured(run, app)).filter((machine) => groupOf(machine) === group);
  if (machines.length === 0) {
    throw new FlyError(`No active machines in process group '${group}', check \`fly status\` output`);
  }
  const guest = await withLeases(run, app, machines, async (held) => {
    for (const machine of held) {
      const config = { ...machine.config };
      config.guest = size === "" ? { ...config.guest } : withSize({ ...config.guest }, size);
      if (memoryMb > 0) config.guest.memory_mb = memoryMb;
      machine.config = config;
      await updateOne(run, app, machine, {
        config,
        skipLaunch: false,
        skipHealthChecks: false,
        timeoutMs: 0,
      });
    }
    return held[0]?.config?.guest ?? {};
  });
  run.print(`Scaled VM Type${asked === "" ? "" : ` for '${asked}'`} to '${sizeOf(guest)}'`);
  run.print(`      CPU Cores: ${cores(guest)}`);
  run.print(`         Memory: ${guest.memory_mb ?? 0} MB`);
  warnAboutConfig(run, asked, size, memoryMb);
}

/** The default group, if there is only one group. */
async function onlyGroup(run: Run, app: string): Promise<string> {
  const config = await remoteConfig(run, app);
  if (Object.keys(config.sections.processes ?? {}).length > 1) {
    throw new FlyError(
      `scaling an app with multiple process groups requires specifying a group with '--process-group <name>'\n * this app has the following process groups: ${formatProcessNames(config)}`,
    );
  }
  return defaultProcess(config);
}

function cores(guest: Guest): string {
  const cpus = guest.cpus ?? 0;
  return cpus < 1 ? cpus.toFixed(2) : `${cpus}`;
}

/** If fly.toml differs, the next deployment reverts the change (config_warning.go). */
function warnAboutConfig(run: Run, asked: string, size: string, memoryMb: number): void {
  let wanted: { size: string; memory: number } | undefined;
  try {
    wanted = sizeInConfig(run, asked);
  } catch {
    // This is only advice. If fly.toml cannot be read, nothing is printed.
  }
  if (wanted === undefined) return;
  const otherSize = size !== "" && wanted.size !== size;
  const otherMemory = memoryMb > 0 && wanted.memory > 0 && wanted.memory !== memoryMb;
  if (!otherSize && !otherMemory) return;
  run.warn("");
  run.warn("! Your fly.toml has a [[vm]] section with different settings than what was just applied.");
  run.warn(`  Machines now: size=${size || wanted.size} memory=${memoryMb || wanted.memory}MB`);
  run.warn(`  fly.toml:     size=${wanted.size} memory=${wanted.memory}MB`);
  run.warn("The next fly deploy will override these changes with the fly.toml values.");
  run.warn("Update the [[vm]] section in fly.toml to make your changes permanent.");
}

function sizeInConfig(run: Run, asked: string): { size: string; memory: number } | undefined {
  const config = loadConfigIfPresent(run);
  if (config === undefined) return undefined;
  const compute = computeFor(config, asked || defaultProcess(config));
  if (compute === undefined) return undefined;
  const guest = withSize({}, compute.size || "shared-cpu-1x");
  const inWords = compute.memory ? parseSize(String(compute.memory), "MB") : 0;
  return { size: sizeOf(guest), memory: compute.memory_mb || inWords || guest.memory_mb || 0 };
}

export const commands: Record<string, Command> = {
  "scale count": scaleCount,
  "scale memory": memory,
  "scale show": show,
  "scale vm": vm,
};
