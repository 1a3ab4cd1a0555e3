/**
 * The programs that run in machines: which one an image holds, how long it takes, and what becomes of it.
 *
 * A program is asked twice: `plan` when its machine starts (a service that will listen, or a job that will end,
 * and after how long), `boot` when that time is over. What it does to databases and buckets, it does then.
 */

import type { Image, Program } from "../fly/images.ts";
import type { App, Disk, Machine } from "../fly/state.ts";
import type { World } from "../world.ts";

/** What a program sees of the world. */
export interface Situation {
  world: World;
  app: App;
  machine: Machine;
  image: Image;
  /** Entrypoint and command. */
  argv: string[];
  env: Record<string, string>;
  disk: Disk;
}

/** How it will go on: `milliseconds` until a service listens, or until a job ends. */
export interface Plan {
  kind: "service" | "job";
  milliseconds: number;
}

/** How it went: lines of its log, and an exit code unless it goes on running. */
export interface Outcome {
  lines: string[];
  exit?: number;
  /** The kernel ended it for want of memory. */
  oom?: boolean;
}

/** One kind of image. */
export interface Behaviour {
  plan(seen: Situation): Plan;
  boot(seen: Situation): Outcome;
}

const behaviours: Partial<Record<Program, Behaviour>> = {};

/** How it will go on. */
export function plan(seen: Situation): Plan {
  return behaviours[seen.image.program]?.plan(seen) ?? { kind: "job", milliseconds: 500 };
}

/** How it went. */
export function boot(seen: Situation): Outcome {
  return behaviours[seen.image.program]?.boot(seen) ?? { lines: [], exit: 0 };
}

/** What a health check finds: `passing`, or why not. `path` is null for a check that only connects. */
export function listening(_seen: Situation, _port: number, _path: string | null): string {
  return "passing";
}

/** What a command that is run beside the program prints. */
export interface Execution {
  exit: number;
  stdout: string;
  stderr: string;
}

/** Runs a command in a machine: a line that is split like a shell's, or words. */
export function execute(_seen: Situation, _command: string | string[], _stdin: string): Execution {
  return { exit: 127, stdout: "", stderr: "command not found\n" };
}
