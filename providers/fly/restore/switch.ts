import type { EndByHand, TaskByHand } from "../by-hand.ts";
import { DriverError, retry } from "../call/errors.ts";
import type { RestoreSpec } from "../spec.ts";
import { arrive, cross } from "./crossing.ts";
import { besides, stateOf } from "./database-marks.ts";
import { databasesOn, openServer, reopen } from "./databases.ts";

/** Brings the community onto the restored database. The one it ran on stays, under another name. */
export async function run({ fly, spec }: TaskByHand<RestoreSpec>): Promise<EndByHand> {
  const server = await openServer(fly, spec);
  const databases = await databasesOn(server);
  const { state, name, since: last = "" } = stateOf(databases);
  const { restored, before } = besides(spec.database);
  let since = last;
  if (state === "switched") {
    // An undo that was killed has closed them.
    await reopen(server, databases);
  } else {
    if (state !== "restored" || name === undefined) throw notPrepared(spec);
    since = await cross(server, spec, {
      next: restored,
      away: before,
      mark: (at) => ({ kind: "replaced", name, since: at }),
      isDone: (databases) => stateOf(databases).state === "switched",
    });
  }
  await arrive(server, spec, { other: before, since, backup: name });
  return { answer: stateOf(await databasesOn(server)) };
}

function notPrepared({ database }: RestoreSpec): DriverError {
  return new DriverError({
    what: `There is no restored database that ${database} could be replaced by.`,
    fix: "restore a backup:  npx mastiff restore -s <stack> --from latest",
    retry: retry.no,
  });
}
