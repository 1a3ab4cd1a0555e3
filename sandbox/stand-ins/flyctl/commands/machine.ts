/** `machine …` without run and update. Source: superfly/flyctl internal/command/machine. */
import {
  configOf,
  getMachine,
  groupOf,
  imageWithVersion,
  listActive,
  listAll,
  type Machine,
  waitFor,
} from "../api/machines.ts";
import { queries } from "../api/queries.ts";
import { requireAppName } from "../app-name.ts";
import { formatDuration, parseDuration } from "../go/duration.ts";
import { FlyError, messageOf, NonInteractive, wrap } from "../go/errors.ts";
import { conform } from "../go/json.ts";
import { table } from "../go/table.ts";
import { withLeases } from "../leases.ts";
import { notFound, optionalAppName, selectMachines, selectOne } from "../machine-selection.ts";
import type { Command, Run } from "../run.ts";
import { requireSession } from "../session.ts";
import { sizeOf } from "../sizes.ts";
import { waitForState, watchChecks } from "../waiting.ts";
import { runMachine, updateMachine } from "./machine-run.ts";
import { printStatus } from "./machine-status.ts";

async function list(run: Run): Promise<void> {
  requireSession(run);
  const app = requireAppName(run);
  const machines = await listAll(run, app);
  if (run.settings.json) {
    run.json(machines.map((machine) => conform("Machine", machine)));
    return;
  }
  const quiet = run.bool("quiet");
  if (machines.length === 0) {
    if (!quiet) run.print(`No machines are available on this app ${app}`);
    return;
  }
  if (quiet) {
    run.out(
      table(
        "",
        machines.map(({ id }) => [id]),
      ),
    );
    return;
  }
  run.print(`${machines.length} machines have been retrieved from app ${app}.`);
  // The link begins with a zero-width space (iostreams.CreateLink).
  run.print(`View them in the UI here (\u200bhttps://fly.io/apps/${app}/machines/)\n`);
  const columns = [
    "ID",
    "Name",
    "State",
    "Checks",
    "Region",
    "Role",
    "Image",
    "IP Address",
    "Volume",
    "Created",
  ];
  run.out(table(app, machines.map(listRow), ...columns, "Last Updated", "Process Group", "Size"));
  if (machines.some((machine) => machine.host_status !== "ok")) {
    run.print("* These Machines' hosts could not be reached.");
  }
}

function listRow(machine: Machine): string[] {
  const away = machine.host_status !== "ok";
  const unlessAway = (text: string | undefined) => (away ? "" : (text ?? ""));
  const checks = machine.checks ?? [];
  const passing = checks.filter((check) => check.status === "passing").length;
  const guest = machine.config?.guest;
  return [
    `${machine.id}${away ? "*" : ""}`,
    machine.name ?? "",
    machine.state,
    unlessAway(checks.length > 0 ? `${passing}/${checks.length}` : ""),
    machine.region,
    checks.findLast((check) => check.name === "role")?.output ?? "",
    unlessAway(imageWithVersion(machine)),
    unlessAway(machine.private_ip),
    machine.config?.mounts?.[0]?.volume ?? "",
    unlessAway(machine.created_at),
    unlessAway(machine.updated_at),
    machine.config === undefined ? "" : groupOf(machine),
    guest ? `${sizeOf(guest)}:${guest.memory_mb ?? 0}MB` : "",
  ];
}

async function exec(run: Run): Promise<void> {
  requireSession(run);
  const app = optionalAppName(run);
  const [first = "", second] = run.args;
  const container = run.string("container");
  if (container !== "" && run.bool("no-container")) {
    throw new FlyError("--container and --no-container are mutually exclusive");
  }
  const chosen = await selectOne(run, app, second === undefined ? undefined : first);
  const request = {
    ...(container && { container }),
    ...(run.bool("no-container") && { machine: true }),
    cmd: second ?? first,
    ...(run.int("timeout") > 0 && { timeout: run.int("timeout") }),
  };
  const { id } = chosen.machine;
  let raw: unknown;
  try {
    const path = `/apps/${chosen.app}/machines/${id}/exec`;
    raw = await run.flaps.wrapped(`failed to exec on VM ${id}`, "POST", path, request);
  } catch (error) {
    throw wrap(`could not exec command on machine ${id}`, error);
  }
  const answer = conform("MachineExecResponse", raw) as {
    exit_code?: number;
    stdout?: string;
    stderr?: string;
  };
  if (run.settings.json) {
    run.json(answer);
    return;
  }
  if (answer.exit_code) run.print(`Exit code: ${answer.exit_code}`);
  run.out(answer.stdout ?? "");
  run.shell.stderr(answer.stderr ?? "");
}

async function start(run: Run): Promise<void> {
  requireSession(run);
  const { app, machines } = await selectMachines(run, optionalAppName(run));
  await withLeases(run, app, machines, async (leased) => {
    for (const machine of leased) {
      const path = `/apps/${app}/machines/${machine.id}/start`;
      const failed = `failed to start VM ${machine.id}`;
      let answer: { status?: string; message?: string };
      try {
        answer = await run.flaps.wrapped(failed, "POST", path, undefined, machine.nonce);
      } catch (error) {
        if (messageOf(error).includes(" for machine")) {
          throw new FlyError(
            `could not start machine due to lack of capacity. Try 'flyctl machine clone ${machine.id} -a ${app}'`,
          );
        }
        throw notFound(error, app, machine.id) ?? wrap(`could not start machine ${machine.id}`, error);
      }
      if (answer.status === "error")
        throw new FlyError(`machine could not be started: ${answer.message ?? ""}`);
      run.print(`${machine.id} has been started`);
    }
  });
}

async function stop(run: Run): Promise<void> {
  requireSession(run);
  const { app, machines } = await selectMachines(run, optionalAppName(run));
  await withLeases(run, app, machines, async (leased) => {
    for (const machine of leased) {
      run.print(`Sending kill signal to machine ${machine.id}...`);
      await stopOne(run, app, machine);
      run.print(`${machine.id} has been successfully stopped`);
    }
  });
}

async function stopOne(run: Run, app: string, machine: Machine): Promise<void> {
  const { id } = machine;
  const signal = run.string("signal").toUpperCase();
  const seconds = run.int("timeout");
  const body = { id, ...(signal && { signal }), timeout: seconds > 0 ? `${seconds}s` : "0s" };
  try {
    const path = `/apps/${app}/machines/${id}/stop`;
    await run.flaps.order(`failed to stop VM ${id}`, "POST", path, body, machine.nonce);
  } catch (error) {
    throw notFound(error, app, id) ?? wrap(`could not stop machine ${id}`, error);
  }
  const wait = run.has("wait-timeout") ? parseDuration(run.string("wait-timeout")) / 1e6 : 0;
  if (wait === 0) return;
  try {
    await getMachine(run, app, id);
  } catch (error) {
    throw wrap(`could not get machine ${id} to wait for stop`, error);
  }
  try {
    await waitFor(run, app, id, { states: ["stopped"], timeoutMs: wait });
  } catch (error) {
    throw wrap(`machine ${id} did not stop within the wait timeout`, error);
  }
}

async function restart(run: Run): Promise<void> {
  requireSession(run);
  const { app, machines } = await selectMachines(run, optionalAppName(run));
  await withLeases(run, app, machines, async (leased) => {
    for (const machine of leased) {
      try {
        await restartOne(run, app, machine);
      } catch (error) {
        throw wrap(`failed to restart machine ${machine.id}`, error);
      }
    }
  });
}

/**
 * Restarts a machine and waits until it is started. By default it also waits until the machine is healthy
 * (internal/machine/restart.go).
 */
async function restartOne(run: Run, app: string, machine: Machine): Promise<void> {
  const { id } = machine;
  run.print(`Restarting machine ${id}`);
  const query = new URLSearchParams({ force_stop: String(run.bool("force")) });
  if (run.int("time") !== 0) query.set("timeout", formatDuration(run.int("time") * 1e9));
  if (run.string("signal") !== "") query.set("signal", run.string("signal").toUpperCase());
  try {
    const path = `/apps/${app}/machines/${id}/restart?${query}`;
    await run.flaps.order(`failed to restart VM ${id}`, "POST", path, undefined, machine.nonce);
  } catch (error) {
    throw wrap(`could not stop machine ${id}`, error);
  }
  await waitForState(run, app, { id } as Machine, "started", 300_000);
  if (!run.bool("skip-health-checks")) {
    try {
      await watchChecks(run, app, [machine]);
    } catch (error) {
      throw wrap("failed to wait for health checks to pass", error);
    }
  }
  run.print(`Machine ${id} restarted successfully!`);
}

async function destroy(run: Run): Promise<void> {
  requireSession(run);
  const named = optionalAppName(run);
  const image = run.string("image").trim();
  if (image !== "") {
    if (named === "") throw new FlyError("--image requires --app flag or must be run from app directory");
    await listActive(run, named);
    throw new NonInteractive();
  }
  const { app, machines } = await selectMachines(run, named);
  await withLeases(run, app, machines, async (leased) => {
    for (const machine of leased) {
      let name: string;
      try {
        name = (await run.graphql.run(queries.getAppCompact, { appName: app })).appcompact.name;
      } catch (error) {
        throw wrap(`could not get app '${app}'`, error);
      }
      await destroyOne(run, name, machine, run.bool("force"));
      run.print(`${machine.id} has been destroyed`);
    }
  });
}

/** Destroys a machine. A started machine requires force. */
export async function destroyOne(run: Run, app: string, machine: Machine, force: boolean): Promise<void> {
  const { id, state } = machine;
  if (state === "destroyed") throw new FlyError(`machine ${id} has already been destroyed`);
  if (!force && state === "started") {
    throw new FlyError(`machine ${id} currently started, either stop first or use --force flag`);
  }
  if (!force && state !== "stopped" && state !== "suspended") {
    throw new FlyError(
      `machine ${id} is in a ${state} state and cannot be destroyed since it is not stopped or suspended, either stop first or use --force flag`,
    );
  }
  run.print(`machine ${id} was found and is currently in ${state} state, attempting to destroy...`);
  try {
    const path = `/apps/${app}/machines/${id}?kill=${force}`;
    await run.flaps.order(`failed to destroy VM ${id}`, "DELETE", path, undefined, machine.nonce);
  } catch (error) {
    throw notFound(error, app, id) ?? wrap(`could not destroy machine ${id}`, error);
  }
  if (machine.image_ref?.labels?.["fly.pg-manager"] !== "repmgr") return;
  // The official flyctl informs the member over a tunnel. The local Fly has none.
  run.out(`unregistering postgres member '${machine.private_ip ?? ""}' from the cluster... `);
  run.print("(failed)");
  run.print("failed to unregister postgres member: no tunnel");
}

async function status(run: Run): Promise<void> {
  requireSession(run);
  const { machine } = await selectOne(run, optionalAppName(run), run.args[0]);
  if (run.bool("display-config")) {
    run.print(JSON.stringify(conform("MachineConfig", configOf(machine)), null, 2));
    return;
  }
  printStatus(run, machine);
}

export const commands: Record<string, Command> = {
  "machine list": list,
  "machine run": runMachine,
  "machine create": runMachine,
  "machine update": updateMachine,
  "machine exec": exec,
  "machine start": start,
  "machine stop": stop,
  "machine restart": restart,
  "machine destroy": destroy,
  "machine status": status,
};
