/**
 * The local world: the state that all local clouds share, kept in one JSON document.
 *
 * The clouds ask each other what the real ones ask each other: SendGrid resolves names in Cloudflare's zone,
 * a machine writes into R2. So they share one state. The state is plain JSON, because every change is written
 * to disk: a world that is killed and started again continues where it was.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { initialCloudflare } from "./cloudflare/initial.ts";
import type { CloudflareState } from "./cloudflare/state.ts";
import { type FlyState, initialFly } from "./fly/state.ts";
import { Journal } from "./journal.ts";
import { RealMachines, type RealMachinesOptions } from "./real/real-machines.ts";
import { initialSendgrid, type SendgridState } from "./sendgrid/state.ts";

/** One slot per cloud. Each cloud declares its own slot. */
export interface State {
  cloudflare: CloudflareState;
  sendgrid: SendgridState;
  fly: FlyState;
}

/** What every local cloud receives. */
export interface World {
  /** Plain JSON, mutated in place. Call {@link World.changed} after a mutation. */
  readonly state: State;
  /** All calls that any cloud answered. */
  readonly journal: Journal;
  /** Share of the modelled latency that is really waited: 0 = none, 1 = as slow as the real clouds. */
  readonly latencyScale: number;
  /** The machines whose programs really run; undefined: all are models. */
  readonly real?: RealMachines;
  /** The world's clock. {@link World.advance} moves it forward, so that a test need not wait for hours. */
  now(): Date;
  advance(milliseconds: number): void;
  /** Reports a mutation of the state, so that the state is written to disk. */
  changed(): void;
  /** Resets the world to its first start. */
  reset(): void;
}

/** Where a world's state is kept, and how slow the world is. */
export interface WorldOptions {
  /** File that keeps the state between runs. Without it the state is lost when the process ends. */
  stateFile?: string;
  /** See {@link World.latencyScale}. Default 0. */
  latencyScale?: number;
  /**
   * Really runs PostgreSQL, and the scripts of backups, here. Not with `stateFile`: what is in a database is not in the
   * state.
   */
  machines?: RealMachinesOptions;
}

/** What is written to disk: the clouds' state and the offset of the world's clock. */
interface Saved {
  state: State;
  clockOffset: number;
}

/** Opens a world: the saved one if it exists, otherwise a new one. */
export function openWorld(options: WorldOptions = {}): World {
  const { stateFile, latencyScale = 0, machines } = options;
  const saved = stateFile !== undefined && existsSync(stateFile) ? load(stateFile) : undefined;
  const state = saved?.state ?? initialState();
  let clockOffset = saved?.clockOffset ?? 0;
  let writing = false;

  // Many mutations happen in one turn of the event loop. One write at the end of the turn covers them all.
  const changed = () => {
    if (stateFile === undefined || writing) return;
    writing = true;
    setImmediate(() => {
      writing = false;
      save(stateFile, { state, clockOffset });
    });
  };
  return {
    state,
    journal: new Journal(),
    latencyScale,
    ...(machines && { real: new RealMachines(machines) }),
    now: () => new Date(Date.now() + clockOffset),
    advance(milliseconds) {
      clockOffset += milliseconds;
      changed();
    },
    changed,
    reset() {
      Object.assign(state, initialState());
      clockOffset = 0;
      changed();
    },
  };
}

function initialState(): State {
  return { cloudflare: initialCloudflare(), sendgrid: initialSendgrid(), fly: initialFly() };
}

function load(file: string): Saved {
  return JSON.parse(readFileSync(file, "utf8")) as Saved;
}

/**
 * Writes to a second file and renames it: a kill at any moment leaves the whole old document or the whole new
 * one.
 */
function save(file: string, saved: Saved): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.part`, JSON.stringify(saved), { mode: 0o600 });
  renameSync(`${file}.part`, file);
}
