import { diskSpace } from "./call/disk-space.ts";
import { DriverError, FlyctlFailure } from "./call/errors.ts";
import type { Fly } from "./call/flyctl.ts";
import { answerOf, forgotten, lastSaid, remove, runOneOff } from "./release/one-off.ts";
import { clone, model, railsRunner } from "./release/rails.ts";
import type { DiskSpace, InsideOutput, InsideSpec } from "./spec.ts";
import { machinesOf } from "./things/machines.ts";
import { syncSecrets } from "./things/secrets-version.ts";
import { serverOf } from "./things/server.ts";

/**
 * Looks at a community from inside: one one-off beside the web machines, with their image and settings, and
 * meanwhile the file system of the database. Changes nothing but an object of its own in the bucket, which it deletes.
 */
export async function look(fly: Fly, { app, postgres }: InsideSpec): Promise<InsideOutput> {
  const [report, disk] = await Promise.all([reportOf(fly, app), diskOf(fly, postgres)]);
  return { report, disk };
}

async function reportOf(fly: Fly, app: string): Promise<InsideOutput["report"]> {
  const machines = await machinesOf(fly, app);
  await remove(fly, app, forgotten(machines, "doctor"));
  await syncSecrets(fly, app);
  const ended = await runOneOff(fly, {
    ...clone(app, model(app, machines), "doctor", "inside", "looking"),
    command: railsRunner("doctor"),
    suffices: (lines) => lines.some((line) => line.startsWith("{")),
  });
  if (ended.exitCode === 0) return answerOf(ended) ?? null;
  const how = ended.oomKilled ? "ran out of memory" : `ended with exit code ${ended.exitCode}`;
  throw new DriverError({
    what: `The look from inside ${how} (app ${app}): Rails does not start, or its machine has too little memory.`,
    fix: `its last lines are below; see whether the web machines say the same:  flyctl logs -a ${app}`,
    retry: "helps only if the cause below goes away by itself",
    said: lastSaid(fly, ended),
  });
}

/** A machine that does not answer hides nothing that the report says. */
async function diskOf(fly: Fly, app: string): Promise<InsideOutput["disk"]> {
  try {
    return await measured(fly, app);
  } catch (error) {
    if (error instanceof FlyctlFailure && ["login", "stopped"].includes(error.reason)) throw error;
    const said = error instanceof FlyctlFailure ? error.said.split("\n")[0] : (error as Error).message;
    return { error: fly.redact(said || `${app} does not answer`) };
  }
}

async function measured(fly: Fly, app: string): Promise<DiskSpace> {
  const machine = await serverOf(fly, app);
  if (machine?.state !== "started") throw new Error(`no machine of ${app} is running`);
  return diskSpace(fly, app, machine.id);
}
