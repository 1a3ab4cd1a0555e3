/** `GET …/machines/<id>/wait`: delays the answer until a machine is in a state, or until the time-out. */
import { setTimeout as sleep } from "node:timers/promises";
import type { World } from "../world.ts";
import { Refusal } from "./errors.ts";
import { nextInstant, settle } from "./lifecycle.ts";
import { requireMachine } from "./machines.ts";
import { isBusy } from "./schedule.ts";
import type { Machine } from "./state.ts";

const states = ["created", "started", "stopped", "suspended", "destroyed", "settled"];

/**
 * Waits until a machine is in one of the wanted states.
 *
 * @param timeoutSeconds between 1 and 60, or the API refuses (OpenRouterLabs/spawn pull 1619 quotes the
 *   range).
 * @throws 408 at the time-out (livebook-dev/livebook pull 2720); 412 when the state can no longer be
 *   reached, in the words that superfly/flyctl internal/machine/wait.go looks for; 404 when the machine was
 *   destroyed and another state was awaited.
 */
export async function waitFor(
  world: World,
  where: { app: string; machine: string },
  wanted: string[],
  timeoutSeconds: number,
  version: string | undefined,
): Promise<void> {
  if (!(timeoutSeconds >= 1 && timeoutSeconds <= 60)) {
    throw new Refusal(
      400,
      "invalid_argument: invalid WaitMachineRequest.Timeout: value must be inside range [1s, 1m0s]",
    );
  }
  for (const state of wanted) {
    if (!states.includes(state)) throw new Refusal(400, `invalid_argument: unknown state ${state}`);
  }
  const until = Date.now() + timeoutSeconds * 1000;
  for (;;) {
    settle(world);
    // Looked up again in every round: meanwhile the app may be destroyed, or the whole state replaced.
    const app = world.state.fly.apps[where.app];
    if (app === undefined) throw new Refusal(404, "app not found");
    const machine = requireMachine(app, where.machine);
    if (version !== undefined && version !== machine.instanceId) {
      throw new Refusal(400, `invalid_argument: machine ${machine.id} has no version ${version}`);
    }
    if (wanted.some((state) => reached(machine, state))) return;
    if (machine.state === "destroyed") throw new Refusal(404, "machine not found");
    const hopeless = !isBusy(machine) && machine.hasStarted && wanted.includes("started");
    if (hopeless && machine.state === "stopped") {
      throw new Refusal(
        412,
        `failed_precondition: machine failed to reach desired state, ${wanted.join(", ")}, currently ${machine.state}`,
      );
    }
    const left = until - Date.now();
    if (left <= 0) {
      throw new Refusal(408, `deadline_exceeded: machine did not reach ${wanted.join(", ")} in time`);
    }
    const next = nextInstant(world);
    // Another call may change the machine, or the world's clock may be moved, at any moment.
    await sleep(Math.min(left, 100, next === undefined ? 100 : Math.max(5, next - world.now().getTime())));
  }
}

function reached(machine: Machine, state: string): boolean {
  if (state === "settled") return ["started", "stopped", "suspended", "destroyed"].includes(machine.state);
  if (state === "started" && machine.hasStarted && machine.steps.some((s) => s.kind === "restart"))
    return true;
  return machine.state === state;
}
