import * as argv from "./argv.ts";
import type { Fly } from "./flyctl.ts";
import { jsonIn } from "./parse.ts";

/** The result of a command inside a machine. */
export interface Executed {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** Runs a command in a started machine over the API. flyctl exits 0 even on failure: check `exitCode`. */
export async function execIn(fly: Fly, app: string, machine: string, command: string): Promise<Executed> {
  const output = await fly.repeatable(argv.machineExec(app, machine, command), { app });
  // The JSON omits zero and empty values.
  const { exit_code, stdout, stderr } = jsonIn(output) as {
    exit_code?: number;
    stdout?: string;
    stderr?: string;
  };
  return { exitCode: exit_code ?? 0, stdout: stdout ?? "", stderr: stderr ?? "" };
}
