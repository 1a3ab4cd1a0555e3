/**
 * The driver on local clouds of the test's own. Both run in the test's process; `start` makes a process of a verb, as
 * Pulumi does, where signals, kills and streams are the point.
 */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { text } from "node:stream/consumers";
import { serveClouds } from "../../sandbox/clouds/serve-clouds.ts";
import { root } from "../../sandbox/toolchain/paths.ts";
import { controlOf } from "./control.ts";
import { runDriver, runFlyctl } from "./in-process.ts";
import { runMastiff } from "./mastiff.ts";
import { scriptedPulumi, stackAnswers } from "./scripted-pulumi.ts";
import type { Fault, FlyctlRun, JournalEntry } from "./world.ts";

/** The stand-in, which tells what it was started with. */
const standIn = join(root, "sandbox/stand-ins/flyctl/bin");

/** flyctl drops a token that is no macaroon; this one names the local world's operator. */
const operatorToken =
  "fm2_lJPEDmxvY2FsLW9wZXJhdG9yxBDARerPK44NbNZudt+JqfzIwrVodHRwczovL2FwaS5mbHkuaW8vdjGQxCClQRNcG4OQp4lrbZYAw5DdbLgidnkaoxcH50DpmyyAOA==";

export interface DriveInput {
  spec?: object;
  /** Values by stdin. */
  secrets?: Record<string, string>;
  flyToml?: string;
  /** The last output, as Pulumi hands it to update and delete. */
  previous?: unknown;
  env?: Record<string, string | undefined>;
}

export interface Driven {
  code: number | null;
  stdout: string;
  stderr: string;
  /** stdout, parsed. */
  // biome-ignore lint/suspicious/noExplicitAny: each kind has its own output.
  output: any;
}

export interface DriverWorld extends AsyncDisposable {
  url: string;
  /** Environment of a driver that keeps its files in the folder. */
  environment(temporaryFolder: string): Record<string, string>;
  /** Runs a verb to its end; it must leave nothing in the folder for temporary files. */
  drive(kind: string, verb: string, input?: DriveInput): Promise<Driven>;
  /** As `drive`, for what has to succeed: its output. */
  // biome-ignore lint/suspicious/noExplicitAny: each kind has its own output.
  must(kind: string, verb: string, input?: DriveInput): Promise<any>;
  /** Runs `mastiff` with the words, for a stack whose app this is. Default: `acme`. */
  mastiff(words: readonly string[], app?: string): Promise<Pick<Driven, "code" | "stdout" | "stderr">>;
  /** Starts a verb, to be stopped half way. `said` waits until its stderr holds the text. */
  start(kind: string, verb: string, input?: DriveInput): Started;
  /** State of the local Fly. */
  // biome-ignore lint/suspicious/noExplicitAny: the local Fly's state is no code of ours.
  fly(): Promise<any>;
  /** Changes the local Fly behind everybody's back. */
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  meddle(change: (fly: any) => void): Promise<void>;
  faults(...faults: Fault[]): Promise<void>;
  /** Number of the newest call, to ask for later ones. */
  now(): Promise<number>;
  journal(after?: number): Promise<JournalEntry[]>;
  /** What the stand-in flyctl was started with; empty with the official one. */
  flyctlRuns(): Promise<FlyctlRun[]>;
  stop(): Promise<void>;
}

export interface Started {
  process: ChildProcess;
  /** What it left in the folder for temporary files. */
  leftovers(): string[];
  said(words: string): Promise<void>;
  ended: Promise<Driven>;
}

export interface DriverWorldOptions {
  /** Share of the real clouds' slowness. Default: none. */
  latency?: number;
  /** Folder of the flyctl that the driver finds. Default: the stand-in's. */
  flyctlFolder?: string;
}

/**
 * Starts local clouds without engine and plugins, and without Fly's rate limit: a driver that meets it waits half a
 * second and asks again. Tests of the limit dial it in.
 */
export async function startDriverWorld(o: DriverWorldOptions = {}): Promise<DriverWorld> {
  const { url, close } = await serveClouds(0, { latencyScale: o.latency ?? 0 });

  const control = controlOf(url);
  await control("PATCH", "dials", { fly: { requestsPerSecond: 0 } });
  const journal = async (after = 0): Promise<{ entries: JournalEntry[]; flyctl: FlyctlRun[] }> =>
    control("GET", `journal?after=${after}`);

  const start = (kind: string, verb: string, input: DriveInput = {}): Started => {
    const temporary = mkdtempSync(join(tmpdir(), "driver-"));
    const child = spawn(process.execPath, ["providers/fly/start.mjs", kind, verb], {
      cwd: root,
      env: environment(url, o.flyctlFolder ?? standIn, temporary, input),
      stdio: "pipe",
    });
    child.stdin.end(input.secrets === undefined ? "" : JSON.stringify(input.secrets));
    let heard = "";
    const waiting: { words: string; resolve: () => void }[] = [];
    child.stderr.on("data", (chunk: Buffer) => {
      heard += chunk.toString();
      for (const one of waiting) if (heard.includes(one.words)) one.resolve();
    });
    let left: string[] | undefined;
    const leftovers = () => left ?? readdirSync(temporary);
    const ended = (async (): Promise<Driven> => {
      const [stdout, [code]] = await Promise.all([text(child.stdout), once(child, "close")]);
      left = readdirSync(temporary);
      rmSync(temporary, { recursive: true, force: true });
      return { code: code as number | null, stdout, stderr: heard, output: parsed(stdout) };
    })();
    return {
      process: child,
      leftovers,
      ended,
      said: (words) =>
        Promise.race([
          new Promise<void>((done) => {
            waiting.push({ words, resolve: done });
            if (heard.includes(words)) done();
          }),
          ended.then(({ stderr }) => {
            if (!stderr.includes(words)) throw new Error(`it ended without saying "${words}": ${stderr}`);
          }),
        ]),
    };
  };
  /** In this process, unless flyctl is another than the stand-in. */
  const driveOnce = async (
    kind: string,
    verb: string,
    input: DriveInput,
  ): Promise<Driven & { left: string[] }> => {
    if (o.flyctlFolder !== undefined || input.env?.PATH !== undefined) {
      const started = start(kind, verb, input);
      return { ...(await started.ended), left: started.leftovers() };
    }
    const temporaryFolder = mkdtempSync(join(tmpdir(), "driver-"));
    const ended = await runDriver([kind, verb], {
      env: environment(url, standIn, temporaryFolder, input),
      temporaryFolder,
      input: input.secrets === undefined ? "" : JSON.stringify(input.secrets),
    });
    const left = readdirSync(temporaryFolder);
    rmSync(temporaryFolder, { recursive: true, force: true });
    return { ...ended, output: parsed(ended.stdout), left };
  };
  const drive = async (kind: string, verb: string, input: DriveInput = {}): Promise<Driven> => {
    const { left, ...driven } = await driveOnce(kind, verb, input);
    assert.deepEqual(left, [], "folders left behind");
    for (const secret of Object.values(input.secrets ?? {}).filter((one) => one !== ""))
      assert(!driven.stderr.includes(secret), "a secret on stderr");
    return driven;
  };
  const stop = async () => close();
  return {
    url,
    environment: (temporaryFolder) => environment(url, standIn, temporaryFolder, {}),
    start,
    drive,
    async must(kind, verb, input) {
      const driven = await drive(kind, verb, input);
      if (driven.code !== 0) throw new Error(`${kind} ${verb} ended with ${driven.code}:\n${driven.stderr}`);
      return driven.output;
    },
    async mastiff(words, app = "acme") {
      using pulumi = scriptedPulumi(stackAnswers("acme", { "mastiff:app": app }));
      const temporaryFolder = mkdtempSync(join(tmpdir(), "driver-"));
      const env = environment(url, standIn, temporaryFolder, {});
      const ended = await runMastiff(words, { pulumi, flyctl: runFlyctl, env, temporaryFolder });
      assert.deepEqual(readdirSync(temporaryFolder), [], "folders left behind");
      rmSync(temporaryFolder, { recursive: true, force: true });
      return ended;
    },
    fly: async () => (await control("GET", "state")).fly,
    async meddle(change) {
      const state = await control("GET", "state");
      change(state.fly);
      await control("PUT", "state", state);
    },
    async faults(...faults) {
      await control("POST", "faults", faults);
    },
    now: async () => (await journal()).entries.at(-1)?.n ?? 0,
    journal: async (after) => (await journal(after)).entries,
    flyctlRuns: async () => (await journal()).flyctl,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function environment(
  url: string,
  flyctlFolder: string,
  temporary: string,
  input: DriveInput,
): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) => !/^(FLY|FLYCTL|PULUMI|SPEC)(_|$)/.test(name));
  const given: Record<string, string | undefined> = {
    ...Object.fromEntries(kept),
    PATH: [flyctlFolder, join(root, "node_modules/.bin"), process.env.PATH].join(delimiter),
    TMPDIR: temporary,
    NODE_COMPILE_CACHE: join(root, ".mastiff/compile-cache"),
    FLY_API_BASE_URL: url,
    FLY_FLAPS_BASE_URL: url,
    FLY_UIEX_BASE_URL: url,
    FLY_API_TOKEN: operatorToken,
    // Settings of the operator's own shell that must change nothing.
    FLY_APP: "somebody-elses",
    FLY_REGION: "syd",
    FLY_ORG: "personal",
    FLY_JSON: "1",
    FLY_ACCESS_TOKEN: "",
    LOG_LEVEL: "debug",
    ...(input.spec !== undefined && { SPEC: JSON.stringify(input.spec) }),
    ...(input.flyToml !== undefined && { FLY_TOML: input.flyToml }),
    ...(input.previous !== undefined && { PULUMI_COMMAND_STDOUT: JSON.stringify(input.previous) }),
    ...input.env,
  };
  const entries = Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(entries);
}

function parsed(stdout: string): unknown {
  try {
    return JSON.parse(stdout);
  } catch {
    return undefined;
  }
}

/** stderr without the seconds, for comparing whole texts. */
export function timeless(stderr: string): string {
  return stderr.replaceAll(/ \(\d+ (?:s|min \d+ s)\)$/gm, "").trimEnd();
}

/** No app can be destroyed, so that what a create has left stays: as after a run that was killed. */
export const notDestroyed: Fault[] = [
  {
    cloud: "fly",
    method: "DELETE",
    path: "^/v1/apps/[^/]+$",
    times: -1,
    when: "before",
    action: { status: 422 },
  },
  { cloud: "fly", body: "eleteApp", times: -1, when: "before", action: { status: 422 } },
];
