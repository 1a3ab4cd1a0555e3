import * as argv from "../call/argv.ts";
import { FlyctlFailure } from "../call/errors.ts";
import { execIn } from "../call/exec.ts";
import type { Fly } from "../call/flyctl.ts";
import { say } from "../call/progress.ts";
import type { ReleaseSpec } from "../spec.ts";
import { groupOf, isGone, type Machine, machinesOf } from "../things/machines.ts";

/**
 * Lists the live Sidekiq processes. No check of Fly's can tell whether Sidekiq works: it listens on no port,
 * and a machine whose Sidekiq hangs stays "started".
 *
 * Each process adds its name to the set `processes` in Redis, and writes a heartbeat every 10 s into a hash
 * that expires after 60 s (sidekiq: lib/sidekiq/launcher.rb). The name begins with the host's, which on Fly
 * is the machine's id (component.rb). So one command in Redis' machine tells which processes are alive. It
 * costs one exec, and no clocks are compared.
 */
const ask = `sh -c 'redis-cli --no-auth-warning -a "$REDIS_PASSWORD" SORT_RO processes BY nosort GET "#" GET "*->beat"'`;

/** Rails takes up to 90 s to boot, and a heartbeat up to 60 s to expire. */
const settledMs = 300_000;

/**
 * Machines that have been started for five minutes and whose Sidekiq is silent. Empty when that cannot be
 * known: with Upstash, or with a Redis that does not answer. Also empty when as many processes are alive as
 * there are such machines, whatever their names.
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
  // Some process is alive, but none is named after a machine: names do not tell which machine is silent.
  if (alive.length > 0 && !machines.some(isHeard)) return [];
  return settled.filter((one) => !isHeard(one));
}

/** Restarts machines whose Sidekiq hangs. Their jobs are still in Redis, except those in progress. */
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

/** Names of the live processes; undefined when Redis could not be asked. */
async function processes(fly: Fly, app: string): Promise<string[] | undefined> {
  try {
    const server = (await machinesOf(fly, app)).find((one) => one.state === "started");
    if (server === undefined) return undefined;
    const { exitCode, stdout } = await execIn(fly, app, server.id, ask);
    const lines = stdout.replace(/\n$/, "").split("\n");
    // A refusal by Redis is a line too. It is told from a name by the process id that every name contains.
    if (exitCode !== 0 || (stdout.trim() !== "" && !/^[^:\s]+:\d+:/.test(lines[0] ?? ""))) return undefined;
    return lines.filter((_, i) => i % 2 === 0 && (lines[i + 1] ?? "") !== "");
  } catch (error) {
    // Only Redis' machine can answer. Its failure must not fail the run: other calls report what is wrong.
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
