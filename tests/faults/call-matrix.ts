/**
 * The fault table as a part of the command: selects the cases, runs them in parallel in worlds of their own,
 * and keeps the results.
 */
import type { Terminal } from "../../sandbox/toolchain/terminal.ts";
import { nameOf, runCase } from "./call-case.ts";
import { clientOperations } from "./call-clients.ts";
import { driverOperations } from "./call-driver.ts";
import { type Client, type Rehearsed, rehearse } from "./call-operation.ts";
import { plan, sideBySide, worldsAtOnce } from "./call-plan.ts";
import type { Planned } from "./call-planned.ts";
import { type CallWorld, openCallWorld } from "./call-world.ts";
import { earlier, keep, type PartResult } from "./results.ts";
import { shareOut } from "./share-out.ts";

export interface CallSelection {
  clients: readonly Client[];
  /** Pattern for names of operations. Default: all. */
  only?: RegExp;
  /** Selects only cases that had a problem in their last run or were never run. */
  failed: boolean;
  /** Tries each call of each operation, also calls that several operations have in common. */
  everyCall: boolean;
  /** Path of the official flyctl. Undefined: the stand-in. */
  flyctl: string | undefined;
}

/** Undisturbed runs compute all the time, so more of them at once only slow each other down. */
const rehearsedAtOnce = 3;

const titles: Record<Client, string> = {
  driver: "driver (flyctl, Fly)",
  sendgrid: "client of SendGrid",
  cloudflare: "client of Cloudflare and R2",
};

/** Runs the selected cases. The other cases keep the results of their last run. */
export async function runCalls(selection: CallSelection, terminal: Terminal): Promise<PartResult[]> {
  const open = await Promise.all(Array.from({ length: worldsAtOnce }, () => openCallWorld(selection.flyctl)));
  // An interrupted run ends its worlds too.
  process.once("exit", () => {
    for (const world of open) void world.driver.stop();
  });
  try {
    const rehearsed = await rehearseAll(open, selection, terminal);
    const planned = plan(rehearsed, selection.everyCall);
    const cases = selection.failed ? failedAmong(planned, selection) : planned;
    const results = resultsOf(cases, planned, selection);
    await runAll(cases, open, results, terminal);
    return results;
  } finally {
    await Promise.all(open.map((world) => world[Symbol.asyncDispose]()));
  }
}

async function rehearseAll(
  worlds: readonly CallWorld[],
  { clients, only }: CallSelection,
  terminal: Terminal,
): Promise<Rehearsed[]> {
  const step = terminal.step("calls: each operation undisturbed, for comparison");
  const [first, second] = worlds;
  if (first === undefined || second === undefined) throw new Error("no world to work in");
  const ofClients = clients.some((client) => client !== "driver") ? clientOperations(first) : [];
  const isWanted = (name: string) => only?.test(name) ?? true;
  const ofDriver = clients.includes("driver") ? driverOperations(second, isWanted) : [];
  const made = (await Promise.all([ofClients, ofDriver])).flat();
  const chosen = made.filter(({ client, name }) => clients.includes(client) && isWanted(name));
  const rehearsed: Rehearsed[] = [];
  await shareOut(chosen.entries(), worlds.slice(0, rehearsedAtOnce), async ([index, operation], world) => {
    step.update(`calls: undisturbed, ${index + 1} of ${chosen.length}: ${operation.name}`);
    rehearsed[index] = await rehearse(operation, world);
  });
  const calls = rehearsed.reduce((sum, { targets }) => sum + targets.length, 0);
  step.done(`calls: ${rehearsed.length} operations with ${calls} calls`);
  return rehearsed;
}

/** No engine and no plugin takes part, and only the driver uses flyctl. */
function settingOf(client: Client, { flyctl }: CallSelection): string {
  return client === "driver" ? `${flyctl === undefined ? "stand-in" : "official"} flyctl` : "";
}

/** Cases that had a problem in their last run or were never run. */
function failedAmong(planned: readonly Planned[], selection: CallSelection): Planned[] {
  const before = selection.clients.flatMap(
    (client) => earlier(`calls-${client}`, settingOf(client, selection))?.cases ?? [],
  );
  const good = new Set(before.filter(({ problems }) => problems.length === 0).map(({ name }) => name));
  return planned.filter((one) => !good.has(nameOf(one)));
}

/**
 * Results of each client, to which new cases are added. Cases that are not run now keep their last result,
 * unless the case no longer exists.
 */
function resultsOf(
  cases: readonly Planned[],
  planned: readonly Planned[],
  selection: CallSelection,
): PartResult[] {
  const { only } = selection;
  return [...new Set(planned.map((one) => one.operation.client))].map((client) => {
    const part = `calls-${client}`;
    const namesOf = (some: readonly Planned[]) =>
      new Set(some.filter((one) => one.operation.client === client).map(nameOf));
    const [now, known] = [namesOf(cases), namesOf(planned)];
    const setting = settingOf(client, selection);
    const before = earlier(part, setting);
    const isLeftOut = (name: string) => only !== undefined && !only.test(name.split(",")[0] ?? "");
    const others = (before?.cases ?? []).filter(
      ({ name }) => !now.has(name) && (known.has(name) || isLeftOut(name)),
    );
    const of = only === undefined ? known.size : Math.max(before?.of ?? 0, others.length + now.size);
    return { part, title: titles[client], setting, of, cases: others };
  });
}

async function runAll(
  cases: readonly Planned[],
  worlds: readonly CallWorld[],
  results: readonly PartResult[],
  terminal: Terminal,
): Promise<void> {
  const step = terminal.step(`calls: ${cases.length} cases`);
  let [done, failed] = [0, 0];
  const work = async (planned: Planned, world: CallWorld) => {
    const found = await runCase(planned, world);
    const result = results.find((one) => one.part === `calls-${found.client}`);
    result?.cases.push(found);
    done++;
    // Results are kept every 20 cases, so that a stopped run keeps what it found. The file is too large to be
    // written after every case.
    if (done % 20 === 0 || done === cases.length) results.forEach(keep);
    if (found.problems.length > 0) {
      failed++;
      terminal.warn(`${found.name}: ${found.problems.join("; ")}`);
    }
    step.update(
      `calls: ${done} of ${cases.length} cases, ${failed} not as they should be; last ${found.name}`,
    );
  };
  await sideBySide(cases, worlds, work);
  if (done < cases.length) throw new Error(`${cases.length - done} cases were left out`);
  if (failed === 0) step.done(`calls: ${done} cases, all as they should be`);
  else step.fail(`calls: ${failed} of ${done} cases not as they should be`);
}
