import { moment } from "../../rules/backup-age.ts";
import { machineDifferences } from "../backup/backup-machine.ts";
import * as argv from "../call/argv.ts";
import { FlyctlFailure } from "../call/errors.ts";
import { say } from "../call/progress.ts";
import { gone, type Task } from "../kind.ts";
import { leftOver, type OneOff, remove, start } from "../release/one-off.ts";
import { clone, model, railsRunner } from "../release/rails.ts";
import type { HousekeepingOutput, HousekeepingSpec, Observation } from "../spec.ts";
import { groupOf, isGone, isRunning, lastExitOf, type Machine, machinesOf } from "./machines.ts";

/**
 * The machine that tidies up the bucket of the uploads, by a schedule of Fly's. It has image, size and variables of
 * the web machines. A deploy passes it over, since it has no process group.
 *
 * As with the machine of the backups (backup/backup.ts), no call starts it. So what is wrong with the machine, or with
 * its last run, is repaired by a new one, which starts at once. Nobody waits for its end: a large bucket takes hours,
 * and the next look tells how it went. A run that is broken off has removed less, and no harm is done.
 */
const job = "housekeeping";

export async function ensure({ spec, fly }: Task<HousekeepingSpec>): Promise<HousekeepingOutput> {
  const { app } = spec;
  const machines = await machinesOf(fly, app);
  const wanted = wantedMachine(spec, machines);
  const there = leftOver(machines, [job]);
  const current = there.find((one) => problemsOf(one, wanted).length === 0);
  if (current !== undefined) {
    await remove(
      fly,
      app,
      there.filter((one) => one !== current),
    );
    return { app, machine: current.id };
  }
  // A fresh config folder of flyctl's has no secrets version; without one, a new machine may get old values.
  await fly.repeatable(argv.secretsSync(app), { app });
  say("housekeeping", "starting a machine for it");
  const machine = await start(fly, wanted);
  await remove(fly, app, there);
  return { app, machine };
}

export async function destroy({ spec, fly }: Task<HousekeepingSpec>): Promise<void> {
  try {
    await remove(fly, spec.app, leftOver(await machinesOf(fly, spec.app), [job]));
  } catch (error) {
    if (!(error instanceof FlyctlFailure) || error.reason !== "absent") throw error;
  }
}

export async function observe({ spec, fly }: Task<HousekeepingSpec>): Promise<Observation> {
  const { app } = spec;
  let machines: Machine[];
  try {
    machines = await machinesOf(fly, app);
  } catch (error) {
    if (!(error instanceof FlyctlFailure) || error.reason !== "absent") throw error;
    return gone(`app ${app}`);
  }
  const there = leftOver(machines, [job]);
  if (there.length === 0) return { exists: false, differences: ["the machine of the housekeeping is gone"] };
  // An app without the release's machines is the release's own difference.
  if (!machines.some((one) => !isGone(one) && groupOf(one) !== undefined))
    return { exists: true, differences: [] };
  const wanted = wantedMachine(spec, machines);
  const problems = there.map((one) => problemsOf(one, wanted));
  const best = problems.reduce((least, some) => (some.length < least.length ? some : least));
  return { exists: true, differences: best };
}

function wantedMachine(
  { app, schedule, orphans, previewCardDays }: HousekeepingSpec,
  machines: readonly Machine[],
): OneOff {
  const base = clone(app, model(app, machines), job, "housekeeping", "tidying up the bucket of the uploads");
  const env = {
    ...base.env,
    ...(previewCardDays !== undefined && { MASTIFF_PREVIEW_CARD_DAYS: String(previewCardDays) }),
    ...(orphans && { MASTIFF_ORPHANS: "1" }),
  };
  return { ...base, env, command: railsRunner("housekeeping"), schedule };
}

/** How a machine differs from the wanted one, and what its last run did not do, in words. */
export function problemsOf(machine: Machine, wanted: OneOff): string[] {
  const differences = machineDifferences(machine, wanted).map((text) => `of the housekeeping: ${text}`);
  const failure = failureOf(machine);
  return failure === undefined ? differences : [...differences, failure];
}

function failureOf(machine: Machine): string | undefined {
  const exit = lastExitOf(machine);
  if (machine.state === "failed") return `machine ${machine.id} of the housekeeping has failed`;
  if (isRunning(machine) || exit === undefined) return undefined;
  if (exit.oomKilled) return `the last housekeeping ran out of memory (${moment(exit.at)})`;
  return exit.exitCode === 0
    ? undefined
    : `the last housekeeping failed with exit code ${exit.exitCode} (${moment(exit.at)})`;
}
