/**
 * A machine of a deployment: its lease, its changes, and its waits.
 *
 * Source: superfly/flyctl internal/machine/leasable_machine.go.
 */

import { setTimeout as sleep } from "node:timers/promises";
import { retry } from "../api/flaps.ts";
import {
  configOf,
  getMachine,
  groupOf,
  isReleaseCommand,
  type Machine,
  type MachineEvent,
  waitFor,
} from "../api/machines.ts";
import { FlyError, messageOf, statusOf, wrap } from "../go/errors.ts";
import type { Run } from "../run.ts";
import type { StatusLine } from "./status-lines.ts";

/**
 * The official flyctl polls every half to two seconds. A local Fly answers faster, so the stand-in polls more
 * often.
 */
const shortestPauseMs = 150;
const longestPauseMs = 1000;

/** A wait that timed out. All waits have the same message. */
export class WaitTimeout extends FlyError {
  readonly state: string;

  constructor(state: string) {
    super("timeout reached waiting for machine's state to change");
    this.state = state;
  }
}

/** A machine of a deployment. */
export class Leasable {
  machine: Machine;
  private readonly run: Run;
  private readonly app: string;
  /** Whether its waits are printed. Waits for new machines are not. */
  private readonly showLogs: boolean;
  private nonce: string;
  private destroyed = false;
  private refresh: NodeJS.Timeout | undefined;

  constructor(run: Run, app: string, machine: Machine, showLogs: boolean) {
    this.run = run;
    this.app = app;
    this.machine = machine;
    this.showLogs = showLogs;
    this.nonce = machine.nonce ?? "";
  }

  get id(): string {
    return this.machine.id;
  }

  get group(): string {
    return groupOf(this.machine);
  }

  /** `148e… [web]`. */
  get shownId(): string {
    const group = this.group;
    return group === "" || isReleaseCommand(this.machine) ? this.id : `${this.id} [${group}]`;
  }

  private path(rest = ""): string {
    return `/apps/${this.app}/machines/${this.id}${rest}`;
  }

  /** Acquires the lease and renews it until its release. */
  async acquireLease(ms: number): Promise<void> {
    if (this.nonce !== "") return;
    const path = this.path(`/lease?ttl=${Math.trunc(ms / 1000)}`);
    const failed = `failed to get lease on VM ${this.id}`;
    const lease = await retry(
      () => this.run.flaps.wrapped(failed, "POST", path),
      () => true,
    );
    if (lease.status !== "success") {
      throw new FlyError(
        `did not acquire lease for machine ${this.id} status: ${lease.status ?? ""} code: ${lease.code ?? ""} message: ${lease.message ?? ""}`,
      );
    }
    this.nonce = lease.data?.nonce ?? "";
    this.refresh = setInterval(() => void this.renewLease(path), (ms - 1000) / 3);
    this.refresh.unref();
  }

  private async renewLease(path: string): Promise<void> {
    try {
      await this.run.flaps.send("POST", path, undefined, this.nonce);
    } catch (error) {
      if (messageOf(error).includes("machine not found")) return;
      this.run.caution(`error refreshing lease for machine ${this.id}: ${messageOf(error)}\n`);
    }
  }

  /** Releases the lease. A failure is only printed; with `ofSet` the message is another one. */
  async releaseLease(ofSet = false): Promise<void> {
    clearInterval(this.refresh);
    const nonce = this.nonce;
    this.nonce = "";
    if (nonce === "" || this.destroyed) return;
    try {
      await this.run.flaps.order("", "DELETE", this.path("/lease"), undefined, nonce);
    } catch (error) {
      if (!ofSet)
        this.run.caution(`failed to release lease for machine ${this.shownId}: ${messageOf(error)}`);
      else if (statusOf(error) !== 404) this.run.caution(`failed to release lease: ${messageOf(error)}\n`);
    }
  }

  /** Gives the machine a new config. */
  async update(input: unknown): Promise<void> {
    if (this.nonce === "") throw new FlyError(`no current lease for machine ${this.id}`);
    const failed = `failed to update VM ${this.id}`;
    const updated = await this.run.flaps.wrapped(failed, "POST", this.path(), input, this.nonce);
    this.machine = updated as unknown as Machine;
  }

  async start(line: StatusLine): Promise<void> {
    this.logWaiting(line, "started");
    await this.run.flaps.wrapped(`failed to start VM ${this.id}`, "POST", this.path("/start"));
  }

  async destroy(): Promise<void> {
    if (this.destroyed) return;
    const failed = `failed to destroy VM ${this.id}`;
    await this.run.flaps.order(failed, "DELETE", this.path("?kill=true"), undefined, this.nonce);
    this.destroyed = true;
  }

  private logWaiting(line: StatusLine, state: string): void {
    if (this.showLogs) line.log(`Waiting for ${this.shownId} to have state: ${state}`);
  }

  /** Waits for a state. The timeout 0 means no timeout. */
  async waitForState(
    line: StatusLine,
    state: string,
    timeoutMs: number,
    options: { justCreated?: boolean } = {},
  ): Promise<void> {
    const until = timeoutMs === 0 ? Number.POSITIVE_INFINITY : Date.now() + timeoutMs;
    this.logWaiting(line, state);
    for (const pause of pauses()) {
      try {
        const left = Math.min(until - Date.now(), 120_000);
        await waitFor(this.run, this.app, this.id, { states: [state], timeoutMs: left });
        break;
      } catch (error) {
        if (Date.now() >= until) throw new WaitTimeout(state);
        const missing = statusOf(error) === 404;
        if (missing && state === "destroyed") break;
        if (missing && !options.justCreated) throw error;
        await sleep(pause);
      }
    }
    if (this.showLogs) line.log(`Machine ${this.shownId} has state: ${state}`);
  }

  /** Waits ten seconds and fails on a crash loop. */
  async waitForSmokeChecks(line: StatusLine): Promise<void> {
    const until = Date.now() + 10_000;
    if (this.showLogs) line.log(`Checking that ${this.shownId} is up and running`);
    for (const pause of pauses()) {
      let machine: Machine;
      try {
        machine = await getMachine(this.run, this.app, this.id);
      } catch (error) {
        throw wrap(`error getting machine ${this.id} from api`, error);
      }
      const crashing = isCrashing(machine);
      const startedAt = startAfterLaunch(machine.events ?? []);
      if (startedAt !== undefined && Date.now() - startedAt > 10_000 && !crashing) return;
      if (Date.now() >= until) return;
      if (crashing) throw new FlyError("the app appears to be crashing");
      await sleep(pause);
    }
  }

  /** Waits until there is at least one check and all checks pass. */
  async waitForChecks(line: StatusLine, timeoutMs: number): Promise<void> {
    const config = configOf(this.machine);
    const services = (config.services ?? []).reduce((sum, service) => sum + (service.checks ?? []).length, 0);
    if (Object.keys(config.checks ?? {}).length + services === 0) return;
    const until = Date.now() + timeoutMs;
    let told = false;
    for (const pause of pauses()) {
      let machine: Machine;
      try {
        machine = await getMachine(this.run, this.app, this.id);
      } catch (error) {
        throw wrap(`error getting machine ${this.id} from api`, error);
      }
      const checks = machine.checks ?? [];
      const passing = checks.filter((check) => check.status === "passing").length;
      const done = checks.length > 0 && passing === checks.length;
      if (this.showLogs && (done || !told)) {
        line.log(`Waiting for ${this.shownId} to become healthy: ${passing}/${checks.length}\n`);
        told = true;
      }
      if (done) return;
      if (Date.now() >= until) throw new ChecksTimeout(this.id);
      await sleep(pause);
    }
  }

  /** Waits for an event of a type that is newer than the newest event of another type, and returns it. */
  async waitForEvent(
    line: StatusLine,
    type: string,
    after: string,
    timeoutMs: number,
  ): Promise<MachineEvent> {
    const until = timeoutMs === 0 ? Number.POSITIVE_INFINITY : Date.now() + timeoutMs;
    line.log(`Waiting for ${this.shownId} to get ${type} event`);
    for (const pause of pauses()) {
      let events: MachineEvent[];
      try {
        events = (await getMachine(this.run, this.app, this.id)).events ?? [];
      } catch (error) {
        throw wrap(`error getting machine ${this.id} from api`, error);
      }
      const since = events.findIndex((event) => event.type === after);
      const found = events.slice(0, Math.max(0, since)).find((event) => event.type === type);
      if (found !== undefined) return found;
      if (Date.now() >= until) throw new ChecksTimeout(this.id);
      await sleep(pause);
    }
    throw new ChecksTimeout(this.id);
  }
}

/** The error for checks or events that did not arrive in time. */
export class ChecksTimeout extends FlyError {
  constructor(id: string) {
    super(`timeout reached waiting for health checks to pass for machine ${id}: context deadline exceeded`);
  }
}

/** An endless series of growing pauses. */
function* pauses(): Generator<number> {
  for (let pause = shortestPauseMs; ; pause = Math.min(pause * 2, longestPauseMs)) yield pause;
}

function isCrashing(machine: Machine): boolean {
  const request = machine.events?.find((event) => event.type === "exit")?.request;
  const exit = request?.exit_event;
  if (exit === undefined) return false;
  const again = exit.restarting === true && (request?.restart_count ?? 0) > 1;
  return exit.requested_stop !== true && again && (exit.exit_code ?? 0) !== 0;
}

/** Time of the machine's last start; undefined if it has exited or was launched again since. */
function startAfterLaunch(events: MachineEvent[]): number | undefined {
  const first = (type: string) => events.findIndex((event) => event.type === type);
  const [start, launch, exit] = [first("start"), first("launch"), first("exit")];
  if (start < 0 || (launch >= 0 && start >= launch)) return undefined;
  if (exit >= 0 && exit <= start) return undefined;
  return events[start]?.timestamp;
}
