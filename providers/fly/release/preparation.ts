import { FlyctlFailure } from "../call/errors.ts";
import type { Task } from "../kind.ts";
import type { Observation, PreparationOutput, ReleaseSpec } from "../spec.ts";
import { machinesOf } from "../things/machines.ts";
import { syncSecrets } from "../things/secrets-version.ts";
import { readFlyToml } from "./fly-toml.ts";
import { leftOver, remove } from "./one-off.ts";
import { awaitMigrations, hasReleased, prepare, type ReleaseWork } from "./release-database.ts";

/**
 * What a first release needs before it has machines: a database with Mastodon's tables, and a Redis that is new enough.
 *
 * It is a thing of its own, so that what needs the database alone (the first backup, streaming) begins beside the release
 * and not after it. The machine that has set up the database stays: it tells the release that this is done, and the
 * release removes it once there are machines. Without it the release prepares by itself, so that nobody has to remember
 * what this run did. An app with machines was prepared before its first one.
 */
export async function ensure({ spec, fly, flyToml }: Task<ReleaseSpec>): Promise<PreparationOutput> {
  const { app } = spec;
  if (flyToml === undefined) throw new Error("FLY_TOML is not set");
  const work: ReleaseWork = { fly, spec, env: readFlyToml(flyToml, undefined).env };
  const machines = await machinesOf(fly, app);
  if (hasReleased(machines)) return { app };
  await remove(fly, app, leftOver(machines, ["redis-version"]));
  const well = await awaitMigrations(work, machines, spec);
  await syncSecrets(fly, app);
  await prepare(work, well);
  return { app };
}

/** The tables stay with the database. Here only machines are removed. */
export async function destroy({ spec, fly }: Task<ReleaseSpec>): Promise<void> {
  try {
    await remove(fly, spec.app, leftOver(await machinesOf(fly, spec.app), ["db-prepare", "redis-version"]));
  } catch (error) {
    if (!(error instanceof FlyctlFailure) || error.reason !== "absent") throw error;
  }
}

/** Always in sync: the release looks for itself. */
export async function observe(): Promise<Observation> {
  return { exists: true, differences: [] };
}
