import type { Fly } from "./call/flyctl.ts";
import { say } from "./call/progress.ts";
import { forgotten, remove, runOneOff } from "./release/one-off.ts";
import { clone, model } from "./release/rails.ts";
import type { JobSpec } from "./spec.ts";
import { machinesOf, sharedSize } from "./things/machines.ts";

/** Runs the job and passes its output to `onLine` as it arrives. @returns the job's exit code */
export async function runJob(
  fly: Fly,
  { app, memoryMb, command }: JobSpec,
  onLine: (line: string) => void,
): Promise<number> {
  const machines = await machinesOf(fly, app);
  await remove(fly, app, forgotten(machines, "operator"));
  const like = model(app, machines);
  const ended = await runOneOff(fly, {
    ...clone(app, like, "operator", app, command.join(" ").slice(0, 60)),
    ...(memoryMb !== undefined && { size: sharedSize(memoryMb) }),
    command,
    onLine,
  });
  if (ended.oomKilled) say(app, "the job ran out of memory: give it more with --memory-mb");
  return ended.exitCode;
}
