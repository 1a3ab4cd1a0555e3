/** Runs a command in a machine of its own, beside the community's. */
import { flyEndpoint } from "../components/fly/driver-call.ts";
import { inShell, shell } from "../providers/fly/call/shell.ts";
import { run as driver } from "../providers/fly/run.ts";
import type { JobSpec } from "../providers/fly/spec.ts";
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

/**
 * The driver runs in this process, so the command's output arrives as it is printed, and Ctrl-C stops the watching.
 *
 * @returns the command's exit code; 1 when it could not be run.
 */
export async function runInMachine({ stack: name, memoryMb, command }: MachineJob): Promise<number> {
  const stack = await openStack(name);
  const { app, endpoints } = communityIn(await configOf(stack), stack);
  const spec: JobSpec = { app, command: [...command], ...(memoryMb !== undefined && { memoryMb }) };
  const own = shell();
  const surroundings = {
    ...own,
    env: { ...own.env, ...flyEndpoint(endpoints.fly), SPEC: JSON.stringify(spec) },
    // The driver takes secrets from there, and a job has none: what is piped into this command is not theirs.
    input: async () => "",
  };
  return inShell(surroundings, () => driver(["job", "run"]));
}
