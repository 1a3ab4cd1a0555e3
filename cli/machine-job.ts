/** Runs a command in a machine of its own, beside the community's. */
import type { JobSpec } from "../providers/fly/spec.ts";
import { openCommunity } from "./community.ts";
import { runDriver } from "./driver.ts";

/** What the help says of every command that runs in a machine. */
export const notes = [
  "Output and exit code are those of the command. The exit code is 1 if it could not be run.",
  "Ctrl-C only stops watching. The command continues in its machine.",
];

/** Which stack's community, and how much memory. */
export interface MachineJob {
  stack: string | undefined;
  /** Logical name of the community; undefined: the only one. */
  community: string | undefined;
  /** Undefined: as much as the web machine. */
  memoryMb: number | undefined;
  command: readonly string[];
}

/** @returns the command's exit code; 1 when it could not be run. */
export async function runInMachine({ stack, community, memoryMb, command }: MachineJob): Promise<number> {
  const { app, endpoints } = (await openCommunity(stack, community)).settings;
  const spec: JobSpec = { app, command: [...command], ...(memoryMb !== undefined && { memoryMb }) };
  return runDriver({ call: ["job", "run"], spec, endpoint: endpoints.fly });
}
