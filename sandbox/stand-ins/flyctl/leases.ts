/** Leases: while one is held, nobody else changes the machine. Source: superfly/flyctl internal/machine/lease.go. */
import { retry } from "./api/flaps.ts";
import { getMachine, type Machine } from "./api/machines.ts";
import { messageOf, wrap } from "./go/errors.ts";
import type { Run } from "./run.ts";

const seconds = 120;

/** Acquires the lease of a machine. Returns the machine in its current state, with the lease's nonce. */
export async function acquireLease(run: Run, app: string, machine: Machine): Promise<Machine> {
  const late = setTimeout(() => run.print(`Waiting on lease for machine ${machine.id}...`), 2000);
  try {
    const path = `/apps/${app}/machines/${machine.id}/lease?ttl=${seconds}`;
    const failed = `failed to get lease on VM ${machine.id}`;
    // Every failure is retried for a minute (fly-go flaps/flaps_machines.go: AcquireLease).
    const lease = await retry(
      () => run.flaps.wrapped(failed, "POST", path),
      () => true,
    );
    machine.nonce = lease.data?.nonce ?? "";
    if (machine.instance_id === lease.data?.version) return machine;
    const updated = await getMachine(run, app, machine.id);
    updated.nonce = machine.nonce ?? "";
    return updated;
  } catch (error) {
    throw wrap("failed to obtain lease", error);
  } finally {
    clearTimeout(late);
  }
}

/** Runs a function while holding the leases of some machines. The leases are released in any case. */
export async function withLeases<T>(
  run: Run,
  app: string,
  machines: Machine[],
  work: (machines: Machine[]) => Promise<T>,
): Promise<T> {
  const reachable = (machine: Machine) => machine.host_status === "ok";
  const leased = await Promise.allSettled(
    machines.map((machine) =>
      reachable(machine) ? acquireLease(run, app, machine) : Promise.resolve(machine),
    ),
  );
  const held = leased.filter((one) => one.status === "fulfilled").map((one) => one.value);
  try {
    const failed = leased.find((one) => one.status === "rejected");
    if (failed !== undefined) throw failed.reason;
    return await work(held);
  } finally {
    await Promise.all(held.map((machine) => releaseLease(run, app, machine)));
  }
}

/** Releases a machine's lease. A failure is only printed. */
export async function releaseLease(run: Run, app: string, machine: Machine): Promise<void> {
  if (!machine.nonce) return;
  try {
    await run.flaps.order(
      "",
      "DELETE",
      `/apps/${app}/machines/${machine.id}/lease`,
      undefined,
      machine.nonce,
    );
  } catch (error) {
    if (messageOf(error).includes("lease not found")) return;
    run.print(`failed to release lease for machine ${machine.id}: ${messageOf(error)}`);
  }
}
