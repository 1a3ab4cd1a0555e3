import type { Size } from "../spec.ts";

/** A list of arguments, without the program's own name. */
export type Argv = string[];

/** The app. Always given: otherwise flyctl looks for one in the environment and in a fly.toml. */
export const on = (app: string): Argv => ["-a", app];

/** A machine's size in full. With `--vm-size` alone, `postgres create` uses its own table of sizes. */
export const sizeFlags = ({ cpuKind, cpus, memoryMb }: Size): Argv => [
  "--vm-cpu-kind",
  cpuKind,
  "--vm-cpus",
  String(cpus),
  "--vm-memory",
  String(memoryMb),
];
