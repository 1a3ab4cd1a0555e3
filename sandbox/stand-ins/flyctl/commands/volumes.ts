/** `volumes …`. Source: superfly/flyctl internal/command/volumes. */
import type { Data } from "../api/graphql.ts";
import { queries } from "../api/queries.ts";
import { loadConfigIfPresent, requireAppName } from "../app-name.ts";
import { chooseRegion } from "../choose.ts";
import { FlyError, NonInteractive, wrap } from "../go/errors.ts";
import { conform } from "../go/json.ts";
import { table } from "../go/table.ts";
import { humanTime } from "../go/time.ts";
import type { Command, Run } from "../run.ts";
import { requireSession } from "../session.ts";
import { guestOfFlags, parseSize } from "../sizes.ts";

const goneStates = [
  "scheduling_destroy",
  "fork_cleanup",
  "waiting_for_detach",
  "pending_destroy",
  "destroying",
];

/** All volumes of an app that are not being destroyed. */
export async function liveVolumes(run: Run, app: string): Promise<Data[]> {
  return (await allVolumes(run, app)).filter((volume) => !goneStates.includes(volume.state));
}

async function allVolumes(run: Run, app: string): Promise<Data[]> {
  return (await run.flaps.wrapped(
    "failed to list volumes",
    "GET",
    `/apps/${app}/volumes`,
  )) as unknown as Data[];
}

async function create(run: Run): Promise<void> {
  requireSession(run);
  const appName = requireAppName(run);
  const [name = ""] = run.args;
  await confirmCreate(run, appName, name);
  const app = (await run.graphql.run(queries.getAppBasic, { appName })).appbasic;
  const region = await chooseRegion(run, { splitPaid: !app?.organization?.paidPlan });
  if (run.has("fs-type") && !["ext4", "raw"].includes(run.string("fs-type"))) {
    throw new FlyError(`filesystem ${JSON.stringify(run.string("fs-type"))} must be either "ext4" or "raw"`);
  }
  const request = {
    name,
    region: region.code,
    size_gb: run.int("size"),
    encrypted: !run.bool("no-encryption"),
    require_unique_zone: run.bool("require-unique-zone"),
    unique_zone_app_wide: run.bool("unique-zone-app-wide"),
    snapshot_retention: run.int("snapshot-retention"),
    auto_backup_enabled: run.has("scheduled-snapshots") ? run.bool("scheduled-snapshots") : null,
    fstype: run.has("fs-type") ? run.string("fs-type") : null,
    snapshot_id: run.string("snapshot-id") || null,
    source_volume_id: null,
    compute: guestOfFlags(run),
  };
  for (let i = 0; i < run.int("count"); i++) {
    const path = `/apps/${appName}/volumes`;
    printVolume(run, await run.flaps.wrapped("failed to create volume", "POST", path, request), appName);
  }
}

/** A single volume must be confirmed as a risk, unless the app already has a volume with this name. */
async function confirmCreate(run: Run, app: string, name: string): Promise<void> {
  if (run.bool("yes") || run.int("count") > 1) return;
  if ((await liveVolumes(run, app)).some((volume) => volume.name === name)) return;
  run.warn(
    "Warning! Every volume is pinned to a specific physical host. You should create two or more volumes per application to avoid downtime. Learn more at https://fly.io/docs/volumes/overview/",
  );
  throw new NonInteractive("yes flag must be specified when not running interactively");
}

function printVolume(run: Run, raw: Data, app: string): void {
  const volume = conform("Volume", raw) as Data;
  if (run.settings.json) {
    run.json(volume);
    return;
  }
  const line = (name: string, value: unknown) => run.print(`${name.padStart(20)}: ${value}`);
  line("ID", volume.id);
  line("Name", volume.name);
  line("App", app);
  line("Region", volume.region);
  line("Zone", volume.zone);
  line("Size GB", volume.size_gb);
  line("Encrypted", volume.encrypted);
  line("Created at", rfc822(volume.created_at));
  line("Snapshot retention", volume.snapshot_retention);
  line("Scheduled snapshots", volume.auto_backup_enabled);
}

/** "02 Jan 06 15:04 UTC". */
function rfc822(text: string): string {
  const at = new Date(text);
  const two = (value: number) => String(value).padStart(2, "0");
  const month = at.toLocaleString("en", { month: "short", timeZone: "UTC" });
  const year = two(at.getUTCFullYear() % 100);
  return `${two(at.getUTCDate())} ${month} ${year} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())} UTC`;
}

async function list(run: Run): Promise<void> {
  requireSession(run);
  const appName = requireAppName(run);
  await run.graphql.run(queries.getAppBasic, { appName });
  let volumes: Data[];
  try {
    volumes = run.bool("all") ? await allVolumes(run, appName) : await liveVolumes(run, appName);
  } catch (error) {
    throw wrap("failed retrieving volumes", error);
  }
  if (run.settings.json) {
    run.json(volumes.map((volume) => conform("Volume", volume)));
    return;
  }
  const rows = volumes.map((volume) => [
    `${volume.id}${volume.host_status === "unreachable" ? "*" : ""}`,
    volume.state ?? "",
    volume.name ?? "",
    `${volume.size_gb ?? 0}GB`,
    volume.region ?? "",
    volume.zone ?? "",
    String(volume.encrypted ?? false),
    volume.attached_machine_id ?? "",
    humanTime(volume.created_at),
  ]);
  const columns = ["ID", "State", "Name", "Size", "Region", "Zone", "Encrypted", "Attached VM", "Created At"];
  run.out(table("", rows, ...columns));
  if (volumes.some((volume) => volume.host_status === "unreachable")) {
    run.print("* These volumes' hosts could not be reached.");
  }
}

async function show(run: Run): Promise<void> {
  requireSession(run);
  const { app, id } = await volumeAndApp(run);
  try {
    const volume = await run.flaps.wrapped(`failed to get volume ${id}`, "GET", `/apps/${app}/volumes/${id}`);
    printVolume(run, volume, app);
  } catch (error) {
    throw wrap("failed retrieving volume", error);
  }
}

/** The volume of the argument. Its app is given by flag, environment or fly.toml, or else the API is asked for it. */
async function volumeAndApp(run: Run): Promise<{ app: string; id: string }> {
  const [id = ""] = run.args;
  let app = run.string("app") || run.env.FLY_APP || loadConfigIfPresent(run)?.appName || "";
  if (id === "" && app === "") throw new FlyError("volume ID or app required");
  if (app === "") {
    app = (await run.graphql.run(queries.getAppNameFromVolume, { id })).volume?.app?.name ?? "";
  }
  if (id === "") {
    await run.graphql.run(queries.getAppBasic, { appName: app });
    throw new FlyError("volume ID must be specified when not running interactively");
  }
  return { app, id };
}

async function extend(run: Run): Promise<void> {
  requireSession(run);
  const appName = requireAppName(run);
  const [id = ""] = run.args;
  await run.graphql.run(queries.getAppBasic, { appName });
  const text = run.string("size");
  let size = parseSize(text, "GB");
  if (size === 0) throw new FlyError("Volume size must be specified");
  const path = `/apps/${appName}/volumes/${id}`;
  if (text.startsWith("+")) {
    size += Number((await run.flaps.wrapped(`failed to get volume ${id}`, "GET", path)).size_gb ?? 0);
  }
  if (id === "") throw new FlyError("volume ID must be specified when not running interactively");
  let answer: Data;
  try {
    answer = await run.flaps.wrapped(`failed to extend volume ${id}`, "PUT", `${path}/extend`, {
      size_gb: size,
    });
  } catch (error) {
    throw wrap("failed to extend volume", error);
  }
  printVolume(run, answer.volume ?? {}, appName);
  if (run.settings.json) return;
  run.print(
    answer.needs_restart
      ? "You will need to stop and start your Machine to increase the size of the file system"
      : "Your Machine got its volume size extended without needing a restart",
  );
}

async function update(run: Run): Promise<void> {
  requireSession(run);
  const appName = requireAppName(run);
  const [id = ""] = run.args;
  const days = run.int("snapshot-retention");
  const request = {
    snapshot_retention: days === 0 ? null : days,
    auto_backup_enabled: run.has("scheduled-snapshots") ? run.bool("scheduled-snapshots") : null,
  };
  const path = `/apps/${appName}/volumes/${id}`;
  try {
    printVolume(run, await run.flaps.wrapped("failed to update volume", "PUT", path, request), appName);
  } catch (error) {
    throw wrap("failed updating volume", error);
  }
}

async function destroy(run: Run): Promise<void> {
  requireSession(run);
  const { app } = await volumeAndApp(run);
  for (const id of run.args) {
    if (!run.bool("yes")) await refuseDestroy(run, app, id);
    try {
      const path = `/apps/${app}/volumes/${id}`;
      const volume = await run.flaps.wrapped(`failed to destroy volume ${id}`, "DELETE", path);
      run.print(`Destroyed volume ID: ${id} name: ${volume.name ?? ""}`);
    } catch (error) {
      throw wrap("failed destroying volume", error);
    }
  }
}

async function refuseDestroy(run: Run, app: string, id: string): Promise<never> {
  const volume = await run.flaps.wrapped(`failed to get volume ${id}`, "GET", `/apps/${app}/volumes/${id}`);
  const same = (await liveVolumes(run, app)).filter((one) => one.name === volume.name).length;
  run.warn(
    same <= 2
      ? `Warning! Every volume is pinned to a specific physical host. You should create two or more volumes per application. Deleting this volume will leave you with ${same - 1} volume(s) for this application, and it is not reversible.  Learn more at https://fly.io/docs/volumes/overview/`
      : "Deleting a volume is not reversible.",
  );
  throw new NonInteractive("yes flag must be specified when not running interactively");
}

export const commands: Record<string, Command> = {
  "volumes create": create,
  "volumes list": list,
  "volumes show": show,
  "volumes extend": extend,
  "volumes update": update,
  "volumes destroy": destroy,
};
