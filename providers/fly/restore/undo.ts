import type { EndByHand, TaskByHand } from "../by-hand.ts";
import { DriverError, retry } from "../call/errors.ts";
import type { RestoreSpec } from "../spec.ts";
import { arrive, cross, goOn } from "./crossing.ts";
import { besides, stateOf } from "./database-marks.ts";
import { databasesOn, drop, openServer } from "./databases.ts";

/**
 * Brings the community back onto the database that it ran on before the switch. What it ran on meanwhile stays, with
 * what people wrote into it. Before a switch, it repairs what a run that stopped in the middle of one has left.
 */
export async function run({ fly, spec }: TaskByHand<RestoreSpec>): Promise<EndByHand> {
  const server = await openServer(fly, spec);
  const databases = await databasesOn(server);
  const { state, name, since: last = "" } = stateOf(databases);
  const { restored, before } = besides(spec.database);
  if (state === "none") throw nothingToUndo(spec);
  let since = last;
  if (state === "switched" && name !== undefined) {
    // It has never served anybody.
    if (databases.restored !== undefined) await drop(server, databases.restored);
    since = await cross(server, spec, {
      next: before,
      away: restored,
      mark: (at) => ({ kind: "withdrawn", name, since: at }),
      isDone: (now) => stateOf(now).state === "undone",
    });
  }
  if (state === "switched" || state === "undone")
    await arrive(server, spec, { other: restored, since, backup: undefined });
  else await goOn(server, spec);
  return { answer: stateOf(await databasesOn(server)) };
}

function nothingToUndo({ database }: RestoreSpec): DriverError {
  return new DriverError({
    what: `There is nothing to undo: no database is beside ${database}.`,
    fix: "to go back in time, restore a backup:  npx mastiff restore -s <stack> --from <name>",
    retry: retry.no,
  });
}
