import { say } from "../call/progress.ts";
import type { Task } from "../kind.ts";
import type { Observation, RedisPasswordSpec, RedisRestartOutput } from "../spec.ts";
import { awaitAnswer, machineOf, restartWith, stamp } from "./redis.ts";
import { stage } from "./secrets.ts";

/**
 * Makes a password the only one of a Redis of kind `own`, after all machines know it: sets the app's secret
 * and restarts Redis once. The restart takes a second or two. Rails and Sidekiq reconnect by themselves, and
 * all written data is in the append-only file.
 */
export async function ensure({ spec, secrets, fly }: Task<RedisPasswordSpec>): Promise<RedisRestartOutput> {
  const { app } = spec;
  const { password } = secrets;
  if (password === undefined) throw new Error("stdin has no password");
  await stage(fly, app, { REDIS_PASSWORD: password });
  const machine = await machineOf(fly, app);
  if (machine === undefined) throw new Error(`Redis ${app} has no machine`);
  const made = await stamp(fly, app);
  if (machine.config?.metadata?.mastiff_redis !== made) {
    say("Redis", "restarting with its new password (a second or two)");
    await restartWith(fly, app, machine.id, made);
  }
  await awaitAnswer(fly, app);
  return { app };
}

export async function destroy(): Promise<void> {}

/** Reports no drift: the `redis` kind checks whether the machine runs with the app's secret. */
export async function observe(): Promise<Observation> {
  return { exists: true, differences: [] };
}
