/** One side of a question about flyctl: a fresh local Fly, a folder of its own, and steps one after the other. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { macaroon } from "../local/fly/tokens.ts";
import { type Clouds, serveClouds } from "../local/serve-clouds.ts";
import { callForm, reducer, stateForm } from "./flyctl-form.ts";
import type { OfficialParts, Side } from "./question.ts";

/** One run of flyctl. */
export interface Line {
  /** `{machine}`, `{machine 2}`, `{volume}`: the ids of what the steps before have made. */
  args: string[];
  stdin?: string;
  /** Token; `undefined` is the operator's, "" none. */
  token?: string;
  /** Of stderr, only whether there is something: the words are a library's of the official one's own. */
  ownWords?: boolean;
}

/** Something that happens between runs. */
export type Happening = (clouds: Clouds) => Promise<void> | void;

/** What is done, and the files that are there. */
export interface Story {
  name: string;
  files?: Record<string, string>;
  steps: (Line | Happening)[];
  /** Several machines are worked on at once: neither the order of lines nor that of calls says anything. */
  parallel?: boolean;
}

const ownMain = fileURLToPath(new URL("../local/flyctl/main.ts", import.meta.url));

/** Longest that a run may take. */
const patience = 90_000;

/** Live through a story: what every run brought back, the calls that change something, and Fly's state at the end. */
export async function live(official: OfficialParts, side: Side, story: Story): Promise<unknown> {
  const clouds = await serveClouds(0);
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
      const ran = await run(official, side, clouds, folder, step);
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

async function run(
  official: OfficialParts,
  side: Side,
  clouds: Clouds,
  folder: string,
  line: Line,
): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const args = line.args.map((arg) => filledIn(arg, clouds));
  const [program, all] =
    side === "official" ? [join(official.bin, "flyctl"), args] : [process.execPath, [ownMain, ...args]];
  return new Promise((resolve) => {
    const child = execFile(
      program,
      all,
      { cwd: folder, env: environment(clouds, folder, line.token), timeout: patience, maxBuffer: 1e8 },
      (error, stdout, stderr) => {
        const exitCode = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
        resolve({ exitCode, stdout, stderr });
      },
    );
    child.stdin?.end(line.stdin ?? "");
  });
}

/** Nothing of the caller's own environment: neither a login nor a setting of flyctl. */
function environment(clouds: Clouds, folder: string, token: string | undefined): Record<string, string> {
  const { url } = clouds;
  return {
    PATH: process.env.PATH ?? "",
    HOME: folder,
    FLY_CONFIG_DIR: join(folder, ".fly"),
    FLY_API_BASE_URL: url,
    FLY_FLAPS_BASE_URL: url,
    FLY_UIEX_BASE_URL: url,
    FLY_NO_UPDATE_CHECK: "1",
    FLY_NO_INCIDENTS_CHECK: "1",
    FLY_SEND_METRICS: "0",
    FLY_SYNTHETICS_AGENT: "0",
    FLY_API_TOKEN: token ?? macaroon("local-operator"),
  };
}

function filledIn(arg: string, clouds: Clouds): string {
  const apps = Object.values(clouds.world.state.fly.apps);
  const ids: Record<string, string[]> = {
    machine: apps.flatMap((app) => Object.keys(app.machines)),
    volume: apps.flatMap((app) => Object.keys(app.volumes)),
    cluster: clouds.world.state.fly.clusters.map((cluster) => cluster.id),
  };
  return arg.replace(/\{(machine|volume|cluster)(?: (\d+))?\}/g, (_, kind: string, n = "1") => {
    const id = ids[kind]?.[Number(n) - 1];
    if (id === undefined) throw new Error(`there is no ${kind} ${n}`);
    return id;
  });
}
