/** One `pulumi` operation on a world, measured. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import type { Entry } from "../sandbox/clouds/journal.ts";
import { environment } from "../sandbox/toolchain/environment.ts";
import { onStack, type Workplace } from "../sandbox/toolchain/stack.ts";
import type { World } from "./world.ts";

/** What an operation took. */
export interface Measured {
  /** Wall time. */
  seconds: number;
  /**
   * User and system time of `pulumi` and all processes below it, without the clouds. Undefined where the machine cannot
   * say: not Linux, or no perl.
   */
  cpuSeconds: number | undefined;
  /** The calls that the clouds answered meanwhile. */
  calls: Entry[];
}

export interface OperationOptions {
  /** Another stack on the same clouds. Default: the world's. */
  place?: Workplace;
  /** Arguments in addition to those that an operation without a terminal needs. */
  args?: readonly string[];
  /** Variables in addition to those of the world. */
  env?: Record<string, string>;
  /** Whether a preview must find nothing to do. Default true. */
  isClean?: boolean;
  /** Ends the operation as Ctrl-C would. */
  signal: AbortSignal;
}

export type Verb = "preview" | "up" | "refresh" | "destroy";

/** What an operation that changes something needs without a terminal. */
const yes = ["--yes", "--skip-preview"];

/** Number of the system call prctl, by Node's name of the processor. */
const prctl: Readonly<Record<string, number>> = { x64: 157, arm64: 167 };

/**
 * Runs an operation.
 * @throws Error with the last lines of pulumi's output when it fails
 */
export async function operate(world: World, verb: Verb, options: OperationOptions): Promise<Measured> {
  const { folder } = world;
  const { place = world.place, isClean = true } = options;
  const before = (await world.journal()).length;
  const cpuFile = join(folder, "cpu-seconds");
  rmSync(cpuFile, { force: true });
  const pulumi = join(place.toolchain.bin, "pulumi");
  const how = verb !== "preview" ? yes : isClean ? ["--expect-no-changes"] : [];
  const args = [verb, ...onStack(place), ...how, "--non-interactive", "--color=never"];
  const [file = "", ...rest] = [...accountingInto(cpuFile), pulumi, ...args, ...(options.args ?? [])];
  const began = performance.now();
  const run = await execa(file, rest, {
    cwd: place.project,
    env: { ...environment(place.toolchain, place.target), ...options.env },
    extendEnv: false,
    stdin: "ignore",
    all: true,
    reject: false,
    cancelSignal: options.signal,
    killSignal: "SIGINT",
    // pulumi ends at once at a second SIGINT, and leaves its work half done. In a process group of its own it gets one:
    // not that of the terminal. It is waited for.
    detached: true,
    forceKillAfterDelay: false,
  });
  const seconds = (performance.now() - began) / 1000;
  if (options.signal.aborted) throw new Error("interrupted");
  if (run.exitCode !== 0) {
    const last = (run.all ?? "").trim().split("\n").slice(-25).join("\n");
    throw new Error(`pulumi ${verb} ended with exit code ${run.exitCode}:\n${last}`);
  }
  return {
    seconds,
    cpuSeconds: existsSync(cpuFile) ? Number(readFileSync(cpuFile, "utf8")) : undefined,
    calls: await world.journal(before),
  };
}

/** The words before a program that let its CPU time be written into a file. None where this cannot be done. */
export function accountingInto(file: string): string[] {
  const call = process.platform === "linux" ? prctl[process.arch] : undefined;
  if (call === undefined || !existsSync("/usr/bin/perl")) return [];
  const script = fileURLToPath(new URL("accounting.pl", import.meta.url));
  return ["/usr/bin/perl", script, file, `${call}`];
}
