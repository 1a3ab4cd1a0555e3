import { isPassing } from "../call/errors.ts";
import type { Fly } from "../call/flyctl.ts";
import type { RestoreLook, RestoreSpec } from "../spec.ts";
import { SqlError } from "../things/psql.ts";
import { stateOf } from "./database-marks.ts";
import { databasesOn, measure, openServer, schemaOf } from "./databases.ts";

/** How far a restore has come, and what the community runs on now. Changes nothing. */
export async function look(fly: Fly, spec: RestoreSpec): Promise<RestoreLook> {
  const server = await openServer(fly, spec);
  const databases = await databasesOn(server);
  const state = stateOf(databases);
  // A run that stopped in the middle of an exchange has left it closed.
  if (databases.own?.accepts !== true || (await schemaOf(server, spec.database)) === undefined) return state;
  try {
    return { ...state, running: await measure(server, spec.database) };
  } catch (error) {
    // The rows of a large database take longer to count than a command in a machine may run.
    if (fly.stopped || !(isPassing(error) || error instanceof SqlError)) throw error;
    return state;
  }
}
