/** A local world of a test's own: a port, a state and a journal that no other test sees. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Clouds, type RealMachines, startClouds } from "../../sandbox/toolchain/clouds.ts";
import { scratch } from "../../sandbox/toolchain/paths.ts";
import { silentTerminal } from "../../sandbox/toolchain/terminal.ts";
import { type Toolchain, type ToolchainOptions, toolchain } from "../../sandbox/toolchain/toolchain.ts";
import { controlOf } from "./control.ts";

const worlds = join(scratch, "worlds");

/** One call that a local cloud answered. */
export interface JournalEntry {
  n: number;
  at: string;
  cloud: "cloudflare" | "sendgrid" | "fly" | "r2" | "internet";
  method: string;
  path: string;
  query: string;
  requestBody?: unknown;
  /** 0: the connection ended without an answer. */
  status: number;
  responseBody?: unknown;
  /** Present where a dialled-in fault was met. */
  faulty?: true;
  /** From the question to the answer. */
  milliseconds: number;
}

/** One start of the stand-in flyctl. */
export interface FlyctlRun {
  n: number;
  argv: string[];
  stdin: string;
}

/** What a fault hits, and what it does. */
export interface Fault {
  cloud?: JournalEntry["cloud"];
  method?: string;
  /** Regular expressions on path, query and body. */
  path?: string;
  query?: string;
  body?: string;
  /** Only calls that change something, or only those that do not. */
  changing?: boolean;
  /** How many matching calls pass first (default 0) and how many are hit then (default 1, -1 for good). */
  skip?: number;
  times?: number;
  /** Before the cloud acted, or after it did and before the caller hears of it. */
  when: "before" | "after";
  action:
    | { status: number; headers?: Record<string, string>; body?: unknown }
    | { cut: true }
    | { malformed: true }
    | { delayMs: number }
    | { hold: string };
}

/** A world that runs. `await using` ends it and removes what it left. */
export interface TestWorld extends AsyncDisposable {
  toolchain: Toolchain;
  clouds: Clouds;
  url: string;
  /** Folder of this world, gone after `stop`. */
  folder: string;
  /** The calls after number `n`, oldest first. */
  journal(after?: number): Promise<JournalEntry[]>;
  /** What the stand-in flyctl was started with; the official one does not tell. */
  flyctlRuns(): Promise<FlyctlRun[]>;
  /** Replaces all faults. */
  faults(...faults: Fault[]): Promise<void>;
  /** Lets the calls go on that wait at a `hold`. */
  release(hold: string): Promise<void>;
  /** The clouds' whole state. */
  // biome-ignore lint/suspicious/noExplicitAny: each cloud's state has its own shape, which tests may not import.
  state(): Promise<any>;
  /** Makes a change behind everybody's back: hands the state to `change` and writes it back. */
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  meddle(change: (state: any) => void): Promise<void>;
  /** Lets the clouds' clock jump. */
  advance(milliseconds: number): Promise<void>;
  /**
   * Ends the clouds with SIGKILL-free order and starts them again on the same state and port; with `credentials`, the
   * stand-in plugins run the driver with these.
   */
  restart(credentials?: Record<string, string>): Promise<void>;
  stop(): Promise<void>;
}

/** What a test wants of its world. */
export interface WorldOptions extends ToolchainOptions {
  /** Share of the real clouds' slowness. Default 0. */
  latency?: number;
  /** Really runs databases and backups. Such a world cannot be restarted. Default: all machines are models. */
  machines?: RealMachines;
}

/** Starts a world. Its parts are those of MASTIFF_HOST, MASTIFF_PLUGINS, MASTIFF_FLYCTL unless the test says. */
export async function startWorld(options: WorldOptions = {}): Promise<TestWorld> {
  const { latency = 0, machines, ...parts } = options;
  const tools = await toolchain({ terminal: silentTerminal, ...parts });
  // In the checkout: a test run that is killed leaves nothing elsewhere.
  mkdirSync(worlds, { recursive: true });
  const folder = mkdtempSync(join(worlds, "w-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  let clouds: Clouds;
  try {
    clouds = await startClouds({ toolchain: tools, folder, latency, ...(machines && { machines }) });
  } catch (error) {
    remove();
    throw error;
  }
  const { url } = clouds;
  const control = controlOf(url);
  const journal = async (after = 0) =>
    (await control("GET", `journal?after=${after}`)) as { entries: JournalEntry[]; flyctl: FlyctlRun[] };
  const stop = async () => {
    await clouds.stop();
    remove();
  };
  return {
    toolchain: tools,
    get clouds() {
      return clouds;
    },
    url,
    folder,
    journal: async (after) => (await journal(after)).entries,
    flyctlRuns: async () => (await journal()).flyctl,
    async faults(...faults) {
      await control("POST", "faults", faults);
    },
    async release(hold) {
      await control("POST", `release/${hold}`);
    },
    state: () => control("GET", "state"),
    async meddle(change) {
      const state = await control("GET", "state");
      change(state);
      await control("PUT", "state", state);
    },
    async advance(milliseconds) {
      await control("POST", `advance/${milliseconds}`);
    },
    async restart(credentials) {
      await clouds.stop();
      const same = { toolchain: tools, folder, latency, port: clouds.port };
      clouds = await startClouds({ ...same, ...(credentials && { credentials }) });
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
