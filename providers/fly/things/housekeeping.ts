import type { Task } from "../kind.ts";
import type { OneOff } from "../release/one-off.ts";
import { clone, model, railsRunner } from "../release/rails.ts";
import type { HousekeepingOutput, HousekeepingSpec, Observation } from "../spec.ts";
import { groupOf, isGone, type Machine, machinesIn, machinesOf } from "./machines.ts";
import { destroyScheduled, ensureScheduled, goneWith, observeScheduled } from "./scheduled.ts";

/**
 * The machine that tidies up the bucket of the uploads, by a schedule of Fly's. It has image, size and variables of
 * the web machines. A deploy passes it over, since it has no process group.
 */
export const housekeepingJob = "housekeeping";

export async function ensure({ spec, fly }: Task<HousekeepingSpec>): Promise<HousekeepingOutput> {
  const { app } = spec;
  const machines = await machinesOf(fly, app);
  return { app, machine: await ensureScheduled(fly, wantedMachine(spec, machines), machines) };
}

export async function destroy({ spec, fly }: Task<HousekeepingSpec>): Promise<void> {
  await destroyScheduled(fly, spec.app, housekeepingJob);
}

export async function observe({ spec, fly }: Task<HousekeepingSpec>): Promise<Observation> {
  const machines = await machinesIn(fly, spec.app);
  if (machines === undefined) return goneWith(spec.app);
  // An app without the release's machines is the release's own difference.
  if (!machines.some((one) => !isGone(one) && groupOf(one) !== undefined))
    return { exists: true, differences: [] };
  return observeScheduled(machines, wantedMachine(spec, machines));
}

function wantedMachine(
  { app, schedule, orphans, previewCardDays }: HousekeepingSpec,
  machines: readonly Machine[],
): OneOff {
  const like = model(app, machines);
  const base = clone(app, like, housekeepingJob, "housekeeping", "tidying up the bucket of the uploads");
  const env = {
    ...base.env,
    ...(previewCardDays !== undefined && { MASTIFF_PREVIEW_CARD_DAYS: String(previewCardDays) }),
    ...(orphans && { MASTIFF_ORPHANS: "1" }),
  };
  return { ...base, env, command: railsRunner("housekeeping"), schedule };
}
