import { randomBytes } from "node:crypto";
import { type Parts, setParts } from "../../rules/config-parts.ts";
import * as argv from "../call/argv.ts";
import type { MachineRun } from "../call/argv-machines.ts";
import { DriverError, isPassing, retry } from "../call/errors.ts";
import type { Fly } from "../call/flyctl.ts";
import { type LogLine, logOf, pageOf } from "../call/log.ts";
import { lastJsonLine, machineId } from "../call/parse.ts";
import { patiently } from "../call/patience.ts";
import { say } from "../call/progress.ts";
import type { Size } from "../spec.ts";
import {
  awaitListed,
  type Exit,
  isGone,
  lastExitOf,
  type Machine,
  machinesOf,
  sharedSize,
} from "../things/machines.ts";

/**
 * A command that runs once, in a machine of its own.
 *
 *   machine run ─► created ─► started ─► stopped ─► exit event read ─► destroyed
 *        │                       │           │
 *        └── killed here: the machine continues by itself; the next run finds it by its metadata
 *
 * `machine run` neither waits for the end nor tells the exit code, so both are read from `machine list`. The
 * machine is made without --rm, which would remove its exit event together with it.
 */
export interface OneOff extends Watch {
  app: string;
  /** The job's name in the metadata `mastiff_job`: e.g. db-migrate-pre, smoke, owner. */
  job: string;
  region: string;
  image: string;
  size: Size;
  /** The config object that sets the size; undefined when none does. */
  sizedBy: SizedBy | undefined;
  env: Readonly<Record<string, string>>;
  command: readonly string[];
  /** What the job works on, in words for people: "database". */
  subject: string;
  /** What the job does, in words for people: "migrating". */
  doing: string;
  /** Further metadata of the machine. Default: none. */
  metadata?: Readonly<Record<string, string>>;
  /** Fly runs the command again by this schedule: the machine is not removed at its end. Default: none. */
  schedule?: MachineRun["schedule"];
  /** Whether the machine stays when the job has succeeded. Default: it is removed. */
  stays?: boolean;
  /** A volume of the app's. Default: the machine has its own disk only. */
  volume?: MachineRun["volume"];
}

/** What is wanted of a job's output. */
export interface Watch {
  /** Called with each line of the output as it arrives. */
  onLine?: (line: string) => void;
  /**
   * Whether these lines of a job that has succeeded are enough. The log lags behind the machine's state, and the
   * last lines arrive last: they are waited for, for at most 20 s. Default: any line is enough.
   */
  suffices?: (lines: readonly string[]) => boolean;
}

/** The config object that a size is derived from. */
export interface SizedBy {
  key: string;
  /** All parts of the object, when they are known. */
  parts?: Parts;
}

/** How a job ended. */
export interface Ended {
  /** 255 when the machine has no exit event, e.g. because somebody removed it. */
  exitCode: number;
  oomKilled: boolean;
  /** The last lines that it printed, oldest first. */
  lines: string[];
}

/** Runs the command to its end and removes its machine, unless it stays. A job that fails is not an error here: see `exitCode`. */
export async function runOneOff(fly: Fly, job: OneOff): Promise<Ended> {
  say(job.subject, `${job.doing}: starting a machine for it`);
  const id = await start(fly, job);
  say(job.subject, job.doing);
  return finish(fly, job.app, id, job);
}

/** Like {@link runOneOff}, but throws an error with the job's output when the job fails. */
export async function mustRun(fly: Fly, job: OneOff): Promise<Ended> {
  const ended = await runOneOff(fly, job);
  if (ended.exitCode !== 0) throw failed(fly, job, ended);
  return ended;
}

/** The JSON that a script printed last; undefined when there is none. Fly can lose the log of a successful job. */
export function answerOf(ended: Ended): Record<string, unknown> | undefined {
  return lastJsonLine(ended.lines);
}

/** Machines of these jobs that still exist, from this run or an earlier one. */
export function leftOver(machines: readonly Machine[], jobs: readonly string[]): Machine[] {
  return machines.filter((one) => !isGone(one) && jobs.includes(one.config?.metadata?.mastiff_job ?? ""));
}

/** Removes left-over machines, running or not. @param lane as for {@link start} */
export async function remove(fly: Fly, app: string, machines: readonly Machine[], lane = app): Promise<void> {
  for (const { id } of machines) await removeMachine(fly, app, id, lane);
}

/**
 * Jobs that killed runs left: ended more than an hour ago, and never removed. A job that runs, or ended just
 * now, may have a run that watches it.
 */
export function forgotten(machines: readonly Machine[], job: string): Machine[] {
  return leftOver(machines, [job]).filter(
    (one) => one.state === "stopped" && Date.now() - Date.parse(one.updated_at ?? "") > 3_600_000,
  );
}

/**
 * Starts the job's machine.
 *
 * @param lane lane of the call that makes it. Default: the app's
 * @returns its id
 */
export async function start(fly: Fly, job: OneOff, lane = job.app): Promise<string> {
  // Names are unique within an app: if flyctl or we repeat the call, Fly refuses the second machine.
  const name = `mastiff-${job.job}-${randomBytes(4).toString("hex")}`;
  const metadata = { mastiff_job: job.job, mastiff_image: job.image, ...job.metadata };
  const call = argv.machineRun({ ...job, name, metadata, restart: "no" });
  const made = await fly.repeat(
    async () => machineId(await fly.once(call, { app: job.app, lane, timeoutMs: 360_000 })) ?? "",
    {
      tries: 5,
      passes: isPassing,
      // flyctl reports an error when a job ends before flyctl saw it start. For us that is not an error.
      made: async ({ reason, stdout }) =>
        machineId(stdout) ??
        // The name is taken: an earlier try made the machine, and the list may not have it yet.
        (reason === "exists"
          ? (await awaitListed(fly, job.app, (one) => one.name === name && !isGone(one)))?.id
          : await idOf(fly, job.app, name)),
    },
  );
  // Empty: flyctl succeeded and printed no id.
  const id = made || (await idOf(fly, job.app, name));
  if (id === undefined) throw new Error(`machine run succeeded, but app ${job.app} has no machine ${name}`);
  return id;
}

/** Id of the machine of this name, as far as the list has it already. */
async function idOf(fly: Fly, app: string, name: string): Promise<string | undefined> {
  return (await machinesOf(fly, app)).find((one) => one.name === name && !isGone(one))?.id;
}

/** As {@link awaitEnd}, and removes the machine. */
export async function finish(
  fly: Fly,
  app: string,
  id: string,
  watch?: Watch & Pick<OneOff, "stays">,
): Promise<Ended> {
  const { machine, ...ended } = await awaitEnd(fly, app, id, watch);
  const stays = watch?.stays === true && ended.exitCode === 0;
  if (machine !== undefined && !isGone(machine) && !stays) await removeMachine(fly, app, id);
  return ended;
}

/**
 * Waits until the machine stops, however long that takes, and reads its exit code and its output.
 *
 * @returns also the machine, if it is still there
 * @throws DriverError when the machine does not start within 15 minutes
 */
export async function awaitEnd(
  fly: Fly,
  app: string,
  id: string,
  { onLine, suffices }: Watch = {},
): Promise<Ended & { machine?: Machine }> {
  const printed = new Printed();
  const startBy = Date.now() + patiently(900_000);
  const isOurs = (one: Machine) => one.id === id;
  let command: readonly string[] = [];
  const look = async (attempt: number) => {
    // The machine exists: it was started just now, or an earlier look found it. A list without it may be late.
    const machine = await awaitListed(fly, app, isOurs, attempt === 1 ? undefined : 3000);
    command = machine?.config?.init?.cmd ?? command;
    const hasEnded = machine === undefined || isGone(machine) || exitOf(machine) !== undefined;
    // In an object, because `repeat` goes on after undefined, and a machine that is gone is an end too.
    if (hasEnded || machine.state === "failed") return { machine };
    if (!hasStarted(machine) && Date.now() > startBy) throw new NeverStarted(fly, app, machine);
    if (onLine !== undefined) printed.newIn(await logOf(fly, app, id, command, 3000)).forEach(onLine);
    return undefined;
  };
  const begun = Date.now();
  const longestWaitMs = onLine === undefined ? 5000 : 1000;
  // An end is seen late by a tenth of the job's time at most, from the first seconds on.
  const waitMs = (attempt: number) =>
    Math.min(Math.max(Math.min(200 * 1.5 ** (attempt - 1), 1000), (Date.now() - begun) / 10), longestWaitMs);
  const machine = (await fly.repeat(look, { waitMs }))?.machine;
  const exit = machine === undefined ? undefined : exitOf(machine);
  const hasFailed = exit === undefined || exit.exitCode !== 0;
  // The log often arrives seconds after the machine's state. Its last line is Fly's own about the end. The
  // cause of a failure is in the lines just before it, so after a failure the driver waits for that line.
  const isPatient = hasFailed || suffices !== undefined;
  const isEnough = suffices ?? ((all: readonly string[]) => all.length > 0);
  const { lines } = await fly.repeat(() => pageOf(fly, app, id, command, 3000), {
    isFinal: (page) => page.isWhole || (!hasFailed && isEnough(texts(page.lines))),
    limitMs: isPatient ? 20_000 : 5000,
    waitMs: () => 500,
  });
  if (onLine !== undefined) printed.newIn(lines).forEach(onLine);
  const { exitCode = 255, oomKilled = false } = exit ?? {};
  return { exitCode, oomKilled, lines: texts(lines), ...(machine && { machine }) };
}

/** How the machine's last run ended; undefined while it has no end. */
function exitOf(machine: Machine): Exit | undefined {
  // `stopped` is also the state before the first start, so it is not enough alone.
  return machine.state === "stopped" || machine.state === "destroyed" ? lastExitOf(machine) : undefined;
}

function hasStarted(machine: Machine): boolean {
  return (machine.events ?? []).some((event) => event.type === "start" || event.status === "started");
}

/** A machine that Fly does not start. */
export class NeverStarted extends DriverError {
  constructor({ again }: Fly, app: string, { id, state }: Machine) {
    super({
      what: `Machine ${id} of app ${app} has been ${state} for a quarter of an hour and does not start.`,
      fix: [
        "check whether Fly has an incident:  https://status.flyio.net",
        `remove it, then run ${again} again:  flyctl machine destroy ${id} -a ${app} --force`,
      ],
      retry: "helps once Fly works again: the next run waits for this machine, or starts another",
    });
    this.name = "NeverStarted";
  }
}

/**
 * Removes the machine. Before each repeat it is looked for: when a machine is gone, flyctl asks for its lease
 * again and again until flyctl is stopped (seen: 257 s).
 */
export async function removeMachine(fly: Fly, app: string, id: string, lane = app): Promise<void> {
  await fly.repeat<unknown>(() => fly.once(argv.machineDestroy(app, [id]), { app, lane }), {
    tries: 6,
    passes: isPassing,
    waitMs: (attempt) => 250 * 2 ** attempt,
    made: async ({ said }) => {
      if (/not found|already been destroyed/.test(said)) return true;
      const left = (await machinesOf(fly, app)).find((one) => one.id === id);
      return left === undefined || isGone(left) || undefined;
    },
  });
}

/** Tells which lines of a log page are new. Pages overlap, and a program may print the same line twice. */
class Printed {
  /** How often each line was printed, by time and text. */
  readonly #counts = new Map<string, number>();

  newIn(page: readonly LogLine[]): string[] {
    const inPage = new Map<string, number>();
    return page
      .filter((line) => {
        const key = `${line.timestamp} ${line.message}`;
        const count = (inPage.get(key) ?? 0) + 1;
        inPage.set(key, count);
        if (count <= (this.#counts.get(key) ?? 0)) return false;
        this.#counts.set(key, count);
        return true;
      })
      .map((line) => line.message);
  }
}

function texts(lines: readonly LogLine[]): string[] {
  return lines.map((line) => line.message);
}

/** The error for a job that failed. */
export function failed(fly: Fly, { app, subject, doing, size, sizedBy }: OneOff, ended: Ended): DriverError {
  const what = `${subject}: ${doing}`;
  return new DriverError({
    what: ended.oomKilled
      ? `${what} ran out of memory and was killed (app ${app}).`
      : `${what} failed with exit code ${ended.exitCode} (app ${app}).`,
    ...(ended.oomKilled &&
      sizedBy !== undefined && { setIn: `${sizedBy.key}, its memoryMb (${size.memoryMb} MB)` }),
    fix: ended.oomKilled
      ? moreMemory(sizedBy, size)
      : "its last lines are below; its machine is gone, and nothing was released after it",
    retry: ended.oomKilled ? retry.no : "helps only if the cause below goes away by itself",
    said: lastSaid(fly, ended),
  });
}

/** The last lines of a job that failed, redacted, for the `said` part of an error. */
export function lastSaid(fly: Fly, { lines }: Ended): string[] {
  return lines.length > 0 ? lines.slice(-12).map(fly.redact) : ["(it printed nothing)"];
}

/** Advice to give a job twice the memory, and the CPUs that Fly requires for it (one shared CPU per 2 GB). */
function moreMemory(sizedBy: SizedBy | undefined, { memoryMb, cpus }: Size): string {
  if (sizedBy === undefined)
    return `no config key gives it more than its ${memoryMb} MB, which should be enough: please report this`;
  const { key, parts } = sizedBy;
  const wanted = sharedSize(memoryMb * 2);
  const more = { memoryMb: wanted.memoryMb, cpus: Math.max(wanted.cpus, cpus, Number(parts?.cpus ?? 1)) };
  return parts === undefined
    ? `give it more memory: set memoryMb of ${key} to ${more.memoryMb}, and its cpus to ${more.cpus} (docs/config.md)`
    : `give it more memory:  ${setParts(key, { ...parts, ...more })}`;
}
