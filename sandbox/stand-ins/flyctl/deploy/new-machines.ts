/** Machines for groups without machines. Source: superfly/flyctl deploy/machines_deploymachinesapp.go. */
import type { Data } from "../api/graphql.ts";
import type { Machine } from "../api/machines.ts";
import { flatten } from "../fly-toml/groups.ts";
import { allServices } from "../fly-toml/machine-config.ts";
import { FlyError, messageOf, wrap } from "../go/errors.ts";
import type { Deployment } from "./deployment.ts";
import { inputForLaunch, type LaunchInput, launchBody } from "./launch-input.ts";
import { Leasable } from "./leasable.ts";
import { warnAboutListening } from "./listening.ts";
import { smokeChecks } from "./smoke-checks.ts";
import { type StatusLine, statusLines } from "./status-lines.ts";
import { suggestTimeout } from "./suggestions.ts";

/** Launches the first machine of each group. By default it also launches a second machine or a standby. */
export async function launchGroups(deployment: Deployment, groups: string[]): Promise<void> {
  const { run } = deployment;
  const lines = statusLines(run, groups.length);
  const stopping: Record<"stop" | "suspend", string[]> = { stop: [], suspend: [] };
  for (const [i, group] of groups.entries()) {
    const line = lines[i] as StatusLine;
    line.become("running", "Launching new machine");
    run.print(`No machines in group ${group}, launching a new machine`);
    try {
      const first = await spawn(deployment, group, [], line);
      const services = allServices(flatten(deployment.config, group).sections);
      const how = autostopOf(services);
      if (how !== "off") stopping[how].push(group);
      if (deployment.highAvailability) await spawnSecond(deployment, group, first, services, line);
    } catch (error) {
      line.failed(error);
      throw error;
    }
  }
  if (groups.length > 0) run.warn("Finished launching new machines");
  noteAutostop(deployment, stopping.stop, "stop", "stopped");
  noteAutostop(deployment, stopping.suspend, "suspend", "suspended");
}

function noteAutostop(deployment: Deployment, groups: string[], how: string, will: string): void {
  if (groups.length === 0) return;
  deployment.run.print(
    `\n\nNOTE: The machines for [${groups.sort().join(",")}] have services with 'auto_stop_machines = "${how}"' that will be ${will} when idling\n`,
  );
}

/** The least strict setting of all services applies. */
function autostopOf(services: Data[]): "off" | "stop" | "suspend" {
  if (services.length === 0) return "off";
  const all = services.map((one) => one.auto_stop_machines);
  if (all.every((one) => one === "suspend")) return "suspend";
  return all.every((one) => one === "suspend" || one === true || one === "stop") ? "stop" : "off";
}

async function spawnSecond(
  deployment: Deployment,
  group: string,
  first: Leasable,
  services: Data[],
  line: StatusLine,
): Promise<void> {
  const { run } = deployment;
  if ((flatten(deployment.config, group).sections.mounts ?? []).length > 0) return;
  if (services.length > 0) {
    run.print("Creating a second machine for high availability and zero downtime deployments.");
    run.print('To disable this, set "min_machines_running = 0" in your fly.toml.');
    await spawn(deployment, group, [], line);
  } else {
    run.print(`Creating a standby machine for ${first.id}`);
    await spawn(deployment, group, [first.id], line);
  }
}

async function spawn(
  deployment: Deployment,
  group: string,
  standbyFor: string[],
  line: StatusLine,
): Promise<Leasable> {
  const { run, appName } = deployment;
  let input: LaunchInput;
  try {
    input = inputForLaunch(deployment, group, standbyFor);
  } catch (error) {
    throw wrap("error creating machine configuration", error);
  }
  let raw: Machine;
  try {
    const body = launchBody(deployment, input, Math.trunc(deployment.waitTimeoutMs / 1000));
    const path = `/apps/${appName}/machines`;
    raw = (await run.flaps.wrapped("failed to launch VM", "POST", path, body)) as unknown as Machine;
  } catch (error) {
    throw wrap("error creating a new machine", error);
  }
  const machine = new Leasable(run, appName, raw, false);
  line.log(`Machine ${machine.shownId} was created`);
  try {
    if (!input.skipLaunch && deployment.strategy !== "immediate") await waitForNew(deployment, machine, line);
  } finally {
    await machine.releaseLease();
  }
  return machine;
}

async function waitForNew(deployment: Deployment, machine: Leasable, line: StatusLine): Promise<void> {
  await smokeChecks(deployment, machine, line);
  if (!deployment.skipHealthChecks) {
    try {
      await machine.waitForState(line, "started", deployment.waitTimeoutMs, { justCreated: true });
    } catch (error) {
      throw suggestTimeout(error, "wait-timeout");
    }
    try {
      await machine.waitForChecks(line, deployment.waitTimeoutMs);
    } catch (error) {
      await warnAboutListening(deployment, machine);
      throw error;
    }
    line.become("success", `Machine ${machine.shownId} update finished: success`);
  }
  await warnAboutListening(deployment, machine);
}

/** If a launch fails because of a missing payment method, flyctl prints more. The local Fly has no payments. */
export function isCapacity(error: unknown): boolean {
  const text = messageOf(error);
  return (
    error instanceof FlyError &&
    (text.includes("could not reserve resource for machine") ||
      text.includes("deploys to this host are temporarily disabled"))
  );
}
