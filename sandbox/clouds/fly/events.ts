/** A machine's events: the history from which clients read what happened to it. */
import type { World } from "../world.ts";
import { instanceId } from "./ids.ts";
import type { Machine, MachineEvent } from "./state.ts";

/** Adds an event, newest first. A hundred are kept. */
export function note(
  world: World,
  machine: Machine,
  event: Pick<MachineEvent, "type" | "status" | "source"> & { request?: Record<string, unknown> },
  ago = 0,
): void {
  machine.events.unshift({
    id: instanceId(world),
    ...event,
    timestamp: world.now().getTime() - ago,
  });
  machine.events.length = Math.min(machine.events.length, 100);
}

/** False and zero values are absent: Go's omitempty omits them (superfly/fly-go: MachineExitEvent). */
export function exitEvent(
  world: World,
  code: number,
  facts: { oom: boolean; requested: boolean; again: boolean },
): Record<string, unknown> {
  return {
    ...(code !== 0 && { exit_code: code, guest_exit_code: code }),
    ...(facts.oom && { oom_killed: true }),
    ...(facts.requested && { requested_stop: true }),
    ...(facts.again && { restarting: true }),
    exited_at: world.now().toISOString(),
  };
}
