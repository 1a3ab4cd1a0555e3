import type { EndByHand, TaskByHand } from "../by-hand.ts";
import { DriverError } from "../call/errors.ts";
import { say } from "../call/progress.ts";
import type { RestoreSpec } from "../spec.ts";
import { isHealthy } from "../things/machines.ts";
import { destroyOwned } from "../things/ownership.ts";
import { releasedOf } from "./crossing.ts";
import { stateOf } from "./database-marks.ts";
import { databasesOn, drop, openServer } from "./databases.ts";

/**
 * Drops what is beside the community's database, and removes the app of a restore that was given up. Succeeds when
 * there is nothing.
 */
export async function run({ fly, spec }: TaskByHand<RestoreSpec>): Promise<EndByHand> {
  const server = await openServer(fly, spec);
  const databases = await databasesOn(server);
  const { stack, org, restoreApp } = spec;
  await destroyOwned(fly, { stack, org, app: restoreApp, option: "--app" });
  const beside = [databases.before, databases.restored].filter((one) => one !== undefined);
  if (beside.length > 0) {
    const machines = await releasedOf(fly, spec.app);
    const isWell = databases.own?.accepts === true && machines.length > 0 && machines.every(isHealthy);
    if (!isWell) throw notWell(spec);
  }
  for (const one of beside) {
    say("restore", `dropping database ${one.name}`);
    await drop(server, one);
  }
  return { answer: stateOf(await databasesOn(server)) };
}

/** As long as the community is not well on its database, the other one may be its way back. */
function notWell({ app, database }: RestoreSpec): DriverError {
  return new DriverError({
    what: `Nothing was dropped: not all machines of ${app} run and are healthy on ${database}.`,
    fix: [
      `see what is wrong:  flyctl status -a ${app}`,
      "complete the last step of the restore, or go back:  npx mastiff restore -s <stack> --undo",
    ],
    retry: "helps once they are healthy",
  });
}
