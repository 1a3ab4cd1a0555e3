/** What all rows measure with, and what they share. */
import type { Terminal } from "../sandbox/toolchain/terminal.ts";
import type { Toolchain } from "../sandbox/toolchain/toolchain.ts";
import { type Measured, operate } from "./operation.ts";
import { type MachineLife, startWorld, type World } from "./world.ts";

export interface Lab {
  toolchain: Toolchain;
  terminal: Terminal;
  /** Aborted by Ctrl-C: every operation ends as soon as pulumi does. */
  signal: AbortSignal;
  /** How often each measurement is repeated. */
  runs: number;
  /** Share of the real clouds' latency that the rows about waiting wait for. */
  scale: number;
  /** Measurements that several rows are about, by name. */
  shared: Map<string, Promise<unknown>>;
}

/** An `up` from nothing, and the machines after it. */
export interface FirstUp extends Measured {
  machines: MachineLife[];
}

/** One figure of a row: what it is called, and its values, one a run. */
export interface Figure {
  name: string;
  /** Empty for a ratio. */
  unit: "" | "s" | "CPU s" | "MB" | "calls" | "processes";
  values: number[];
  /** The value that is to be kept: at most, or at least. */
  goal?: { most: number } | { least: number };
}

/** What a row found. */
export interface Found {
  figures: Figure[];
  /** Raw data behind the figures: plain JSON without bodies of calls, in which there are secrets. */
  data: unknown;
}

/** A row of the table. */
export interface Row {
  number: number;
  /** What is measured, in the words of the table. */
  what: string;
  /** Whether it waits for the modelled latency, {@link Lab.scale}. Default false. */
  isWaiting?: boolean;
  measure(lab: Lab): Promise<Found>;
}

/** Runs `work` with a world that is gone afterwards. */
export async function inWorld<T>(
  lab: Lab,
  options: Omit<Parameters<typeof startWorld>[0], "toolchain">,
  work: (world: World) => Promise<T>,
): Promise<T> {
  lab.signal.throwIfAborted();
  await using world = await startWorld({ toolchain: lab.toolchain, ...options });
  return await work(world);
}

/** Measures something `lab.runs` times, and says which time it is. */
export async function repeated<T>(lab: Lab, what: string, measure: () => Promise<T>): Promise<T[]> {
  const all: T[] = [];
  for (let run = 1; run <= lab.runs; run += 1) {
    const step = lab.terminal.step(`${what}, ${run} of ${lab.runs}`);
    try {
      all.push(await measure());
      step.done(`${what}, ${run} of ${lab.runs}`);
    } catch (error) {
      step.fail(`${what}, ${run} of ${lab.runs}`);
      throw error;
    }
  }
  return all;
}

/** A measurement that is made once, however many rows ask for it. */
export function shared<T>(lab: Lab, name: string, measure: () => Promise<T>): Promise<T> {
  const known = lab.shared.get(name) as Promise<T> | undefined;
  const measuring = known ?? measure();
  lab.shared.set(name, measuring);
  return measuring;
}

/** Ups from nothing, each in a world of its own. */
export function upsFromNothing(lab: Lab, latency: number): Promise<FirstUp[]> {
  const what = `up from nothing, latency × ${latency}`;
  return shared(lab, what, () =>
    repeated(lab, what, () =>
      inWorld(lab, { latency }, async (world) => {
        const up = await operate(world, "up", { signal: lab.signal });
        return { ...up, machines: await world.machines() };
      }),
    ),
  );
}

/**
 * Why a row about processes and CPU time cannot be measured here: the stand-ins of plugins and language host do their
 * work in the process of the clouds. Undefined: it can.
 */
export function whyNotCounted({ toolchain }: Lab): string | undefined {
  const { host, plugins } = toolchain.standIns;
  return host || plugins.length > 0
    ? "needs the official language host and plugins: the stand-ins do their work in the process of the clouds"
    : undefined;
}
