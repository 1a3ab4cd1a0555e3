/** Sessions of the programs in machines with the databases of a server. */
import { situation } from "../fly/situation.ts";
import type { World } from "../world.ts";
import { logIn } from "./connect.ts";
import type { Database } from "./database.ts";
import { behind } from "./direct.ts";

/**
 * How many sessions there are with a database of the server: one of each machine that runs and whose DATABASE_URL opens
 * it, and one of the server's own exporter, which is connected to every database (fly-apps/postgres-flex
 * cmd/start/main.go, PG_EXPORTER_AUTO_DISCOVER_DATABASES). A session that is ended while others may connect is opened
 * again at once.
 */
export function sessionsWith(world: World, server: Database, database: string): number {
  const catalogue = server.databases[database];
  if (catalogue === undefined || catalogue.ended === true) return 0;
  const machines = Object.values(world.state.fly.apps).flatMap((app) =>
    Object.values(app.machines)
      .filter(({ state }) => state === "started")
      .map((machine) => ({ world, app, machine })),
  );
  const connected = machines.filter((from) => {
    const seen = situation(world, from.app, from.machine);
    const { DATABASE_URL: url } = behind(seen.argv, seen.env).env;
    if (url === undefined) return false;
    const connection = logIn(from, url);
    return connection.ok && connection.catalogue === catalogue;
  });
  return connected.length + 1;
}
