import * as argv from "./argv.ts";
import type { Fly } from "./flyctl.ts";
import { jsonIn } from "./parse.ts";

/** What a command inside a machine answered. */
export interface Executed {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** Runs a command inside a started machine, over the API: flyctl exits 0 whatever becomes of it, so see `exitCode`. */
export async function execIn(fly: Fly, app: string, machine: string, command: string): Promise<Executed> {
  const output = await fly.repeatable(argv.machineExec(app, machine, command), { app });
  // Zero and empty are left out.
  const { exit_code, stdout, stderr } = jsonIn(output) as {
    exit_code?: number;
    stdout?: string;
    stderr?: string;
  };
  return { exitCode: exit_code ?? 0, stdout: stdout ?? "", stderr: stderr ?? "" };
}
