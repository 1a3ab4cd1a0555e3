/** Machines: those that serve, by process group, and one-off jobs. */

import { findImage } from "../fly/images.ts";
import { checkStates } from "../fly/machines.ts";
import type { App, Machine, MachineEvent } from "../fly/state.ts";
import { behind } from "../mastodon/direct.ts";
import type { World } from "../world.ts";
import type { Redact } from "./redact.ts";

/**
 * A machine's condition as a colour: `green` serves, `busy` is starting, `red` is broken, `off` is stopped.
 */
export type Light = "green" | "busy" | "red" | "off";

/** A machine that is not a one-off. */
export interface MachineView {
  id: string;
  name: string;
  group: string;
  state: string;
  light: Light;
  /** What is wrong, in words; empty when nothing is. */
  trouble: string;
  /** `shared 1× · 1 GB` */
  size: string;
  image: string;
  tag: string;
  region: string;
  checks: { passing: number; of: number };
  restarts: number;
  cordoned: boolean;
  /** Changes with every new version of the machine. */
  instance: string;
}

/** A one-off machine: it does one job and ends. Of a scheduled one, this is the last run. */
export interface JobView {
  id: string;
  title: string;
  command: string;
  tag: string;
  /** `gone`: the machine was destroyed, which is how a job normally ends. */
  state: "waits" | "runs" | "ended" | "gone";
  exitCode: number | null;
  since: string;
  /** Null while the job runs. */
  milliseconds: number | null;
  size: string;
}

export interface LineView {
  id: string;
  at: string;
  /** The program itself, or the part of Fly that wrote the line. */
  by: string;
  line: string;
}

/** How many one-offs of an app are shown. */
const jobsShown = 8;

/** Maximum number of lines that `logsOf` returns. */
const linesShown = 200;

/**
 * The machines of an app, without one-offs and destroyed machines. Machines with a service come first, then
 * by group.
 */
export function machinesView(world: World, app: App): MachineView[] {
  const services = ({ config }: Machine) => config.services?.length ?? 0;
  return Object.values(app.machines)
    .filter((machine) => machine.state !== "destroyed" && !isOneOff(machine))
    .sort(
      (a, b) => services(b) - services(a) || groupOf(a).localeCompare(groupOf(b)) || a.id.localeCompare(b.id),
    )
    .map((machine) => machineView(world, app, machine));
}

/** The one-offs of an app, newest first. */
export function jobsView(app: App, redact: Redact): JobView[] {
  return Object.values(app.machines)
    .filter(isOneOff)
    .sort((a, b) => b.createdAt.localeCompare(a.createdAt))
    .slice(0, jobsShown)
    .map((machine) => jobView(machine, redact));
}

/** The last lines that a machine wrote, oldest first, even after its end. */
export function logsOf(app: App, machine: string, redact: Redact): LineView[] {
  return app.logs
    .filter((line) => line.instance === machine)
    .slice(-linesShown)
    .map(({ id, timestamp, provider, message }) => ({
      id,
      at: timestamp,
      by: provider,
      line: redact(message),
    }));
}

/** A machine without a process group is shown under the program in its image. */
function groupOf({ config }: Machine): string {
  return config.metadata?.fly_process_group ?? findImage(config.image)?.program ?? "app";
}

/** Whether a machine is never restarted: `machine run --restart no`, a release command. */
function isOneOff({ config }: Machine): boolean {
  return (
    config.restart?.policy === "no" ||
    config.auto_destroy === true ||
    config.metadata?.fly_process_group === "fly_app_release_command"
  );
}

function machineView(world: World, app: App, machine: Machine): MachineView {
  const image = findImage(machine.config.image);
  const checks = checkStates(world, app, machine);
  const passing = checks.filter((check) => check.status === "passing").length;
  const failing = checks.find((check) => check.status !== "passing");
  const { id, name, state, region, restarts, cordoned } = machine;
  const light = lightOf(machine, failing !== undefined);
  return {
    id,
    name,
    group: groupOf(machine),
    state,
    light,
    trouble: light === "red" ? troubleOf(machine, failing) : "",
    size: sizeOf(machine),
    image: image?.repository ?? machine.config.image,
    tag: image?.tag ?? "",
    region,
    checks: { passing, of: checks.length },
    restarts,
    cordoned,
    instance: machine.instanceId,
  };
}

function lightOf({ state, ready, restarts }: Machine, failing: boolean): Light {
  if (state === "started") {
    if (!ready) return restarts > 0 ? "red" : "busy";
    return failing ? "red" : "green";
  }
  if (["created", "starting", "replacing"].includes(state)) return restarts > 0 ? "red" : "busy";
  return restarts > 0 ? "red" : "off";
}

function troubleOf(machine: Machine, failing: Record<string, unknown> | undefined): string {
  if (machine.restarts > 0) return `crashed ${machine.restarts}×, ${endOf(machine)}`;
  return `${failing?.name}: ${failing?.output}`;
}

function jobView(machine: Machine, redact: Redact): JobView {
  const { id, name, config, state } = machine;
  const exited = lastExit(machine);
  const began = (config.schedule && machine.startedAt) || Date.parse(machine.createdAt);
  const command = behind(config.init?.exec ?? config.init?.cmd ?? [], {}).words;
  return {
    id,
    title: config.metadata?.mastiff_job ?? name,
    command: redact(command.join(" ").replace(/\s+/g, " ").slice(0, 200)),
    tag: findImage(config.image)?.tag ?? "",
    state: stateOfJob(machine),
    exitCode: exitCodeOf(machine),
    since: new Date(began).toISOString(),
    milliseconds:
      exited === undefined
        ? state === "destroyed"
          ? Date.parse(machine.updatedAt) - began
          : null
        : exited.timestamp - began,
    size: sizeOf(machine),
  };
}

function stateOfJob(machine: Machine): JobView["state"] {
  if (machine.state === "destroyed" || machine.state === "destroying") return "gone";
  if (exitCodeOf(machine) !== null) return "ended";
  return machine.state === "started" ? "runs" : "waits";
}

/** The end of the last run; undefined: the machine has not ended since it was last started. */
function lastExit({ events, config }: Machine): MachineEvent | undefined {
  const last = events.find(({ type }) => type === "exit" || (config.schedule && type === "start"));
  return last?.type === "exit" ? last : undefined;
}

/** Null while the machine has not exited. The API omits an exit code of zero. */
function exitCodeOf(machine: Machine): number | null {
  const exited = lastExit(machine);
  if (exited === undefined) return null;
  const event = exited.request?.exit_event as { exit_code?: number } | undefined;
  return event?.exit_code ?? 0;
}

function endOf(machine: Machine): string {
  const exited = machine.events.find((event) => event.type === "exit");
  const event = exited?.request?.exit_event as { oom_killed?: boolean } | undefined;
  return event?.oom_killed === true ? "out of memory" : `exit code ${exitCodeOf(machine) ?? "unknown"}`;
}

function sizeOf({ config }: Machine): string {
  const { cpu_kind: kind = "shared", cpus = 1, memory_mb: memory = 256 } = config.guest ?? {};
  return `${kind} ${cpus}× · ${memory >= 1024 ? `${memory / 1024} GB` : `${memory} MB`}`;
}
