/** A stack of fresh clouds whose every process, call, file and word is looked at. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { environment } from "../../sandbox/toolchain/environment.ts";
import type { Scene } from "./evidence.ts";
import { watchProcesses } from "./process-watch.ts";
import { type Secret, secretsOf } from "./secret-hunt.ts";
import { type Outcome, openStack, type StackOptions } from "./stack.ts";
import { startWorld } from "./world.ts";

/** A scene that a test works in. */
export interface OpenScene extends Scene, AsyncDisposable {
  /** Remembers what a run printed, as a place where no secret may be, and gives the run back. */
  note<Run extends Pick<Outcome, "output">>(name: string, run: Run): Run;
  /** All secrets of the stack's state, and the operator's own credentials. */
  secrets(): Promise<Secret[]>;
}

/** Starts to watch, then opens a stack. Temporary files of everything that is started lie in one folder meanwhile. */
export async function openScene(options: StackOptions = {}): Promise<OpenScene> {
  const temporary = mkdtempSync(join(tmpdir(), "hunt-"));
  const usual = process.env.TMPDIR;
  process.env.TMPDIR = temporary;
  const since = Date.now();
  const world = await startWorld();
  const stack = await openStack(world, options);
  const watch = watchProcesses(temporary);
  const said: Scene["said"] = [];
  return {
    world,
    stack,
    watch,
    said,
    temporary,
    since,
    note(name, run) {
      said.push({ name, text: run.output });
      return run;
    },
    async secrets() {
      const env = environment(world.toolchain, stack.place.target);
      return [...(await secretsOf(stack)), ...operatorsOf(env)];
    },
    async [Symbol.asyncDispose]() {
      watch.stop();
      await stack.end();
      await world.stop();
      rmSync(temporary, { recursive: true, force: true });
      if (usual === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = usual;
    },
  };
}

function operatorsOf(env: Record<string, string | undefined>): Secret[] {
  return ["CLOUDFLARE_API_TOKEN", "SENDGRID_API_KEY", "FLY_API_TOKEN"].flatMap((name) =>
    env[name] === undefined ? [] : [{ name: `operator's ${name}`, value: env[name] }],
  );
}
