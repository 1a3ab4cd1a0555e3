import { shell } from "../../shared/shell.ts";
import { DriverError, FlyctlFailure, retry } from "../call/errors.ts";
import type { Fly } from "../call/flyctl.ts";
import { logOf } from "../call/log.ts";
import { say } from "../call/progress.ts";
import { gone, type Task } from "../kind.ts";
import { awaitEnd, type Ended, lastSaid, leftOver, type OneOff, remove, start } from "../release/one-off.ts";
import type { BackupOutput, BackupSpec, Observation } from "../spec.ts";
import { imageOf, isGone, isRunning, type Machine, machinesOf } from "../things/machines.ts";
import { find, findMade, notOurs } from "../things/ownership.ts";
import { syncSecrets } from "../things/secrets-version.ts";
import {
  jobs,
  machineDifferences,
  manifestIn,
  newestOf,
  outcomeOf,
  wantedMachine,
} from "./backup-machine.ts";
import { hasWorked, runProblem } from "./last-run.ts";

/**
 * The machine that takes backups, one in its app, with a schedule of Fly's.
 *
 *   machine run --schedule ─► created ─► started ─► stopped ─(about a period later)─► started ─► …
 *                                           └─ exit code 0: the dump is in the bucket, and was read back
 *
 * Fly starts a scheduled machine when it is created, and then by its schedule only: "Scheduled machines cannot
 * be started via flyctl or Machines API commands" (superfly/docs: machines/flyctl/fly-machine-run, “Start a
 * Machine on a schedule”). A run is also missed when the machine's host has no room at that time (ibid.). So
 * what is wrong with a machine, or with its last run, is repaired by a new machine, on whatever host has room:
 * it takes a backup at once, and the old machine goes when that backup is there. A machine whose first run
 * failed does not take the place of one whose last run did not.
 *
 * The app's secrets reach the machine at each start (superfly/docs: apps/secrets, “Machines that are started
 * or updated after”). It is replaced after a change of them all the same, because a backup then proves that
 * they work. Without `--restart no`, Fly would repeat a failed run up to ten times (flyctl:
 * internal/command/machine/run.go, where a schedule makes `on-failure` the default).
 */
export async function ensure(task: Task<BackupSpec>): Promise<BackupOutput> {
  const { spec, fly } = task;
  const { app } = spec;
  await requireOurs(task);
  const image = await imageOfServer(fly, spec.server);
  if (image === undefined) throw noServer(spec);
  const wanted = wantedMachine(spec, image, shell().env.SECRETS_DIGEST);
  await awaitRuns(fly, app, await scheduledIn(fly, app));

  const machines = await scheduledIn(fly, app);
  const current = newestOf(machines.filter((one) => machineDifferences(one, wanted).length === 0));
  const problem = current === undefined ? undefined : runProblem(current, spec.schedule, Date.now());
  if (current !== undefined && problem === undefined) {
    const others = machines.filter((one) => one !== current);
    await removeIdle(fly, app, others);
    const lines = (await logOf(fly, app, current.id, wanted.command)).map(({ message }) => message);
    return { app, machine: current.id, taken: manifestIn(lines) };
  }
  const why = problem === undefined ? "" : `${problem}: `;
  say("backup", `${why}taking one in a new machine`);
  const { id, lines } = await replace(fly, wanted, machines);
  return { app, machine: id, taken: manifestIn(lines) };
}

/** Waits for a dump that runs: the database outlives its backups, and a half dump in the bucket is of no use. */
export async function destroy({ spec, previous, fly }: Task<BackupSpec>): Promise<void> {
  const { app } = spec;
  const found = await find(fly, spec, previous);
  if (found === undefined) return;
  const machines = leftOver(await machinesOf(fly, app), Object.values(jobs));
  if (machines.length === 0) return;
  if (found.owner !== "ours") throw notOurs(spec, found.owner);
  await removeIdle(fly, app, machines);
}

export async function observe({ spec, fly }: Task<BackupSpec>): Promise<Observation> {
  const { app, server } = spec;
  const found = await find(fly, spec);
  if (found === undefined) return gone(`backup app ${app}`);
  const machines = await scheduledIn(fly, app);
  const differences: string[] = [];
  if (found.owner !== "ours") differences.push(`backup app ${app} does not carry this stack's mark`);
  const machine = newestOf(machines);
  if (machine === undefined)
    return { exists: false, differences: [...differences, "the machine of the backups is gone"] };
  // A database without a machine is the database's own difference.
  const image = (await imageOfServer(fly, server)) ?? imageOf(machine);
  const wanted = wantedMachine(spec, image, shell().env.SECRETS_DIGEST);
  differences.push(...machineDifferences(machine, wanted).map((text) => `of the backups: ${text}`));
  const problem = runProblem(machine, spec.schedule, Date.now());
  if (problem !== undefined) differences.push(problem);
  for (const { id } of machines.filter((one) => one !== machine))
    differences.push(`machine ${id} takes backups, too`);
  return { exists: true, differences };
}

async function requireOurs({ spec, previous, fly }: Task<BackupSpec>): Promise<void> {
  const found = await findMade(fly, spec, previous);
  if (found === undefined) {
    throw new DriverError({
      what: `There is no app "${spec.app}" in organisation ${spec.org} to take backups in.`,
      fix: "somebody else removed it; the next run creates it again:  pulumi up",
      retry: "helps: the next run sees that the app is gone and makes it first",
    });
  }
  if (found.owner !== "ours") throw notOurs(spec, found.owner);
}

function noServer({ server }: BackupSpec): DriverError {
  return new DriverError({
    what: `The database's app "${server}" has no machine, so there is nothing to take backups of.`,
    fix: [
      `see what the app still has:  flyctl status -a ${server}`,
      "if it is gone with its volume, bring back the newest backup (docs/backups.md, “Restore”)",
    ],
    retry: retry.no,
  });
}

async function scheduledIn(fly: Fly, app: string): Promise<Machine[]> {
  return leftOver(await machinesOf(fly, app), [jobs.scheduled]);
}

/** Image of the database's machines, which has a pg_dump that is not older than the server. */
async function imageOfServer(fly: Fly, server: string): Promise<string | undefined> {
  try {
    const machine = (await machinesOf(fly, server)).find((one) => !isGone(one));
    return machine && imageOf(machine);
  } catch (error) {
    if (error instanceof FlyctlFailure && error.reason === "absent") return undefined;
    throw error;
  }
}

/**
 * Starts the wanted machine and waits for its first backup. Then the others go.
 *
 * @throws DriverError when there is no backup. One machine stays even then: another one whose last run has
 *   worked, else the new one, whose schedule may bring what did not work now.
 */
async function replace(
  fly: Fly,
  wanted: OneOff,
  others: readonly Machine[],
): Promise<{ id: string; lines: string[] }> {
  const { app } = wanted;
  await syncSecrets(fly, app);
  const id = await start(fly, wanted);
  say("backup", "taking one");
  const { machine, ...ended } = await awaitEnd(fly, app, id, wanted);
  if (ended.exitCode === 0) {
    await removeIdle(fly, app, others);
    return { id, lines: ended.lines };
  }
  if (!others.some(hasWorked)) await removeIdle(fly, app, others);
  else if (machine !== undefined) await remove(fly, app, [machine]);
  throw notTaken(fly, app, ended);
}

/** Removes machines once none of them dumps: Fly may have started one of them meanwhile. */
async function removeIdle(fly: Fly, app: string, machines: readonly Machine[]): Promise<void> {
  if (machines.length === 0) return;
  const ids = new Set(machines.map(({ id }) => id));
  const now = (await machinesOf(fly, app)).filter((one) => ids.has(one.id) && !isGone(one));
  await awaitRuns(fly, app, now);
  await remove(fly, app, now);
}

async function awaitRuns(fly: Fly, app: string, machines: readonly Machine[]): Promise<void> {
  for (const { id } of machines.filter(isRunning)) {
    say("backup", `machine ${id} is taking one: waiting for its end`);
    await awaitEnd(fly, app, id, { suffices: (lines) => manifestIn(lines) !== null });
  }
}

function notTaken(fly: Fly, app: string, ended: Ended): DriverError {
  return new DriverError({
    what: `No backup was taken: the machine in app ${app} ${outcomeOf(ended)}.`,
    fix: [
      `its last lines are below; the whole log:  flyctl logs -a ${app}`,
      "when the bucket is gone, or its key is refused, have them made again:  pulumi up --refresh",
    ],
    retry: "helps only if the cause below goes away by itself: the next run takes another one",
    said: lastSaid(fly, ended),
  });
}
