/** `machine status`. Source: superfly/flyctl internal/command/machine/status.go. */
import { configOf, groupOf, imageWithVersion, type Machine } from "../api/machines.ts";
import { table, verticalTable } from "../go/table.ts";
import { relativeTime } from "../go/time.ts";
import type { Run } from "../run.ts";

/** Prints all data of a machine as text. */
export function printStatus(run: Run, machine: Machine): void {
  run.print(`Machine ID: ${machine.id}`);
  run.print(`Instance ID: ${machine.instance_id ?? ""}`);
  run.print(`State: ${machine.state}`);
  run.print(`HostStatus: ${machine.host_status ?? ""}\n`);
  printVm(run, machine);
  const checks = machine.checks ?? [];
  if (configOf(machine).metadata?.["fly-managed-postgres"] === "true") {
    const role =
      checks.findLast((check) => check.name === "role" && check.status === "passing")?.output ?? "";
    run.out(verticalTable("PG", [[role]], "Role"));
  }
  if (checks.length > 0) {
    const passing = checks.filter((check) => check.status === "passing").length;
    const rows = checks.map((check) => [
      check.name ?? "",
      check.status ?? "",
      relativeTime(check.updated_at),
      check.output ?? "",
    ]);
    run.out(table(`Checks [${passing}/${checks.length}]`, rows, "Name", "Status", "Last Updated", "Output"));
  }
  printEvents(run, machine);
}

function printVm(run: Run, machine: Machine): void {
  const config = configOf(machine);
  const list = (words: string[] | undefined) => (words && words.length > 0 ? JSON.stringify(words) : "");
  const row = [
    machine.id,
    machine.instance_id ?? "",
    machine.state,
    imageWithVersion(machine),
    machine.name ?? "",
    machine.private_ip ?? "",
    machine.region,
    groupOf(machine),
    config.guest?.cpu_kind ?? "",
    String(config.guest?.cpus ?? 0),
    String(config.guest?.memory_mb ?? 0),
    machine.created_at ?? "",
    machine.updated_at ?? "",
    list(config.init?.entrypoint),
    list(config.init?.cmd),
  ];
  const columns = [
    "ID",
    "Instance ID",
    "State",
    "Image",
    "Name",
    "Private IP",
    "Region",
    "Process Group",
    "CPU Kind",
  ];
  columns.push("vCPUs", "Memory", "Created", "Updated", "Entrypoint", "Command");
  const [mount] = config.mounts ?? [];
  if (mount !== undefined) {
    row.push(mount.volume ?? "");
    columns.push("Volume");
  }
  run.out(verticalTable("VM", [row], ...columns));
}

function printEvents(run: Run, machine: Machine): void {
  const rows = (machine.events ?? []).map((event) => {
    const row = [event.status ?? "", event.type ?? "", event.source ?? "", eventTime(event.timestamp ?? 0)];
    const exit = event.request?.exit_event;
    if (exit) {
      const flags = `oom_killed=${exit.oom_killed === true},requested_stop=${exit.requested_stop === true}`;
      row.push(`exit_code=${exit.exit_code ?? 0},${flags}`);
    }
    if (event.type === "launch" && event.status === "created" && event.source === "flyd")
      row.push("migrated=true");
    return row;
  });
  run.out(table("Event Logs", rows, "State", "Event", "Source", "Timestamp", "Info"));
}

/** The local time with milliseconds, without trailing zeros (Go's time.RFC3339Nano). */
function eventTime(milliseconds: number): string {
  const at = new Date(milliseconds);
  const offset = -at.getTimezoneOffset();
  const local = new Date(milliseconds + offset * 60_000).toISOString().replace(/\.?0*Z$/, "");
  if (offset === 0) return `${local}Z`;
  const two = (value: number) => String(Math.abs(Math.trunc(value))).padStart(2, "0");
  return `${local}${offset < 0 ? "-" : "+"}${two(offset / 60)}:${two(offset % 60)}`;
}
