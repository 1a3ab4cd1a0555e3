import { DriverError, FlyctlFailure } from "../call/errors.ts";
import type { Fly } from "../call/flyctl.ts";
import { isGone, type Machine, machinesOf } from "./machines.ts";

/**
 * The machine of a community's database. Mastiff makes one. Somebody may have added a replica (`fly machine clone`):
 * nothing can be written there, and it may be behind.
 */

/**
 * The machine that takes writes; undefined when there is none.
 *
 * @throws DriverError when there are several machines, and not exactly one says that it is the primary
 */
export function primaryAmong(app: string, machines: readonly Machine[]): Machine | undefined {
  const live = machines.filter((one) => !isGone(one));
  if (live.length < 2) return live[0];
  const [primary, other] = live.filter(isPrimary);
  if (primary !== undefined && other === undefined) return primary;
  const which = primary === undefined ? "none" : "more than one";
  throw new DriverError({
    what: `The database ${app} has ${live.length} machines, and ${which} of them says that it is the primary.`,
    fix: [
      `see their roles and their states:  flyctl status -a ${app}`,
      `if the primary is stopped, start it:  flyctl machine start <id> -a ${app}`,
    ],
    retry: "helps once one of them is the primary: after a start, that takes a minute",
  });
}

/** Whether the machine says that it takes writes, as flyctl reads it (flyctl: internal/command/postgres, machineRole). */
function isPrimary({ checks = [] }: Machine): boolean {
  const role = checks.find(({ name }) => name === "role");
  return role?.status === "passing" && /^"?(primary|leader)"?$/.test(role.output?.trim() ?? "");
}

/** The database's machine; undefined when there is no machine or no app. @throws DriverError as {@link primaryAmong} */
export async function serverOf(fly: Fly, app: string): Promise<Machine | undefined> {
  try {
    return primaryAmong(app, await machinesOf(fly, app));
  } catch (error) {
    if (error instanceof FlyctlFailure && error.reason === "absent") return undefined;
    throw error;
  }
}
