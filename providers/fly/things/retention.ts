import { FlyctlFailure } from "../call/errors.ts";
import type { Task } from "../kind.ts";
import { leftOver, mustRun, remove } from "../release/one-off.ts";
import { clone, model, railsRunner } from "../release/rails.ts";
import type { Observation, RetentionOutput, RetentionSpec } from "../spec.ts";
import { machinesOf } from "./machines.ts";
import { syncSecrets } from "./secrets-version.ts";

/**
 * How long Mastodon keeps what comes from other servers: settings in its database, by which its own scheduler
 * deletes each night (mastodon/mastodon: app/workers/scheduler/vacuum_scheduler.rb). A script in a one-off
 * machine sets them, not SQL: Mastodon reads its settings from a cache in Redis.
 */
const job = "retention";

export async function ensure({ spec, fly }: Task<RetentionSpec>): Promise<RetentionOutput> {
  const { app, days, defaults } = spec;
  const machines = await machinesOf(fly, app);
  await remove(fly, app, leftOver(machines, [job]));
  const base = clone(app, model(app, machines), job, "housekeeping", "setting how long Mastodon keeps media");
  const env = {
    ...base.env,
    MASTIFF_RETENTION: JSON.stringify(days),
    MASTIFF_RETENTION_DEFAULTS: JSON.stringify(defaults),
  };
  await syncSecrets(fly, app);
  await mustRun(fly, { ...base, env, command: railsRunner("retention") });
  return { app };
}

/** The settings stay: what a new value would be, nobody has said. Here only leftovers of a killed run are removed. */
export async function destroy({ spec, fly }: Task<RetentionSpec>): Promise<void> {
  try {
    await remove(fly, spec.app, leftOver(await machinesOf(fly, spec.app), [job]));
  } catch (error) {
    if (!(error instanceof FlyctlFailure) || error.reason !== "absent") throw error;
  }
}

/** Does not ask for the settings: only Mastodon could say, and that would cost a machine. */
export async function observe(): Promise<Observation> {
  return { exists: true, differences: [] };
}
