import type { EndByHand, TaskByHand } from "./by-hand.ts";
import { say } from "./call/progress.ts";
import { forgotten, remove, runOneOff } from "./release/one-off.ts";
import { clone, model } from "./release/rails.ts";
import type { JobSpec } from "./spec.ts";
import { machinesOf, sharedSize } from "./things/machines.ts";
import { syncSecrets } from "./things/secrets-version.ts";

/** The job of a command that an operator runs. */
export const operatorJob = "operator";

/** Runs the command and prints its output as it arrives. */
export async function run({ fly, spec, print }: TaskByHand<JobSpec>): Promise<EndByHand> {
  const { app, memoryMb, command } = spec;
  const machines = await machinesOf(fly, app);
  await remove(fly, app, forgotten(machines, operatorJob));
  const like = model(app, machines);
  await syncSecrets(fly, app);
  const ended = await runOneOff(fly, {
    ...clone(app, like, operatorJob, app, command.join(" ").slice(0, 60)),
    ...(memoryMb !== undefined && { size: sharedSize(memoryMb) }),
    command,
    onLine: print,
  });
  if (ended.oomKilled) say(app, "the job ran out of memory: give it more with --memory-mb");
  return { exitCode: ended.exitCode };
}
