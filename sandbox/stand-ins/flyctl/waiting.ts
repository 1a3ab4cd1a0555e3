/** Waits for machines and their checks. Source: superfly/flyctl internal/machine/wait.go, internal/watch/watch.go. */
import { setTimeout as sleep } from "node:timers/promises";
import { retry } from "./api/flaps.ts";
import { configOf, getMachine, type Machine, waitFor } from "./api/machines.ts";
import { formatDuration } from "./go/duration.ts";
import { FlyError, messageOf, statusOf, wrap } from "./go/errors.ts";
import type { Run } from "./run.ts";

/** Waits until a machine is started, stopped or settled. */
export async function waitForState(
  run: Run,
  app: string,
  machine: Machine,
  state: "started" | "stopped" | "settled",
  timeoutMs: number,
): Promise<void> {
  const until = Date.now() + timeoutMs;
  for (let pause = 500; ; pause = Math.min(pause * 2, 2000)) {
    try {
      await waitFor(run, app, machine.id, { states: [state] });
      return;
    } catch (error) {
      if (Date.now() >= until) throw timeoutReached(machine, state, timeoutMs);
      const policy = configOf(machine).restart?.policy;
      if (messageOf(error).includes("machine failed to reach desired state") && policy === "no") {
        throw new FlyError(
          "machine failed to reach desired start state, and restart policy was set to no restart",
        );
      }
      if (statusOf(error) === 400) throw wrap("failed waiting for machine", error);
      await sleep(pause);
    }
  }
}

function timeoutReached(machine: Machine, state: string, timeoutMs: number): FlyError {
  return new FlyError("timeout reached waiting for machine's state to change", {
    description: `The machine ${machine.id} took more than ${formatDuration(timeoutMs * 1e6)} to reach "${state}"`,
  });
}

/** Prints to stderr how many checks pass, until all of them do. It waits at most five minutes. */
export async function watchChecks(run: Run, app: string, machines: Machine[]): Promise<void> {
  const total = machines.reduce((sum, machine) => sum + (machine.checks ?? []).length, 0);
  if (total === 0) {
    run.print("No health checks found");
    return;
  }
  const until = Date.now() + 300_000;
  for (;;) {
    let passed = 0;
    for (const { id } of machines) {
      const machine = await retry(
        () => getMachine(run, app, id),
        () => true,
        { first: 100, most: 10_000, total: 5000 },
      );
      const checks = machine.checks ?? [];
      if (checks.length === 0) continue;
      const passing = checks.filter((check) => check.status === "passing").length;
      passed += passing;
      run.warn(`  Waiting for ${id} to become healthy (${machine.state}, ${passing}/${checks.length})`);
    }
    if (passed === total) return;
    if (Date.now() >= until) throw new FlyError("context deadline exceeded", { exitCode: 126 });
    await sleep(1000);
  }
}
