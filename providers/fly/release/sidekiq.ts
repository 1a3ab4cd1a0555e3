import * as argv from "../call/argv.ts";
import { FlyctlFailure } from "../call/errors.ts";
import { execIn } from "../call/exec.ts";
import type { Fly } from "../call/flyctl.ts";
import { say } from "../call/progress.ts";
import type { ReleaseSpec } from "../spec.ts";
import { groupOf, isGone, type Machine, machinesOf } from "../things/machines.ts";

/**
 * Whether Sidekiq works, which no check of Fly's can tell: it listens on no port, and one that hangs stays "started".
 *
 * Each process enters itself into Redis' set `processes` and writes a heartbeat every 10 s into a hash that expires
 * after 60 s (sidekiq: lib/sidekiq/launcher.rb). Its name begins with the host's, which on Fly is the machine's id
 * (component.rb). So one command in Redis' machine tells who is alive, at the price of an exec and of no clock.
 */
const ask = `sh -c 'redis-cli --no-auth-warning -a "$REDIS_PASSWORD" SORT_RO processes BY nosort GET "#" GET "*->beat"'`;

/** Rails takes up to 90 s to boot, and a heartbeat as long to expire. */
const settledMs = 300_000;

/**
 * Machines whose Sidekiq is started for five minutes and silent. Empty where nothing can be said: with Upstash, with a
 * Redis that does not answer, and when as many processes are alive as there are machines, whatever their names.
 */
export async function silentSidekiqs(
  fly: Fly,
  { redis }: ReleaseSpec,
  machines: readonly Machine[],
): Promise<Machine[]> {
  const settled = machines.filter((one) => worksOnJobs(one) && startedBefore(one, Date.now() - settledMs));
  if (redis === undefined || settled.length === 0) return [];
  const alive = await processes(fly, redis);
  if (alive === undefined || alive.length >= settled.length) return [];
  const isHeard = (machine: Machine) => alive.some((name) => name.startsWith(`${machine.id}:`));
  // Somebody is heard under a name that is no machine's: then a name does not tell who is silent.
  if (alive.length > 0 && !machines.some(isHeard)) return [];
  return settled.filter((one) => !isHeard(one));
}

/** Starts anew what hangs: its jobs are still in Redis, but for those that it worked on. */
export async function restartSilent(
  fly: Fly,
  spec: ReleaseSpec,
  machines: readonly Machine[],
): Promise<void> {
  for (const { id } of await silentSidekiqs(fly, spec, machines)) {
    say(spec.app, `restarting machine ${id}, whose Sidekiq hangs`);
    await fly.repeatable(argv.machineRestart(spec.app, id), { app: spec.app, timeoutMs: 600_000 });
  }
}

/** Names of the processes that are alive; undefined: Redis could not be asked. */
async function processes(fly: Fly, app: string): Promise<string[] | undefined> {
  try {
    const server = (await machinesOf(fly, app)).find((one) => one.state === "started");
    if (server === undefined) return undefined;
    const { exitCode, stdout } = await execIn(fly, app, server.id, ask);
    const lines = stdout.replace(/\n$/, "").split("\n");
    // What Redis refuses is a line like any other: a name has a process id in it.
    if (exitCode !== 0 || (stdout.trim() !== "" && !/^[^:\s]+:\d+:/.test(lines[0] ?? ""))) return undefined;
    return lines.filter((_, i) => i % 2 === 0 && (lines[i + 1] ?? "") !== "");
  } catch (error) {
    // A look that only Redis' machine can give is none of Fly's: whatever else is wrong, others say.
    if (error instanceof FlyctlFailure && !["login", "stopped"].includes(error.reason)) return undefined;
    throw error;
  }
}

function worksOnJobs(machine: Machine): boolean {
  const command = machine.config?.init?.cmd ?? [];
  return !isGone(machine) && groupOf(machine) !== undefined && command.includes("sidekiq");
}

function startedBefore({ state, events = [] }: Machine, moment: number): boolean {
  const starts = events.filter((event) => event.type === "start").map((event) => event.timestamp ?? 0);
  return state === "started" && starts.length > 0 && Math.max(...starts) < moment;
}
