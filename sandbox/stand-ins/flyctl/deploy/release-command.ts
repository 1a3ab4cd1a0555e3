/** Runs release_command in its own machine. Source: superfly/flyctl deploy/machines_releasecommand.go. */
import { setTimeout as sleep } from "node:timers/promises";
import { pollLogs } from "../api/app-logs.ts";
import type { Machine } from "../api/machines.ts";
import { FlyError, messageOf, statusOf, wrap } from "../go/errors.ts";
import type { Deployment } from "./deployment.ts";
import { inputForReleaseCommand, launchBody } from "./launch-input.ts";
import { Leasable } from "./leasable.ts";
import { type StatusLine, singleLine } from "./status-lines.ts";
import { suggestTimeout } from "./suggestions.ts";

const logsTimeoutMs = 20_000;

/** Runs the command, if there is one. Fails if its exit code is not 0. */
export async function runReleaseCommand(deployment: Deployment): Promise<void> {
  const { run, appName } = deployment;
  const command: string = deployment.config.sections.deploy?.release_command ?? "";
  if (command === "") return;
  run.warn(`Running ${appName} release_command: ${command}`);
  const line = singleLine(run);
  try {
    const machine = await createMachine(deployment, line);
    run.warn("Starting machine");
    try {
      await machine.start(line);
    } catch (error) {
      run.warn(`error starting release_command machine: ${messageOf(error)}`);
      throw error;
    }
    await waitForEnd(deployment, machine, line);
    await judge(deployment, machine, line);
  } catch (error) {
    line.failed(error);
    throw error;
  }
}

async function createMachine(deployment: Deployment, line: StatusLine): Promise<Leasable> {
  const { run, appName } = deployment;
  try {
    // An earlier machine destroys itself, so a failure here is ignored.
    await deployment.releaseCommandMachine?.destroy().catch(() => undefined);
    let raw: Machine;
    try {
      const body = launchBody(deployment, inputForReleaseCommand(deployment));
      const path = `/apps/${appName}/machines`;
      raw = (await run.flaps.wrapped("failed to launch VM", "POST", path, body)) as unknown as Machine;
    } catch (error) {
      throw wrap("error creating a release_command machine", error);
    }
    line.log(`Created release_command machine ${raw.id}`);
    const machine = new Leasable(run, appName, raw, true);
    try {
      await machine.waitForState(line, "stopped", deployment.waitTimeoutMs, { justCreated: true });
    } catch (error) {
      throw suggestTimeout(error, "wait-timeout");
    }
    return machine;
  } catch (error) {
    throw wrap("error running release_command machine", error);
  }
}

async function waitForEnd(deployment: Deployment, machine: Leasable, line: StatusLine): Promise<void> {
  try {
    await machine.waitForState(line, "started", deployment.waitTimeoutMs);
  } catch (error) {
    // The machine ended and was destroyed before the first look.
    if (statusOf(error) === 404) return;
    const reason = suggestTimeout(error, "wait-timeout");
    throw wrap(`error waiting for release_command machine ${machine.id} to start`, reason);
  }
  try {
    await machine.waitForState(line, "destroyed", deployment.releaseCommandTimeoutMs);
  } catch (error) {
    const reason = suggestTimeout(error, "release-command-timeout");
    throw wrap(`error waiting for release_command machine ${machine.id} to finish running`, reason);
  }
}

async function judge(deployment: Deployment, machine: Leasable, line: StatusLine): Promise<void> {
  const { run } = deployment;
  let code: number;
  try {
    const event = await machine.waitForEvent(line, "exit", "start", deployment.releaseCommandTimeoutMs);
    const exit = event.request?.MonitorEvent?.exit_event ?? event.request?.exit_event;
    if (exit === undefined) throw new FlyError("error no exit code in this MachineRequest");
    code = exit.exit_code ?? 0;
  } catch (error) {
    throw wrap(`error finding the release_command machine ${machine.id} exit event`, error);
  }
  if (code === 0) {
    line.become("success", `release_command ${machine.id} completed successfully`);
    return;
  }
  line.become("failure", "release_command failed");
  run.warn(`Error release_command failed running on machine ${machine.id} with exit code ${code}.`);
  run.warn("Checking logs: fetching the last 100 lines below:");
  await printLogs(deployment, machine.id);
  throw new FlyError(`machine ${machine.id} exited with non-zero status of ${code}`);
}

/** Prints the machine's last hundred lines. The line about the end of the main process ends the wait. */
async function printLogs(deployment: Deployment, machine: string): Promise<void> {
  const { run } = deployment;
  const until = Date.now() + logsTimeoutMs;
  const lines: string[] = [];
  let token = "";
  let ended = false;
  while (!ended && Date.now() < until) {
    try {
      const page = await pollLogs(run, deployment.appName, { token, machine, region: run.settings.region });
      token = page.nextToken || token;
      for (const entry of page.entries) {
        const time = entry.timestamp.replace(/\.\d+/, "");
        lines.push(`\u001b[2m${time}\u001b[0m ${entry.message}`);
        ended ||= entry.message.includes("Main child exited normally");
      }
    } catch {
      // Missing logs do not fail the deployment.
    }
    if (!ended) await sleep(150);
  }
  if (!ended) run.warn("timeout waiting for release command logs");
  for (const text of lines.slice(-100)) run.warn(text);
}
