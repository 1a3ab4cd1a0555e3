import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { environment } from "../../sandbox/toolchain/environment.ts";
import { root } from "../../sandbox/toolchain/paths.ts";
import { initStack, type Workplace } from "../../sandbox/toolchain/stack.ts";
import { type Figure, type Found, inWorld, type Lab, type Row, repeated } from "../lab.ts";
import { type Measured, operate } from "../operation.ts";
import { layOut } from "../project.ts";
import type { World } from "../world.ts";

/** Many communities at once, against one after another on each core. */
export const fleet: Row = {
  number: 9,
  what: "fleet of 1, 10, 50: wall ÷ (one × N ÷ cores); peak memory of the coordinator",
  measure,
};

const cores = availableParallelism();

/** Fleets by what is done with them. Fifty ups would take half an hour, and say no more of the command. */
const sizes = { preview: [1, 10, 50], up: [1, 10] } as const;
type FleetVerb = keyof typeof sizes;
const verbs = ["preview", "up"] as const satisfies FleetVerb[];

/** A command on a fleet, beside the same on one such stack by pulumi alone, on the same clouds. */
interface FleetRun {
  verb: FleetVerb;
  size: number;
  seconds: number;
  /** Undefined where the machine does not say. */
  memoryMb: number | undefined;
  one: Pick<Measured, "seconds" | "cpuSeconds">;
}

async function measure(lab: Lab): Promise<Found> {
  const runs = await repeated(lab, "fleets, without latency", () =>
    inWorld(lab, {}, (world) => runFleets(lab, world)),
  );
  const figures = verbs.flatMap((verb) => [
    ...sizes[verb].flatMap((size) => figuresOf(runs.flat(), verb, size)),
    flatness(runs, verb),
  ]);
  // Where the machine does not say what this would take, there is no value.
  return { figures: figures.filter(({ values }) => values.length > 0), data: runs };
}

function figuresOf(runs: readonly FleetRun[], verb: FleetVerb, size: number): Figure[] {
  const own = runs.filter((one) => one.verb === verb && one.size === size);
  const share = Math.max(1, size / cores);
  const name = `\`fleet ${verb}\` of ${size}`;
  // Fewer than there are cores cannot keep all of them busy.
  const cpu = own.flatMap(({ seconds, one }) =>
    one.cpuSeconds === undefined || size < cores ? [] : [seconds / (one.cpuSeconds * share)],
  );
  const memory = own.flatMap(({ memoryMb }) => memoryMb ?? []);
  return [
    {
      name: `${name}: wall ÷ (one × N ÷ cores)`,
      unit: "",
      values: own.map(({ seconds, one }) => seconds / (one.seconds * share)),
      goal: { most: 1.2 },
    },
    { name: `${name}: wall ÷ (CPU time of one × N ÷ cores)`, unit: "", values: cpu },
    { name, unit: "s", values: own.map(({ seconds }) => seconds) },
    { name: `${name}: peak memory`, unit: "MB", values: memory },
  ];
}

/** The memory of the largest fleet against that of one stack. */
function flatness(runs: readonly FleetRun[][], verb: FleetVerb): Figure {
  const largest = Math.max(...sizes[verb]);
  const memoryOf = (run: readonly FleetRun[], size: number) =>
    run.find((one) => one.verb === verb && one.size === size)?.memoryMb;
  return {
    name: `\`fleet ${verb}\`: peak memory of ${largest} ÷ of 1`,
    unit: "",
    values: runs.flatMap((run) => {
      const [most, least] = [memoryOf(run, largest), memoryOf(run, 1)];
      return most === undefined || least === undefined ? [] : [most / least];
    }),
    goal: { most: 1.2 },
  };
}

/** Previews new communities, and then brings some of them up. */
async function runFleets(lab: Lab, world: World): Promise<FleetRun[]> {
  const { signal } = lab;
  const names = Array.from({ length: Math.max(...sizes.preview) + 1 }, (_, index) => `bench${index}`);
  const project = await settle(world, names);
  const [alone = "", ...others] = names;
  const place: Workplace = { ...placeOf(world, project), stack: alone };
  const run = (verb: FleetVerb, stacks: readonly string[]) =>
    mastiff(lab, world, project, ["fleet", verb, "--stacks", stacks.join(",")]);
  // The first of each fills the compile cache.
  await operate(world, "preview", { place, isClean: false, signal });
  await run("preview", others.slice(0, 1));

  const runs: FleetRun[] = [];
  for (const verb of verbs) {
    const { seconds, cpuSeconds } = await operate(world, verb, { place, isClean: false, signal });
    const left = [...others];
    for (const size of sizes[verb]) {
      // An up needs stacks that are not up.
      const stacks = verb === "up" ? left.splice(0, size) : others.slice(0, size);
      runs.push({ verb, size, ...(await run(verb, stacks)), one: { seconds, cpuSeconds } });
    }
  }
  return runs;
}

/** Makes zones, a project and its stacks. @returns the folder of the project */
async function settle(world: World, names: readonly string[]): Promise<string> {
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
  layOut(
    root,
    project,
    Object.fromEntries(names.map((name) => [name, configOf(world.clouds.url, domainOf(name))])),
  );
  for (const stack of names) await initStack({ ...placeOf(world, project), stack });
  return project;
}

function placeOf({ place }: World, project: string): Omit<Workplace, "stack"> {
  return { toolchain: place.toolchain, target: place.target, project };
}

/**
 * Runs a command on as many stacks at once as there are cores.
 * @throws Error with the last lines of its output when it fails
 */
async function mastiff(
  { toolchain, signal }: Lab,
  world: World,
  project: string,
  words: readonly string[],
): Promise<Pick<FleetRun, "seconds" | "memoryMb">> {
  const args = [...words, "--parallel", `${cores}`, "--json"];
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
  let memoryMb: number | undefined;
  const timer = setInterval(() => {
    memoryMb = peakOf(running.pid) ?? memoryMb;
  }, 200);
  const { exitCode, all } = await running.finally(() => clearInterval(timer));
  if (signal.aborted) throw new Error("interrupted");
  if (exitCode !== 0) throw new Error(`mastiff ${args.join(" ")} ended with ${exitCode}:\n${lastLines(all)}`);
  return { seconds: (performance.now() - began) / 1000, memoryMb };
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
    "mastiff:ownerUsername": "keeper",
    "mastiff:ownerEmail": `keeper@${domain}`,
    "mastiff:protect": '"false"',
  };
}

/** The most memory that a running process has had, in MB. proc(5), VmHWM */
function peakOf(pid: number | undefined): number | undefined {
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
  } catch {
    return undefined;
  }
}

function lastLines(text: string): string {
  return text.trim().split("\n").slice(-20).join("\n");
}
