/**
 * The local world: the state that all local clouds share, kept in one JSON document.
 *
 * Clouds ask each other what the real ones ask each other (SendGrid resolves names in Cloudflare's zone,
 * a machine writes into R2), so they live over one state. Only plain JSON goes in, because every change is
 * written to disk: a world that is killed and started again goes on where it was.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { initialCloudflare } from "./cloudflare/initial.ts";
import type { CloudflareState } from "./cloudflare/state.ts";
import { type FlyState, initialFly } from "./fly/state.ts";
import { Journal } from "./journal.ts";
import { initialSendgrid, type SendgridState } from "./sendgrid/state.ts";

/** One slot per cloud; each cloud declares its own. */
export interface State {
  cloudflare: CloudflareState;
  sendgrid: SendgridState;
  fly: FlyState;
}

/** What every local cloud is given. */
export interface World {
  /** Plain JSON, mutated in place. Call {@link World.changed} after a mutation. */
  readonly state: State;
  /** Every call that any of the clouds answered. */
  readonly journal: Journal;
  /** Share of the modelled latency that is really waited: 0 = none, 1 = as slow as the real clouds. */
  readonly latencyScale: number;
  /** The world's clock. Moved forward by {@link World.advance}, so that a test can let hours pass. */
  now(): Date;
  /** Moves the world's clock forward. */
  advance(milliseconds: number): void;
  /** Says that the state was mutated, so that it is written to disk. */
  changed(): void;
  /** Puts the world back to how it was at the very first start. */
  reset(): void;
}

/** Where a world's state is kept and how slow it is. */
export interface WorldOptions {
  /** File that holds the state between runs. Without it the world is forgotten when the process ends. */
  stateFile?: string;
  /** See {@link World.latencyScale}. Default 0. */
  latencyScale?: number;
}

/** Everything that is written to disk: the clouds' state and the offset of the world's clock. */
interface Saved {
  state: State;
  clockOffset: number;
}

/** Opens a world: the saved one if there is one, else a fresh one. */
export function openWorld(options: WorldOptions = {}): World {
  const { stateFile, latencyScale = 0 } = options;
  const saved = stateFile !== undefined && existsSync(stateFile) ? load(stateFile) : undefined;
  const state = saved?.state ?? initialState();
  let clockOffset = saved?.clockOffset ?? 0;
  let writing = false;

  // Many mutations happen in one turn of the event loop: one write at its end covers them all.
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

/** Writes beside and renames: a kill at any moment leaves the old document or the new one, never half of one. */
function save(file: string, saved: Saved): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.part`, JSON.stringify(saved), { mode: 0o600 });
  renameSync(`${file}.part`, file);
}
