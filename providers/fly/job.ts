import type { Fly } from "./call/flyctl.ts";
import { say } from "./call/progress.ts";
import { remove, runOneOff } from "./release/one-off.ts";
import { clone, model } from "./release/rails.ts";
import { type Machine, machinesOf, sharedSize } from "./things/machines.ts";

/**
 * The operator's command, run in a machine of its own with the image and settings of the running web machine:
 * `node providers/fly/main.ts job run --app A [--memory-mb N] -- bin/tootctl accounts refresh --all --verbose`.
 */
export interface JobArguments {
  app: string;
  memoryMb: number | undefined;
  command: string[];
}

/** @throws Error that says what is wrong with the arguments. */
export function parseJob(args: readonly string[]): JobArguments {
  const split = args.indexOf("--");
  const command = split < 0 ? [] : args.slice(split + 1);
  const options = split < 0 ? [...args] : args.slice(0, split);
  let app: string | undefined;
  let memoryMb: number | undefined;
  for (let i = 0; i < options.length; i++) {
    const [name = "", inline] = (options[i] ?? "").split("=");
    const value = inline ?? options[++i];
    if (value === undefined) throw new Error(`${name} wants a value`);
    if (name === "--app") app = value;
    else if (name === "--memory-mb") memoryMb = Number(value);
    else throw new Error(`${name} is unknown`);
  }
  if (app === undefined) throw new Error("--app is missing");
  if (command.length === 0) throw new Error("after -- a command is missing");
  if (memoryMb !== undefined && !(Number.isInteger(memoryMb) && memoryMb >= 256 && memoryMb % 256 === 0))
    throw new Error("--memory-mb is megabytes in steps of 256");
  return { app, memoryMb, command };
}

/** Runs the job and passes its output to `onLine` as it arrives. @returns the job's exit code */
export async function runJob(
  fly: Fly,
  { app, memoryMb, command }: JobArguments,
  onLine: (line: string) => void,
): Promise<number> {
  const machines = await machinesOf(fly, app);
  await remove(fly, app, forgotten(machines));
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

/** Jobs of killed runs: ended more than an hour ago, and never removed. A running job is still in use. */
function forgotten(machines: readonly Machine[]): Machine[] {
  return machines.filter(
    (one) =>
      one.config?.metadata?.mastiff_job === "operator" &&
      one.state === "stopped" &&
      Date.now() - Date.parse(one.updated_at ?? "") > 3_600_000,
  );
}
