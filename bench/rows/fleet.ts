import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { environment } from "../../sandbox/toolchain/environment.ts";
import { root } from "../../sandbox/toolchain/paths.ts";
import { initStack } from "../../sandbox/toolchain/stack.ts";
import { type Figure, type Found, inWorld, type Lab, type Row, repeated } from "../lab.ts";
import { operate } from "../operation.ts";
import { layOut } from "../project.ts";
import type { World } from "../world.ts";

/** Many communities at once, against one after another on each core. */
export const fleet: Row = {
  number: 9,
  what: "fleet of 1, 10, 50: wall ÷ (one × N ÷ cores); peak memory of the coordinator",
  measure,
};

const sizes = [1, 10, 50] as const;
const cores = availableParallelism();

interface FleetRun {
  size: number;
  seconds: number;
  /** An `up` of one such community by pulumi alone, on the same clouds. */
  one: number;
  memoryMb: number;
}

async function measure(lab: Lab): Promise<Found> {
  const runs = await repeated(lab, `fleets of ${sizes.join(", ")}, without latency`, async () => {
    const all: FleetRun[] = [];
    for (const size of sizes) all.push(await inWorld(lab, {}, (world) => runFleet(lab, world, size)));
    return all;
  });
  const of = (size: number) => runs.flatMap((run) => run.filter((one) => one.size === size));
  const figures = sizes.flatMap((size): Figure[] => [
    {
      name: `fleet of ${size}: wall ÷ (one × N ÷ cores)`,
      unit: "",
      values: of(size).map(({ seconds, one }) => seconds / (one * Math.max(1, size / cores))),
      goal: { most: 1.2 },
    },
    { name: `fleet of ${size}`, unit: "s", values: of(size).map(({ seconds }) => seconds) },
    { name: `fleet of ${size}: peak memory`, unit: "MB", values: of(size).map(({ memoryMb }) => memoryMb) },
  ]);
  return { figures, data: runs };
}

/** Brings up one community by pulumi, and then `size` others by one command. */
async function runFleet({ toolchain, signal }: Lab, world: World, size: number): Promise<FleetRun> {
  const names = Array.from({ length: size + 1 }, (_, index) => `bench${index}`);
  await world.change(({ cloudflare, sendgrid }) => {
    const [like] = cloudflare.zones;
    names.forEach((name, index) => {
      cloudflare.zones.push({ ...like, id: `${index + 1}`.padStart(32, "b"), name: domainOf(name) });
    });
    // Here is measured what the command costs. How it keeps the limits of the clouds is a test's subject.
    Object.assign(cloudflare.dials, { callsPerFiveMinutes: 1_000_000 });
    Object.assign(sendgrid.dials, { callsPerMinute: 1_000_000, keysPerUser: 1000 });
  });
  const project = join(world.folder, "fleet");
  const config = names.map((name) => [name, configOf(world.clouds.url, domainOf(name))] as const);
  layOut(root, project, Object.fromEntries(config));
  const stack = (name: string) => {
    const { configFile: _, ...place } = world.place;
    return { ...place, project, stack: name };
  };
  const [first = "", ...others] = names;
  for (const name of names) await initStack(stack(name));
  const one = await operate(world, "up", { place: stack(first), signal });

  const args = ["fleet", "up", "--stacks", others.join(","), "--parallel", `${cores}`, "--json"];
  const began = performance.now();
  const running = execa(process.execPath, [join(root, "cli/mastiff.mjs"), ...args], {
    cwd: project,
    env: environment(toolchain, world.place.target),
    extendEnv: false,
    stdin: "ignore",
    all: true,
    reject: false,
    cancelSignal: signal,
    killSignal: "SIGINT",
    // As for a pulumi (operation.ts).
    detached: true,
    forceKillAfterDelay: false,
  });
  let memoryMb = 0;
  const timer = setInterval(() => {
    memoryMb = Math.max(memoryMb, peakOf(running.pid));
  }, 200);
  const { exitCode, all } = await running.finally(() => clearInterval(timer));
  if (signal.aborted) throw new Error("interrupted");
  if (exitCode !== 0) throw new Error(`mastiff ${args.join(" ")} ended with ${exitCode}:\n${lastLines(all)}`);
  return { size, seconds: (performance.now() - began) / 1000, one: one.seconds, memoryMb };
}

function domainOf(name: string): string {
  return `${name}.example`;
}

function configOf(url: string, domain: string): Record<string, string> {
  return {
    "cloudflare:baseUrl": `${url}/client/v4`,
    "mastiff:endpoints": JSON.stringify({ fly: url, sendgrid: `${url}/sendgrid/v3`, r2: `${url}/r2` }),
    "mastiff:domain": domain,
    "mastiff:cloudflareAccountId": '"00000000000000000000000000000d09"',
    "mastiff:flyOrg": "mastiff",
    "mastiff:preset": "guide",
    "mastiff:ownerUsername": "owner",
    "mastiff:ownerEmail": `owner@${domain}`,
    "mastiff:protect": '"false"',
  };
}

/** The most memory that a process has had, in MB; 0 where the machine does not say. proc(5), VmHWM */
function peakOf(pid: number | undefined): number {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

function lastLines(text: string): string {
  return text.trim().split("\n").slice(-20).join("\n");
}
