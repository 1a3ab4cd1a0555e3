/** Local clouds with one stack for a measurement, in a folder that is gone afterwards. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Entry } from "../sandbox/clouds/journal.ts";
import { type Clouds, startClouds } from "../sandbox/toolchain/clouds.ts";
import { root, scratch } from "../sandbox/toolchain/paths.ts";
import { devPort, devStack, furnish, initStack, type Workplace } from "../sandbox/toolchain/stack.ts";
import type { Toolchain } from "../sandbox/toolchain/toolchain.ts";

/** What a world is made of. */
export interface WorldOptions {
  toolchain: Toolchain;
  /** Share of the real clouds' latency that is waited. Default 0. */
  latency?: number;
  /** Config of the stack in addition to Pulumi.dev.yaml: YAML values by key. */
  config?: Readonly<Record<string, string>>;
  /** Puts plugins into PULUMI_HOME before those of the toolchain, which do not replace them. */
  furnish?: (home: string) => void;
}

/** A machine as the local Fly keeps it, as far as a measurement reads it. Times are milliseconds since 1970. */
export interface MachineLife {
  id: string;
  app: string;
  name: string;
  createdAt: string;
  startedAt?: number;
  readyAt: number | null;
  config: { image: string; init?: { cmd?: string[]; exec?: string[] }; metadata?: Record<string, string> };
  events: { type: string; timestamp: number }[];
}

/** Running clouds with a stack. `await using` ends them and removes the folder. */
export interface World extends AsyncDisposable {
  place: Workplace;
  clouds: Clouds;
  folder: string;
  /** The calls after number `n`, oldest first. */
  journal(n?: number): Promise<Entry[]>;
  /** All machines that Fly remembers, destroyed ones included. */
  machines(): Promise<MachineLife[]>;
  /** Adds keys to the stack's config, or replaces them: YAML values by key. */
  configure(config: Readonly<Record<string, string>>): void;
  /** Starts the clouds again as they are, on the same port, with another latency. */
  slowDown(latency: number): Promise<void>;
  /** Changes the clouds' whole state. */
  // biome-ignore lint/suspicious/noExplicitAny: each cloud's state has a shape of its own.
  change(how: (state: any) => void): Promise<void>;
}

const worlds = join(scratch, "bench");

/** Starts clouds and makes a stack, whose config is that of Pulumi.dev.yaml: the community of the guide. */
export async function startWorld(options: WorldOptions): Promise<World> {
  const { toolchain, latency = 0 } = options;
  mkdirSync(worlds, { recursive: true });
  const folder = mkdtempSync(join(worlds, "w-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  let clouds: Clouds | undefined;
  try {
    clouds = await startClouds({ toolchain, folder, latency });
    const { url, port, plugins } = clouds;
    const target = { url, plugins, home: join(folder, "home"), backend: join(folder, "stacks") };
    options.furnish?.(target.home);
    furnish(toolchain, target);
    const configFile = join(folder, `Pulumi.${devStack}.yaml`);
    const config = new Map(Object.entries(options.config ?? {}));
    const write = () => writeFileSync(configFile, configOf(port, config));
    write();
    const place: Workplace = { toolchain, target, project: root, stack: devStack, configFile };
    await initStack(place);
    let running = clouds;
    return {
      place,
      get clouds() {
        return running;
      },
      folder,
      journal: async (n = 0) => (await ask<{ entries: Entry[] }>(url, `journal?after=${n}`)).entries,
      machines: async () => machinesIn(await ask(url, "state")),
      configure(more) {
        for (const [key, value] of Object.entries(more)) config.set(key, value);
        write();
      },
      async slowDown(other) {
        await running.stop();
        running = await startClouds({ toolchain, folder, latency: other, port });
        place.target.plugins = running.plugins;
      },
      async change(how) {
        const state = await ask<object>(url, "state");
        how(state);
        const headers = { "content-type": "application/json" };
        const answer = await fetch(`${url}/_local/state`, {
          method: "PUT",
          body: JSON.stringify(state),
          headers,
        });
        if (!answer.ok) throw new Error(`PUT /_local/state: ${answer.status} ${await answer.text()}`);
      },
      async [Symbol.asyncDispose]() {
        await running.stop();
        remove();
      },
    };
  } catch (error) {
    await clouds?.stop();
    remove();
    throw error;
  }
}

/** The config of Pulumi.dev.yaml for clouds on `port`, with further keys. */
function configOf(port: number, more: ReadonlyMap<string, string>): string {
  const lines = readFileSync(join(root, `Pulumi.${devStack}.yaml`), "utf8")
    .replaceAll(`127.0.0.1:${devPort}`, `127.0.0.1:${port}`)
    .split("\n")
    .filter((line) => ![...more.keys()].some((key) => line.startsWith(`  ${key}:`)));
  const added = [...more].map(([key, value]) => `  ${key}: ${value}`);
  return lines.flatMap((line) => (line === "config:" ? [line, ...added] : [line])).join("\n");
}

async function ask<T>(url: string, path: string): Promise<T> {
  const answer = await fetch(`${url}/_local/${path}`);
  if (!answer.ok) throw new Error(`GET /_local/${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}

function machinesIn(state: {
  fly: { apps: Record<string, { machines: Record<string, Omit<MachineLife, "app">> }> };
}): MachineLife[] {
  return Object.entries(state.fly.apps).flatMap(([app, { machines }]) =>
    Object.values(machines).map((machine) => ({ ...machine, app })),
  );
}
