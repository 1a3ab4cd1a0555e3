import { DriverError, FlyctlFailure } from "../call/errors.ts";
import { execIn } from "../call/exec.ts";
import type { Fly } from "../call/flyctl.ts";
import type { JobsOutput, JobsSpec, RedisSpec } from "../spec.ts";
import { isGone, machinesOf } from "./machines.ts";
import { volumesOf } from "./volumes.ts";

/**
 * Jobs that wait in a Redis of kind `own`: deliveries to other servers, mails and deletions. A lost job
 * cannot be recovered.
 *
 * Sidekiq keeps jobs in one list per queue, `queue:<name>` for each name in the set `queues`, and in the
 * sorted sets `schedule` and `retry` (sidekiq: lib/sidekiq/api.rb). A process that stops puts its current
 * jobs back into their queue.
 */
export async function look(fly: Fly, { app }: JobsSpec): Promise<JobsOutput> {
  const machine = (await machinesOf(fly, app)).find((one) => one.state === "started");
  if (machine === undefined) throw new Error(`no machine of ${app} is running`);
  const ask = (...words: string[]) => answer(fly, app, machine.id, words);
  const queues = (await ask("SMEMBERS", "queues")).split("\n").filter((name) => name !== "");
  const counts = [
    ...queues.map((name) => ["LLEN", `queue:${name}`]),
    ["ZCARD", "schedule"],
    ["ZCARD", "retry"],
  ];
  let waiting = 0;
  for (const words of counts) {
    const said = await ask(...words);
    if (!/^\d+$/.test(said)) throw new Error(`Redis answers ${words.join(" ")} with: ${said}`);
    waiting += Number(said);
  }
  return { waiting };
}

async function answer(fly: Fly, app: string, machine: string, words: readonly string[]): Promise<string> {
  const odd = words.find((word) => !/^[\w:.-]+$/.test(word));
  if (odd !== undefined) throw new Error(`Redis has a queue with an odd name: ${odd}`);
  const command = `sh -c 'redis-cli --no-auth-warning -a "$REDIS_PASSWORD" ${words.join(" ")}'`;
  const { exitCode, stdout, stderr } = await execIn(fly, app, machine, command);
  if (exitCode !== 0) throw new Error(`Redis does not answer: ${fly.redact(stderr || stdout)}`);
  return stdout.trim();
}

/** @throws when jobs wait, or when that is unknown: a Redis that is down may have jobs on its volume. */
export async function refuseJobs(fly: Fly, { app }: RedisSpec): Promise<void> {
  const machines = (await machinesOf(fly, app)).filter((one) => !isGone(one));
  // A Redis without machine and volume never held a job.
  if (machines.length === 0 && (await volumesOf(fly, app)).length === 0) return;
  try {
    const { waiting } = await look(fly, { app });
    if (waiting === 0) return;
    throw kept(app, `${waiting} job${waiting === 1 ? " waits" : "s wait"} in it`);
  } catch (error) {
    if (error instanceof DriverError) throw error;
    if (error instanceof FlyctlFailure && ["login", "stopped"].includes(error.reason)) throw error;
    const cause = error instanceof FlyctlFailure ? error.said.split("\n")[0] : (error as Error).message;
    throw kept(app, `Mastiff could not see whether jobs wait in it (${cause})`);
  }
}

function kept(app: string, why: string): DriverError {
  return new DriverError({
    what: `Redis ${app} is not destroyed: ${why}. Deliveries to other servers, mails and deletions would be lost.`,
    fix: [
      "let Sidekiq finish them (docs/operations.md, “Another Redis”); jobs that you can do without can be deleted on its page, under Retries and Scheduled",
      "or, to end the community:  pulumi config set mastiff:destroy <domain>, pulumi up, then pulumi destroy",
    ],
    retry: "helps once no job waits",
  });
}
