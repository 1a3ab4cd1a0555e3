/** The machines of a command. Source: superfly/flyctl internal/command/machine/select.go. */
import { getMachine, type Machine } from "./api/machines.ts";
import { queries } from "./api/queries.ts";
import { requireAppName } from "./app-name.ts";
import { FlyError, messageOf, wrap } from "./go/errors.ts";
import type { Run } from "./run.ts";

/** The app's name, if it is given. A machine's id alone also identifies the app. */
export function optionalAppName(run: Run): string {
  try {
    return requireAppName(run);
  } catch (error) {
    if (messageOf(error).startsWith("the config for your app is missing")) return "";
    throw error;
  }
}

/** One machine by its id. */
export async function selectOne(
  run: Run,
  named: string,
  id: string | undefined,
): Promise<{ app: string; machine: Machine }> {
  checkSelection(run, named, id !== undefined);
  const app = await appOf(run, named, id ?? "");
  return { app, machine: await find(run, app, id ?? "") };
}

/** The machines that the arguments name. */
export async function selectMachines(run: Run, named: string): Promise<{ app: string; machines: Machine[] }> {
  checkSelection(run, named, run.args.length > 0);
  const app = await appOf(run, named, run.args[0] ?? "");
  const machines: Machine[] = [];
  for (const id of run.args) machines.push(await find(run, app, id));
  return { app, machines };
}

function checkSelection(run: Run, app: string, haveIds: boolean): void {
  const select = run.bool("select");
  if (select && haveIds) throw new FlyError("machine IDs can't be used with --select");
  if (select && app === "") throw new FlyError("an app name must be specified to use --select");
  if (!haveIds && app === "") throw new FlyError("a machine ID or an app name is required");
  if (select || !haveIds) throw new FlyError("a machine ID must be specified when not running interactively");
}

async function appOf(run: Run, named: string, id: string): Promise<string> {
  if (named !== "") return named;
  try {
    return (await run.graphql.run(queries.getMachine, { machineId: id })).gqlmachine?.app?.name ?? "";
  } catch (error) {
    throw wrap("could not get machine from GraphQL to determine app name", error);
  }
}

async function find(run: Run, app: string, id: string): Promise<Machine> {
  try {
    return await getMachine(run, app, id);
  } catch (error) {
    throw notFound(error, app, id) ?? wrap(`could not get machine ${id}`, error);
  }
}

/** The plain message for a missing machine; undefined for any other failure. */
export function notFound(error: unknown, app: string, id: string): FlyError | undefined {
  if (!messageOf(error).includes("machine not found")) return undefined;
  return new FlyError(`machine ${id} was not found in app '${app}'`);
}
