/** `status`. Source: superfly/flyctl internal/command/status. */

import type { Data } from "../api/graphql.ts";
import {
  configOf,
  groupOf,
  imageWithVersion,
  isAppsV2,
  listActive,
  type Machine,
  metadataOf,
} from "../api/machines.ts";
import { queries } from "../api/queries.ts";
import { requireAppName } from "../app-name.ts";
import { FlyError, wrap } from "../go/errors.ts";
import { conform } from "../go/json.ts";
import { table, verticalTable } from "../go/table.ts";
import type { Command, Run } from "../run.ts";
import { requireSession } from "../session.ts";
import { updatable } from "./image-updates.ts";

async function status(run: Run): Promise<void> {
  requireSession(run);
  const appName = requireAppName(run);
  if (run.bool("watch")) {
    throw new FlyError(
      run.settings.json
        ? "--watch and --json are not supported together"
        : "--watch is not supported for non-interactive sessions",
    );
  }
  let app: Data;
  try {
    app = (await run.graphql.run(queries.getAppCompact, { appName })).appcompact;
  } catch (error) {
    throw wrap("failed to get app", error);
  }
  const machines = (await listActive(run, app.name)).sort((a, b) => (a.id > b.id ? -1 : 1));
  if (run.settings.json) return printJson(run, app, machines);
  if (app.postgresAppRole?.name === "postgres_cluster") return printPostgres(run, app, machines);
  return printApp(run, app, machines);
}

async function printJson(run: Run, app: Data, machines: Machine[]): Promise<void> {
  let version = 0;
  try {
    const data = await run.graphql.run(queries.currentReleaseVersion, { appName: app.name });
    version = data.app?.currentRelease?.version ?? 0;
  } catch (error) {
    throw wrap(`could not get current release for app '${app.name}'`, error);
  }
  const isPostgres = app.postgresAppRole?.name === "postgres_cluster";
  const shown = isPostgres ? machines : machines.filter(isAppsV2);
  const compact = conform("AppCompact", app) as Data;
  run.json({
    AppURL: compact.AppURL,
    Deployed: compact.Deployed,
    Hostname: compact.Hostname,
    ID: compact.ID,
    Machines: shown.map((machine) => conform("Machine", machine)),
    Name: compact.Name,
    ...(compact.Network && { Network: compact.Network }),
    Organization: compact.Organization,
    PlatformVersion: compact.PlatformVersion,
    Status: compact.Status,
    Version: version,
  });
}

async function printApp(run: Run, app: Data, machines: Machine[]): Promise<void> {
  const notice = await updatable(run, machines, { skipDeployments: true });
  if (notice !== "") run.print(notice);
  const managed = machines.filter(isAppsV2);
  const fields = [app.name, app.organization?.slug ?? "", app.hostname ?? "", newestImage(managed)];
  const columns = ["Name", "Owner", "Hostname", "Image"];
  if (app.network) {
    fields.push(app.network);
    columns.push("Network");
  }
  run.out(verticalTable("App", [fields], ...columns));
  if (managed.length > 0) printMachines(run, managed);
  if (managed.length < machines.length) {
    run.print("Found machines that aren't part of Fly Launch, run fly machines list to see them.");
  }
}

function printMachines(run: Run, machines: Machine[]): void {
  const rows = machines.map((machine) => [
    shownGroup(machine),
    machine.id,
    metadataOf(machine, "fly_release_version"),
    machine.region,
    machine.state,
    metadataOf(machine, "role"),
    checksSummary(machine),
    machine.updated_at ?? "",
  ]);
  rows.sort((a, b) => (a.join("\u0000") < b.join("\u0000") ? -1 : 1));
  const columns = ["Process", "ID", "Version", "Region", "State", "Role", "Checks", "Last Updated"];
  run.out(table("Machines", rows, ...columns));
  const standbys = machines.some((machine) => (configOf(machine).standbys ?? []).length > 0);
  const away = machines.some((machine) => machine.host_status !== "ok");
  if (standbys || away) run.print("Notes:");
  if (standbys) run.print("  † Standby machine (it will take over only in case of host hardware failure)");
  if (away) run.print("  💀 The machine's host is unreachable");
}

function shownGroup(machine: Machine): string {
  const standby = (configOf(machine).standbys ?? []).length > 0 ? "†" : "";
  return `${groupOf(machine) || "<default>"}${standby}${machine.host_status === "ok" ? "" : "💀"}`;
}

/** Image of the machine with the highest release. */
function newestImage(machines: Machine[]): string {
  let highest = 0;
  let image = "-";
  for (const machine of machines) {
    const text = metadataOf(machine, "fly_release_version");
    if (text === "") continue;
    if (!/^\d+$/.test(text)) throw new FlyError(`could not parse release version (${text})`);
    if (Number(text) > highest) {
      highest = Number(text);
      image = imageWithVersion(machine);
    }
  }
  return image;
}

/** "3 total, 2 passing, 1 critical" (internal/render/checks.go). */
export function checksSummary(machine: Machine): string {
  const checks = machine.checks ?? [];
  if (checks.length === 0) return "";
  const count = (state: string) => checks.filter((check) => check.status === state).length;
  const parts = [`${checks.length} total`];
  for (const state of ["passing", "warning", "critical"]) {
    if (count(state) > 0) parts.push(`${count(state)} ${state}`);
  }
  return parts.join(", ");
}

async function printPostgres(run: Run, app: Data, machines: Machine[]): Promise<void> {
  const [first] = machines;
  if (first === undefined) {
    run.print(`No machines are available on this app ${app.name}`);
    return;
  }
  if (isFlex(first)) {
    const region = configOf(first).env?.PRIMARY_REGION ?? "";
    const members = machines.filter((m) => m.region === region && !configOf(m).env?.IS_BARMAN);
    if (members.length < Math.floor(members.length / 2) + 1) {
      run.print(
        `WARNING: Cluster size within your primary region "${region}" does not meet HA requirements. (expected >= 3, got ${members.length})`,
      );
    }
  }
  const notice = await updatable(run, machines, { sameTag: true });
  if (notice !== "") run.print(notice);
  const rows = machines.map((machine) => [
    machine.id,
    machine.state,
    roleOf(machine),
    machine.region,
    checksSummary(machine),
    imageWithVersion(machine),
    machine.created_at ?? "",
    machine.updated_at ?? "",
  ]);
  const columns = ["ID", "State", "Role", "Region", "Checks", "Image", "Created", "Updated"];
  run.out(table("", rows, ...columns));
}

/** Managed by repmgr, not by Stolon (internal/command/postgres/postgres.go: IsFlex). */
export function isFlex(machine: Machine): boolean {
  return machine.image_ref?.labels?.["fly.pg-manager"] === "repmgr";
}

function roleOf(machine: Machine): string {
  const check = (machine.checks ?? []).find(({ name }) => name === "role");
  if (check === undefined) return "unknown";
  return check.status === "passing" ? (check.output ?? "") : "error";
}

export const commands: Record<string, Command> = { status };
