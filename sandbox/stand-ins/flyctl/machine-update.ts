/** Updates one machine and waits for it. Source: superfly/flyctl internal/machine/update.go. */
import { type Guest, getMachine, type Machine, type MachineConfig } from "./api/machines.ts";
import { FlyError, statusOf, wrap } from "./go/errors.ts";
import { conform } from "./go/json.ts";
import type { Run } from "./run.ts";
import { waitForState, watchChecks } from "./waiting.ts";

const cpusPerKind: Record<string, number[]> = {
  shared: [1, 2, 4, 6, 8],
  performance: [1, 2, 4, 6, 8, 10, 12, 14, 16, 32, 64, 128],
};

/** Parameters of a machine's update. */
export interface MachineUpdate {
  config: MachineConfig;
  skipLaunch: boolean;
  skipHealthChecks: boolean;
  timeoutMs: number;
}

/** Updates a machine. The caller holds its lease. */
export async function updateOne(
  run: Run,
  app: string,
  machine: Machine,
  update: MachineUpdate,
): Promise<void> {
  if (update.config.guest) checkGuest(update.config.guest);
  run.print(`Updating machine ${machine.id}`);
  const input = conform("LaunchMachineInput", {
    config: update.config,
    region: machine.region,
    name: machine.name ?? "",
    skip_launch: update.skipLaunch,
    min_secrets_version: run.folder.minSecretsVersion(app) ?? null,
  });
  let updated: Machine;
  try {
    const path = `/apps/${app}/machines/${machine.id}`;
    const failed = `failed to update VM ${machine.id}`;
    updated = (await run.flaps.wrapped(failed, "POST", path, input, machine.nonce)) as unknown as Machine;
  } catch (error) {
    throw wrap(`could not update machine ${machine.id}`, error);
  }
  const state = await settledState(run, app, updated, update.timeoutMs || 300_000);
  if (state === "failed") {
    throw new FlyError(`machine ${machine.id} update failed: machine entered "${state}" state`);
  }
  if (state === "started" && !update.skipHealthChecks) {
    try {
      await watchChecks(run, app, [updated]);
    } catch (error) {
      throw wrap("failed to wait for health checks to pass", error);
    }
  }
  run.print(`Machine ${machine.id} updated successfully!`);
}

async function settledState(run: Run, app: string, machine: Machine, timeoutMs: number): Promise<string> {
  try {
    await waitForState(run, app, machine, "settled", timeoutMs);
  } catch (error) {
    const timedOut =
      error instanceof FlyError && error.details.description !== undefined && statusOf(error) === undefined;
    if (timedOut)
      throw new FlyError(error.message, {
        ...error.details,
        suggestion: "Try increasing the --wait-timeout",
      });
    throw wrap("error while waiting for machine to update", error);
  }
  try {
    return (await getMachine(run, app, machine.id)).state;
  } catch (error) {
    const reason = wrap("failed to get machine after waiting for it to settle", error);
    throw wrap("error while waiting for machine to update", reason);
  }
}

/** Refuses sizes that do not exist. */
export function checkGuest(guest: Guest): void {
  const wrong = wrongGuest(guest);
  if (wrong === undefined) return;
  const [message, description, suggestion] = wrong;
  throw new FlyError(message, {
    description,
    suggestion,
    docUrl: "https://fly.io/docs/machines/guides-examples/machine-sizing/",
  });
}

/** Message, description and suggestion; undefined for a size that is offered. */
function wrongGuest(guest: Guest): [string, string, string] | undefined {
  const kind = guest.cpu_kind ?? "";
  const cpus = guest.cpus ?? 0;
  const memory = guest.memory_mb ?? 0;
  const valid = cpusPerKind[kind];
  if (valid === undefined) {
    return [
      "invalid CPU kind",
      `The CPU kind given: ${kind}, is not valid`,
      `Valid values are [${Object.keys(cpusPerKind).join(" ")}]`,
    ];
  }
  if (!valid.includes(cpus)) {
    return [
      "invalid number of CPUs",
      `For the CPU kind ${kind}, ${cpus} CPUs is not valid`,
      `Valid numbers are [${valid.join(" ")}]`,
    ];
  }
  const step = kind === "shared" ? 256 : 1024;
  if (memory % step !== 0) {
    const near = memory - (memory % step) || step;
    return [
      "invalid memory size",
      `${memory}MiB of memory is not valid`,
      `Memory size must be in a ${step} MiB increment (${near}MiB would work)`,
    ];
  }
  const [least, most] = kind === "shared" ? [256 * cpus, 2048 * cpus] : [2048 * cpus, 8192 * cpus];
  const sized = `For ${kind} VMs with ${cpus} CPUs, ${memory}MiB of memory is too`;
  if (memory < least) {
    return [
      "memory size for config is too low",
      `${sized} low`,
      `Try setting memory to a value >= ${least}MiB for the config changes requested`,
    ];
  }
  if (memory > most) {
    return [
      "memory size for config is too high",
      `${sized} high`,
      `Try setting memory to a value <= ${most}MiB for the config changes requested`,
    ];
  }
  return undefined;
}
