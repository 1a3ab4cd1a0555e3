/** The driver and the stand-in flyctl in the test's own process: a verb costs what it does, and no start of Node. */

import { run } from "../../providers/fly/run.ts";
import type { Ended, Program } from "../../providers/shared/program.ts";
import { inShell, type Shell } from "../../providers/shared/shell.ts";
import { flyctl } from "../../sandbox/stand-ins/flyctl/flyctl.ts";

/** What a run is given. */
export interface Surroundings {
  env: Record<string, string>;
  temporaryFolder: string;
  input: string;
}

/** How it ended. */
export interface EndedRun {
  code: number;
  stdout: string;
  stderr: string;
}

/** `node providers/fly/start.mjs <args>` without the process, its flyctl the stand-in. */
export async function runDriver(args: string[], given: Surroundings): Promise<EndedRun> {
  const said = { stdout: "", stderr: "" };
  const shell: Shell = {
    env: given.env,
    temporaryFolder: given.temporaryFolder,
    input: async () => given.input,
    stdout(text) {
      said.stdout += text;
    },
    stderr(text) {
      said.stderr += text;
    },
    onStop: () => {},
    runProgram: runFlyctl,
    fetch,
    isTerminal: false,
    columns: undefined,
    runAttached: async () => {
      throw new Error("the driver has no terminal");
    },
    ask: async () => {
      throw new Error("the driver asks nobody");
    },
  };
  const code = await inShell(shell, async () => {
    try {
      return await run(args);
    } catch (error) {
      said.stderr += `${error instanceof Error ? error.stack : error}\n`;
      return 1;
    }
  });
  return { code, ...said };
}

/** As the driver starts flyctl; one that is stopped ends its calls, as a process that is killed would. */
export async function runFlyctl(_file: string, args: readonly string[], o: Program): Promise<Ended> {
  const said = { stdout: "", stderr: "" };
  const over = new AbortController();
  let stopped: Ended["stopped"];
  const interrupted = new Promise<undefined>((resolve) => {
    const stop = (why: Ended["stopped"]) => {
      stopped ??= why;
      over.abort();
      resolve(undefined);
    };
    const timer = o.timeoutMs > 0 ? setTimeout(() => stop("timeout"), o.timeoutMs) : undefined;
    o.signal.addEventListener("abort", () => stop("signal"));
    over.signal.addEventListener("abort", () => clearTimeout(timer));
  });
  const say = (stream: "stdout" | "stderr") => (text: string) => {
    if (over.signal.aborted) return;
    said[stream] += text;
    o.onOutput(stream, text);
  };
  const working = flyctl([...args], {
    env: o.env,
    cwd: o.cwd,
    isTerminal: false,
    stdin: () => o.input,
    stdout: say("stdout"),
    stderr: say("stderr"),
    signal: over.signal,
  });
  const exitCode = await Promise.race([working, interrupted]);
  over.abort();
  await working.catch(() => {});
  return { ...said, exitCode, ...(stopped && { stopped }) };
}
