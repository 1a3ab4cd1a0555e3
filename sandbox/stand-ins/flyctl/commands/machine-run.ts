/** `machine run`, `machine create`, `machine update`. Source: superfly/flyctl internal/command/machine/run.go. */
import type { Data } from "../api/graphql.ts";
import { configOf, type Machine, type MachineConfig } from "../api/machines.ts";
import { queries } from "../api/queries.ts";
import { warnAboutEgress } from "../egress.ts";
import { FlyError, messageOf, NonInteractive, wrap } from "../go/errors.ts";
import { conform } from "../go/json.ts";
import { humanBytes, imageString, resolveImage } from "../images.ts";
import { acquireLease, releaseLease } from "../leases.ts";
import { configOfFlags } from "../machine-flags.ts";
import { optionalAppName, selectOne } from "../machine-selection.ts";
import { updateOne } from "../machine-update.ts";
import type { Run } from "../run.ts";
import { requireSession } from "../session.ts";
import { waitForState, watchChecks } from "../waiting.ts";

const startTimeoutMs = 5 * 60_000;

/** Creates a machine. `machine create` does not start it. */
export async function runMachine(run: Run): Promise<void> {
  requireSession(run);
  const isCreate = run.line.path === "machine create";
  if (run.bool("shell"))
    throw new FlyError("'flyctl machine run --shell' is not served by the stand-in flyctl");
  const app = await findApp(run, optionalAppName(run));
  await run.graphql.run(queries.getAppNetwork, { appName: app });
  if (run.string("id") !== "")
    throw new FlyError("to update an existing machine, use 'flyctl machine update'");
  if (run.string("dockerfile") !== "") throw new FlyError("the stand-in flyctl builds no images");
  const reference = run.args[0] ?? "";
  const start: MachineConfig = {
    auto_destroy: run.bool("rm"),
    dns: { skip_registration: run.bool("skip-dns-registration") },
  };
  const config = await configOfFlags(run, { start, app, region: run.string("region"), updating: false });
  if (reference === "") throw new FlyError("image argument can't be an empty string");
  config.image = await determineImage(run, app, reference);
  const skipLaunch = (config.standbys ?? []).length > 0 || isCreate;
  const input = conform("LaunchMachineInput", {
    config,
    region: run.string("region"),
    name: run.string("name"),
    skip_launch: skipLaunch,
    min_secrets_version: run.folder.minSecretsVersion(app) ?? null,
  });
  let machine: Machine;
  try {
    const path = `/apps/${app}/machines`;
    machine = (await run.flaps.wrapped("failed to launch VM", "POST", path, input)) as unknown as Machine;
  } catch (error) {
    throw wrap("could not launch machine", error);
  }
  run.print(`Success! A Machine has been successfully ${isCreate ? "created" : "launched"} in app ${app}`);
  run.print(` Machine ID: ${machine.id}`);
  run.print(` Instance ID: ${machine.instance_id ?? ""}`);
  run.print(` State: ${machine.state}`);
  if (skipLaunch) return;
  run.print("\n Attempting to start machine...\n");
  await waitForState(run, app, machine, "started", startTimeoutMs);
  if (!run.bool("detach")) {
    run.print("==> Monitoring health checks");
    await watchChecks(run, app, [machine]);
    run.print();
  }
  run.print("Machine started, you can connect via the following private ip");
  run.print(`  ${machine.private_ip ?? ""}`);
  await warnAboutEgress(run, app, [machine.region]);
}

/** A missing app would be created after a prompt. */
async function findApp(run: Run, name: string): Promise<string> {
  if (name === "") throw new NonInteractive();
  try {
    return (await run.graphql.run(queries.getAppCompact, { appName: name })).appcompact.name;
  } catch (error) {
    throw messageOf(error).includes("Could not find App") ? new NonInteractive() : error;
  }
}

/** The image of a reference. A path would mean a build. */
async function determineImage(run: Run, appName: string, reference: string): Promise<string> {
  const app = await run.flaps.send("GET", `/apps/${encodeURIComponent(appName)}`);
  const slug = app.organization?.slug ?? "";
  await run.uiex.send(`failed to get organization ${slug}`, "GET", `/organizations/${slug}`);
  if (/^[./]/.test(reference)) throw new FlyError("the stand-in flyctl builds no images");
  const image = await resolveImage(run, appName, reference);
  run.print(`Image: ${imageString(image)}`);
  run.print(`Image size: ${humanBytes(image.size)}\n`);
  return imageString(image);
}

/** Updates a machine according to the same flags. */
export async function updateMachine(run: Run): Promise<void> {
  requireSession(run);
  const { app, machine: found } = await selectOne(run, optionalAppName(run), run.args[0]);
  if (found.host_status !== "ok")
    throw new FlyError("the machine is on an unreachable host, try again later");
  const machine = await acquireLease(run, app, found);
  try {
    await update(run, app, machine);
  } finally {
    await releaseLease(run, app, machine);
  }
}

async function update(run: Run, app: string, machine: Machine): Promise<void> {
  const start = structuredClone(configOf(machine));
  const config = await configOfFlags(run, { start, app, region: machine.region, updating: true });
  if (run.string("dockerfile") !== "") throw new FlyError("the stand-in flyctl builds no images");
  if (run.string("image") !== "") config.image = await determineImage(run, app, run.string("image"));
  if (run.string("mount-point") !== "") {
    const [mount, second] = config.mounts ?? [];
    if (mount === undefined || second !== undefined)
      throw new FlyError("Machine doesn't have a volume attached");
    mount.path = run.string("mount-point");
  }
  if (!run.bool("yes")) refuseUnconfirmed(run, machine, config);
  await updateOne(run, app, machine, {
    config,
    skipLaunch: (config.standbys ?? []).length > 0 || run.bool("skip-start"),
    skipHealthChecks: run.bool("skip-health-checks"),
    timeoutMs: run.int("wait-timeout") * 1000,
  });
  run.print(`\nMonitor machine status here:\nhttps://fly.io/apps/${app}/machines/${machine.id}`);
}

function refuseUnconfirmed(run: Run, machine: Machine, config: MachineConfig): never {
  const text = (value: unknown) => JSON.stringify(conform("MachineConfig", value as Data), null, 2);
  const [before, after] = [text(configOf(machine)).split("\n"), text(config).split("\n")];
  if (before.join("\n") === after.join("\n")) throw new FlyError("no config changes found");
  run.print(`Configuration changes to be applied to machine: ${machine.id} (${machine.name ?? ""})`);
  const removed = before.filter((line) => !after.includes(line)).map((line) => `- ${line}`);
  const added = after.filter((line) => !before.includes(line)).map((line) => `+ ${line}`);
  run.print(`\n${[...removed, ...added].join("\n")}\n`);
  throw new NonInteractive("yes flag must be specified when not running interactively");
}
