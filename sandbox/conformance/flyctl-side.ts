/** Asks one side a question about flyctl: a fresh local Fly, a folder of its own, and steps one after another. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FlyClouds, serveFlyClouds } from "./fly-clouds.ts";
import { callForm, reducer, stateForm } from "./flyctl-form.ts";
import { runFlyctl } from "./flyctl-process.ts";
import type { OfficialParts, Side } from "./question.ts";

export interface Line {
  /** `{machine}`, `{machine 2}` and `{volume}` stand for ids of things that earlier steps made. */
  args: string[];
  stdin?: string;
  /** `undefined`: the operator's token. "": none. */
  token?: string;
  /** Compares only whether stderr is empty, because its words come from a library of the official flyctl. */
  ownWords?: boolean;
}

/** An event between runs. */
export type Happening = (clouds: FlyClouds) => Promise<void> | void;

/** The steps, and the files in the folder. */
export interface Story {
  name: string;
  files?: Record<string, string>;
  steps: (Line | Happening)[];
  /** flyctl works on several machines in parallel, so lines and calls are compared without their order. */
  parallel?: boolean;
}

/**
 * Plays a story. The result has the output of every run, the calls that change something, and Fly's state at the end.
 */
export async function live(official: OfficialParts, side: Side, story: Story): Promise<unknown> {
  const clouds = await serveFlyClouds();
  const folder = mkdtempSync(join(tmpdir(), "flyctl-"));
  try {
    for (const [name, text] of Object.entries(story.files ?? {})) writeFileSync(join(folder, name), text);
    const parallel = story.parallel ?? false;
    const host = new URL(clouds.url).host;
    const reduce = reducer(
      [
        [folder, "{folder}"],
        [host, "{host}"],
      ],
      parallel,
    );
    const runs: unknown[] = [];
    for (const step of story.steps) {
      if (typeof step === "function") {
        await step(clouds);
        continue;
      }
      const args = step.args.map((arg) => filledIn(arg, clouds));
      const { token, stdin } = step;
      const ran = await runFlyctl(official, side, args, { url: clouds.url, folder, token, stdin });
      const stdout = reduce(ran.stdout);
      const stderr = reduce(ran.stderr);
      runs.push({
        args: step.args.join(" "),
        exitCode: ran.exitCode,
        stdout: parallel ? stdout.split("\n").sort() : stdout,
        stderr: step.ownWords ? stderr !== "" : stderr,
      });
    }
    const calls = clouds.world.journal.entries.flatMap((entry) => callForm(entry, reduce));
    const state = stateForm(clouds.world.state.fly, reduce, parallel);
    return { runs, calls: parallel ? calls.sort() : calls, state };
  } finally {
    clouds.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function filledIn(arg: string, clouds: FlyClouds): string {
  const apps = Object.values(clouds.world.state.fly.apps);
  const ids: Record<string, string[]> = {
    machine: apps.flatMap((app) => Object.keys(app.machines)),
    volume: apps.flatMap((app) => Object.keys(app.volumes)),
  };
  return arg.replace(/\{(machine|volume)(?: (\d+))?\}/g, (_, kind: string, n = "1") => {
    const id = ids[kind]?.[Number(n) - 1];
    if (id === undefined) throw new Error(`there is no ${kind} ${n}`);
    return id;
  });
}
