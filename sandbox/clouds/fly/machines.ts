/**
 * Operations on an existing machine: start, stop, restart, destroy, lease. Also the API's view of a machine.
 */
import { listens, respond } from "../mastodon/program.ts";
import type { World } from "../world.ts";
import { Refusal } from "./errors.ts";
import { note } from "./events.ts";
import { nonce } from "./ids.ts";
import { findImage } from "./images.ts";
import { begin, demolish, doze, halt } from "./lifecycle.ts";
import { interrupt, isCycling, periodOf } from "./schedule.ts";
import { situation } from "./situation.ts";
import type { App, Machine, ServiceCheck } from "./state.ts";

/** @throws 404 with the text that superfly/flyctl quotes (internal/command/machine/select.go). */
export function requireMachine(app: App, id: string): Machine {
  const machine = app.machines[id];
  if (machine === undefined) throw new Refusal(404, `machine not found`);
  return machine;
}

/** Starts a stopped machine. */
export function start(world: World, machine: Machine): Record<string, string> {
  const previous = machine.state;
  if (previous !== "stopped" && previous !== "created" && previous !== "suspended") {
    throw new Refusal(412, "failed_precondition: machine still active, refusing to start");
  }
  leaveToSchedule(world, machine);
  begin(world, machine);
  world.changed();
  return { previous_state: previous, migrated: "false", new_host: "" };
}

/** Stops a machine. A second call is not an error. */
export function stop(world: World, machine: Machine): void {
  if (machine.state === "started" || machine.state === "starting") {
    halt(world, machine);
    world.changed();
  }
}

/** Suspends a running machine. In any other state the call is refused (docs reference/suspend-resume). */
export function suspend(world: World, machine: Machine): void {
  if (machine.state !== "started") {
    throw new Refusal(412, `failed_precondition: machine is ${machine.state}, not started`);
  }
  // fly.io/docs/reference/suspend-resume: "No schedule configured". The text is a guess.
  if (periodOf(machine) !== undefined) {
    throw new Refusal(412, "failed_precondition: machines with a schedule cannot be suspended");
  }
  doze(world, machine);
  world.changed();
}

/** Restarts in place, with the same configuration and the same secrets. */
export function restart(world: World, machine: Machine): void {
  if (machine.state === "destroyed" || machine.state === "destroying") {
    throw new Refusal(412, `failed_precondition: machine is ${machine.state}`);
  }
  if (machine.state !== "started") leaveToSchedule(world, machine);
  if (machine.state === "started") {
    note(world, machine, {
      type: "exit",
      status: "stopped",
      source: "flyd",
      request: { exit_event: { requested_stop: true, exited_at: world.now().toISOString() } },
    });
  }
  note(world, machine, { type: "restart", status: "stopping", source: "user" });
  interrupt(machine);
  machine.ready = false;
  begin(world, machine);
  world.changed();
}

/** Refuses to start a machine that only its schedule starts (schedule.ts, where the source is). */
function leaveToSchedule(world: World, machine: Machine): void {
  if (isCycling(machine) && !world.state.fly.dials.scheduledStarts) {
    throw new Refusal(
      412,
      "failed_precondition: machine has a schedule and can only be started by its schedule",
    );
  }
}

/** Destroys a machine. A running machine is destroyed only with `kill`. */
export function destroy(world: World, machine: Machine, kill: boolean): void {
  if (machine.state === "destroyed" || machine.state === "destroying") return;
  if (!kill && !["stopped", "suspended", "created"].includes(machine.state)) {
    throw new Refusal(
      412,
      "failed_precondition: unable to destroy machine, not currently stopped or suspended",
    );
  }
  demolish(world, machine);
  world.changed();
}

/** Takes a lease, or extends the caller's own. https://fly.io/docs/machines/api/machines-resource/ */
export function lease(world: World, machine: Machine, ttlSeconds: number, held: string | undefined): void {
  const now = world.now().getTime();
  checkLease(world, machine, held);
  machine.lease = {
    nonce: held !== undefined && machine.lease?.nonce === held ? held : nonce(world),
    expiresAt: now + ttlSeconds * 1000,
    owner: world.state.fly.user.email,
  };
  world.changed();
}

/**
 * @throws 409 while another caller holds the lease (superfly/flyctl internal/command/deploy/plan.go quotes
 *   it).
 */
export function checkLease(world: World, machine: Machine, held: string | undefined): void {
  const { lease: current } = machine;
  if (current === null || current.expiresAt <= world.now().getTime() || current.nonce === held) return;
  throw new Refusal(
    409,
    `aborted: machine ID ${machine.id} lease currently held by ${current.owner}, expires at ${new Date(current.expiresAt).toISOString()}`,
  );
}

/** Machines that still exist. */
export function live(app: App): Machine[] {
  return Object.values(app.machines).filter((m) => m.state !== "destroyed");
}

/** A machine as the API shows it. */
export function machineBody(world: World, app: App, machine: Machine): Record<string, unknown> {
  const image = findImage(machine.config.image);
  const checks = checkStates(world, app, machine);
  return {
    id: machine.id,
    name: machine.name,
    state: machine.state,
    region: machine.region,
    image_ref: {
      registry: image?.registry,
      repository: image?.repository,
      tag: image?.tag,
      digest: image?.digest,
      labels:
        image?.program === "postgres-flex"
          ? { "fly.app_role": "postgres_cluster", "fly.version": "v0.0.66" }
          : null,
    },
    instance_id: machine.instanceId,
    private_ip: machine.privateIp,
    created_at: machine.createdAt,
    updated_at: machine.updatedAt,
    config: machine.config,
    events: machine.events,
    ...(checks.length > 0 && { checks }),
    host_status: "ok",
    ...(machine.cordoned && { cordoned: true }),
  };
}

/**
 * The state of every health check. Service checks are named by position, protocol and port; other checks have
 * names.
 */
export function checkStates(world: World, app: App, machine: Machine): Record<string, unknown>[] {
  const named: [string, ServiceCheck, number][] = [];
  machine.config.services?.forEach((service, index) => {
    for (const check of service.checks ?? []) {
      const number = check.port ?? service.internal_port;
      named.push([
        `servicecheck-${String(index).padStart(2, "0")}-${check.type ?? "tcp"}-${number}`,
        check,
        number,
      ]);
    }
  });
  for (const [name, check] of Object.entries(machine.config.checks ?? {}))
    named.push([name, check, check.port ?? 0]);
  return named.map(([name, check, number]) => {
    const fault = faultOf(world, app, machine, check, number);
    return {
      name,
      status: fault === undefined ? "passing" : "critical",
      output: fault ?? (check.type === "http" ? "OK" : "Success"),
      updated_at: machine.readyAt === null ? machine.updatedAt : new Date(machine.readyAt).toISOString(),
    };
  });
}

function faultOf(
  world: World,
  app: App,
  machine: Machine,
  check: ServiceCheck,
  port: number,
): string | undefined {
  if (machine.state !== "started" || !machine.ready) return "connect: connection refused";
  const seen = situation(world, app, machine);
  if (!listens(seen, port)) return "connect: connection refused";
  if (check.type !== "http") return undefined;
  const headers = new Headers();
  for (const { name, values } of check.headers ?? []) headers.set(name, values.join(", "));
  const url = new URL(check.path ?? "/", "http://check");
  const answer = respond(seen, {
    port,
    method: (check.method ?? "GET").toUpperCase(),
    path: url.pathname,
    query: url.searchParams,
    host: headers.get("host") ?? machine.privateIp,
    scheme: headers.get("x-forwarded-proto") === "https" ? "https" : "http",
    headers,
  });
  if (answer === undefined) return "malformed HTTP response";
  return answer.status >= 200 && answer.status < 300 ? undefined : `status code ${answer.status}, want 2xx`;
}
