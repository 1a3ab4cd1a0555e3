/** Runs a command in a machine of its own, beside the community's. */
import type { JobSpec } from "../providers/fly/spec.ts";
import { runDriver } from "./driver.ts";
import { communityIn, configOf, openStack } from "./stack.ts";

/** What the help says of every command that runs in a machine. */
export const notes = [
  "Output and exit code are those of the command. The exit code is 1 if it could not be run.",
  "Ctrl-C only stops watching. The command continues in its machine.",
];

/** Which stack's community, and how much memory. */
export interface MachineJob {
  stack: string | undefined;
  /** Undefined: as much as the web machine. */
  memoryMb: number | undefined;
  command: readonly string[];
}

/** @returns the command's exit code; 1 when it could not be run. */
export async function runInMachine({ stack: name, memoryMb, command }: MachineJob): Promise<number> {
  const stack = await openStack(name);
  const { app, endpoints } = communityIn(await configOf(stack), stack);
  const spec: JobSpec = { app, command: [...command], ...(memoryMb !== undefined && { memoryMb }) };
  return runDriver({ call: ["job", "run"], spec, endpoint: endpoints.fly });
}
