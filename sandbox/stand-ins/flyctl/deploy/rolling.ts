/**
 * Updates existing machines. Groups are updated in parallel. Within a group one machine is updated first,
 * then a few at a time.
 *
 * Source: superfly/flyctl deploy/machines_deploymachinesapp.go (updateUsingRollingStrategy,
 * updateEntriesGroup).
 */
import type { Machine } from "../api/machines.ts";
import { type FlyError, messageOf, wrap } from "../go/errors.ts";
import type { Deployment } from "./deployment.ts";
import { type LaunchInput, launchBody } from "./launch-input.ts";
import { Leasable } from "./leasable.ts";
import { warnAboutListening } from "./listening.ts";
import { isCapacity } from "./new-machines.ts";
import { smokeChecks } from "./smoke-checks.ts";
import { type StatusLine, statusLines } from "./status-lines.ts";
import { suggestTimeout } from "./suggestions.ts";

/** Machines that are not running can be updated many at once. */
const coldAtOnce = 30;

/** A machine and its new config. */
export interface Entry {
  machine: Leasable;
  input: LaunchInput;
}

/** Updates all entries while holding their leases. */
export async function updateExisting(deployment: Deployment, entries: Entry[]): Promise<void> {
  if (entries.length === 0) return;
  const { run, appName, strategy } = deployment;
  await acquireAll(deployment, entries);
  try {
    run.print(`Updating existing machines in '${appName}' with ${strategy} strategy`);
    if (strategy === "immediate") await immediate(deployment, entries);
    else await rolling(deployment, entries);
  } finally {
    await Promise.all(entries.map(({ machine }) => machine.releaseLease(true)));
  }
}

async function acquireAll(deployment: Deployment, entries: Entry[]): Promise<void> {
  const all = await Promise.allSettled(
    entries.map(({ machine }) => machine.acquireLease(deployment.leaseTimeoutMs)),
  );
  const failed = all.find((one) => one.status === "rejected");
  if (failed === undefined) return;
  deployment.run.caution(`failed to acquire lease: ${messageOf(failed.reason)}\n`);
  await Promise.all(entries.map(({ machine }) => machine.releaseLease(true)));
  throw failed.reason;
}

async function immediate(deployment: Deployment, entries: Entry[]): Promise<void> {
  const lines = statusLines(deployment.run, entries.length);
  await atMost(deployment.maxConcurrent ?? 8, entries, async (entry, i) => {
    const line = lines[i] as StatusLine;
    line.become("running", `Updating ${entry.machine.shownId}`);
    try {
      await updateMachine(deployment, entry, line);
    } catch (error) {
      line.become("failure", `Machine ${entry.machine.shownId} update failed: ${messageOf(error)}`);
      throw error;
    }
    line.become("success", `Machine ${entry.machine.shownId} update succeeded`);
  });
}

async function rolling(deployment: Deployment, entries: Entry[]): Promise<void> {
  const sorted = [...entries].sort((a, b) => (a.machine.id < b.machine.id ? -1 : 1));
  const lines = statusLines(deployment.run, sorted.length);
  const groups = Map.groupBy(sorted, ({ input }) => input.config.metadata?.fly_process_group ?? "");
  let next = 0;
  const work: Promise<void>[] = [];
  for (const group of groups.values()) {
    const isWarm = ({ machine }: Entry) => machine.machine.state === "started";
    const cold = group.filter((entry) => !isWarm(entry));
    const warm = group.filter(isWarm);
    work.push(updateGroup(deployment, cold, lines.slice(next, next + cold.length), coldAtOnce));
    next += cold.length;
    const size = poolSize(deployment, warm.length);
    work.push(updateGroup(deployment, warm, lines.slice(next, next + warm.length), size));
    next += warm.length;
  }
  const failed = (await Promise.allSettled(work)).filter((one) => one.status === "rejected");
  if (failed[0] !== undefined) throw failed[0].reason;
}

/** How many machines of a group may be unavailable at once: a share if below 1, else a number. */
function poolSize(deployment: Deployment, machines: number): number {
  const share: number = deployment.config.sections.deploy?.max_unavailable ?? 0.33;
  return share >= 1 ? Math.trunc(share) : Math.ceil(machines * share);
}

async function updateGroup(
  deployment: Deployment,
  entries: Entry[],
  lines: StatusLine[],
  atOnce: number,
): Promise<void> {
  const [first, ...rest] = entries;
  if (first === undefined) return;
  await updateAndWait(deployment, first, lines[0] as StatusLine);
  await atMost(
    Math.max(1, Math.min(atOnce, rest.length)),
    rest,
    (entry, i) => updateAndWait(deployment, entry, lines[i + 1] as StatusLine),
    (entry, i) => lines[i + 1]?.become("failure", `Machine ${entry.machine.shownId} update canceled`),
  );
}

async function updateAndWait(deployment: Deployment, entry: Entry, line: StatusLine): Promise<void> {
  const shown = entry.machine.shownId;
  line.become("running", `Updating ${shown}`);
  try {
    await updateMachine(deployment, entry, line);
    await waitForMachine(deployment, entry, line);
  } catch (error) {
    line.become("failure", `Machine ${shown} update failed: ${messageOf(error)}`);
    throw error;
  }
  line.become("success", `Machine ${shown} update succeeded`);
}

async function updateMachine(deployment: Deployment, entry: Entry, line: StatusLine): Promise<void> {
  const { machine, input } = entry;
  if (input.replace) return replace(deployment, entry, line);
  line.log(`Updating ${machine.shownId}`);
  try {
    await machine.update(launchBody(deployment, input));
  } catch (error) {
    const mounted = (machine.machine.config?.mounts ?? []).length > 0;
    if (mounted || !isCapacity(error)) throw error;
    await replace(deployment, entry, line);
  }
}

async function replace(deployment: Deployment, entry: Entry, line: StatusLine): Promise<void> {
  const { run, appName } = deployment;
  const shown = entry.machine.shownId;
  line.log(`Replacing ${shown} by new machine`);
  await entry.machine.destroy();
  const body = launchBody(deployment, entry.input, Math.trunc(deployment.waitTimeoutMs / 1000));
  const raw = await run.flaps.wrapped("failed to launch VM", "POST", `/apps/${appName}/machines`, body);
  entry.machine = new Leasable(run, appName, raw as unknown as Machine, false);
  await entry.machine.releaseLease();
  line.log(`Created machine ${shown}`);
}

async function waitForMachine(deployment: Deployment, entry: Entry, line: StatusLine): Promise<void> {
  const { machine, input } = entry;
  if (input.skipLaunch) return;
  if (!deployment.skipHealthChecks) {
    try {
      await machine.waitForState(line, "started", deployment.waitTimeoutMs, { justCreated: true });
    } catch (error) {
      throw suggestTimeout(error, "wait-timeout");
    }
  }
  await smokeChecks(deployment, machine, line);
  if (!deployment.skipHealthChecks) {
    try {
      await machine.waitForChecks(line, deployment.waitTimeoutMs);
    } catch (error) {
      await warnAboutListening(deployment, machine);
      throw error;
    }
  }
  await warnAboutListening(deployment, machine);
}

/** Works through a list, some items at a time. After a failure it starts no further item. */
async function atMost<T>(
  count: number,
  items: T[],
  work: (item: T, i: number) => Promise<void>,
  skip: (item: T, i: number) => void = () => undefined,
): Promise<void> {
  let next = 0;
  let failure: { error: unknown } | undefined;
  const worker = async () => {
    while (next < items.length) {
      const i = next++;
      const item = items[i] as T;
      if (failure !== undefined) {
        skip(item, i);
        continue;
      }
      try {
        await work(item, i);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(count, items.length) }, worker));
  if (failure !== undefined) throw failure.error;
}

/** The error for a machine whose new config cannot be built. */
export function inputFailed(machine: Leasable, error: unknown): FlyError {
  return wrap(`failed to update machine configuration for ${machine.shownId}`, error);
}
