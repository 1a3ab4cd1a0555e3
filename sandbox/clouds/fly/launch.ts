/** Creates machines and new versions of them. */
import type { World } from "../world.ts";
import { networkPrefix } from "./addresses.ts";
import { Refusal } from "./errors.ts";
import { note } from "./events.ts";
import { instanceId, machineId, serial } from "./ids.ts";
import { begin, newVersion, park } from "./lifecycle.ts";
import { checkConfig, type MachineInput } from "./machine-config.ts";
import { lease, live } from "./machines.ts";
import { findRegion } from "./regions.ts";
import type { App, Machine } from "./state.ts";

/** Creates a machine and, without `skip_launch`, starts it. */
export function launch(world: World, app: App, input: MachineInput): Machine {
  const region = input.region || "ams";
  if (findRegion(region) === undefined) throw new Refusal(400, `invalid region: ${region}`);
  if (world.state.fly.dials.fullRegions.includes(region)) {
    throw new Refusal(
      422,
      `insufficient resources available to fulfill request: no capacity in ${region}`,
      "insufficient_capacity",
    );
  }
  const id = machineId(world);
  const name = input.name || `local-machine-${id.slice(-4)}`;
  if (live(app).some((m) => m.name === name)) {
    throw new Refusal(
      409,
      `already_exists: unique machine name violation, machine ID ${live(app).find((m) => m.name === name)?.id} already exists with name "${name}"`,
    );
  }
  checkSecretsVersion(app, input);
  const at = world.now().toISOString();
  const machine: Machine = {
    id,
    name,
    state: "created",
    region,
    instanceId: instanceId(world),
    privateIp: `${networkPrefix(world, app)}:a7b:${id.slice(0, 3)}:1:${(serial(world) % 65536).toString(16)}:2`,
    createdAt: at,
    updatedAt: at,
    config: checkConfig(app, id, region, input),
    events: [],
    steps: [],
    lease: null,
    cordoned: input.skip_service_registration ?? false,
    secrets: secretsFor(app, input),
    ready: false,
    readyAt: null,
    restarts: 0,
    hasStarted: false,
    disk: {},
  };
  app.machines[id] = machine;
  attach(app, machine);
  note(
    world,
    machine,
    { type: "launch", status: "created", source: "user" },
    12_000 * (1 - world.latencyScale),
  );
  if (input.lease_ttl) lease(world, machine, input.lease_ttl, undefined);
  if (input.skip_launch) park(world, machine);
  else begin(world, machine);
  world.changed();
  return machine;
}

/**
 * Gives a machine a new configuration. This creates a new instance, which starts unless `skip_launch` is set.
 */
export function update(world: World, app: App, machine: Machine, input: MachineInput): void {
  checkSecretsVersion(app, input);
  if (input.region && input.region !== machine.region) {
    throw new Refusal(400, `machine ${machine.id} is in region ${machine.region}, it can't be moved`);
  }
  const config = checkConfig(app, machine.id, machine.region, input);
  detach(app, machine);
  machine.config = config;
  attach(app, machine);
  machine.secrets = secretsFor(app, input);
  if (input.name) machine.name = input.name;
  // The old instance gets an exit event, because flyctl takes the newest exit as the current instance's.
  if (machine.state === "started" || machine.state === "starting") {
    note(world, machine, {
      type: "exit",
      status: "stopped",
      source: "flyd",
      request: { exit_event: { requested_stop: true, exited_at: world.now().toISOString() } },
    });
  }
  note(world, machine, { type: "update", status: "replacing", source: "user" });
  newVersion(world, machine);
  // Each version gets a launch event: flyctl counts a machine's uptime from the first start after the last
  // launch.
  const ago = 12_000 * (1 - world.latencyScale);
  note(world, machine, { type: "launch", status: "created", source: "user" }, ago);
  if (input.skip_launch) park(world, machine);
  else begin(world, machine);
  machine.state = "replacing";
  world.changed();
}

function checkSecretsVersion(app: App, input: MachineInput): void {
  const wanted = input.min_secrets_version ?? 0;
  if (wanted > app.secretsVersion) {
    throw new Refusal(
      412,
      `failed_precondition: secrets version ${wanted} is not available yet, the newest is ${app.secretsVersion}`,
    );
  }
}

function secretsFor(app: App, input: MachineInput): Record<string, string> {
  if (input.skip_secrets) return {};
  return Object.fromEntries(Object.values(app.secrets).map((s) => [s.name, s.value]));
}

function attach(app: App, machine: Machine): void {
  for (const mount of machine.config.mounts ?? []) {
    const volume = app.volumes[mount.volume];
    if (volume !== undefined) volume.machineId = machine.id;
  }
}

function detach(app: App, machine: Machine): void {
  for (const volume of Object.values(app.volumes)) {
    if (volume.machineId === machine.id) volume.machineId = null;
  }
}
